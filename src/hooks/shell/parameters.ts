// What `${…}` gives: the value of a parameter, and what the operators of bash(1), "Parameter Expansion", make of it. Pure.
import type { Shell, Value } from "./state.ts";
import type { Parameter, Word } from "./syntax.ts";
import { ANY, isElastic, isKnown, MANY, NAME, ONE, UNSET, withGlobs } from "./values.ts";

type Around = {
  shell: Shell;
  variableOf(name: string): Value;
  /** What a word in the operand may be. */
  expand(word: Word): string[];
  set(name: string, value: Value): void;
};

/** Values beyond this are not cut and replaced: nothing that runs has such a name, and patterns take their time. */
const VALUE_CHARACTERS = 200;
/** Stars in a pattern; each multiplies the time that it may take. */
const STARS = 3;

/** Each possibility is a list of elements: of `$@` and `${a[@]}` as many as there are, of all else one. */
export function parameterValues(parameter: Parameter, around: Around): Value {
  const { name, prefix, operator } = parameter;
  if (prefix === "#") return [[ANY]];
  const named = prefix === "!" ? indirect(name, around) : plainValue(parameter, around);
  return operator === "" ? named : operated(parameter, named, around);
}

function indirect(name: string, { variableOf }: Around): Value {
  return variableOf(name).flatMap(([target = ""]) =>
    /^[A-Za-z_]\w*$/.test(target) ? variableOf(target).map((one) => one.slice(0, 1)) : [[ANY]],
  );
}

function plainValue({ name, subscript }: Parameter, { shell, variableOf, expand }: Around): Value {
  if (name === "@" || name === "*") return [shell.words];
  if (name === "0") return [[shell.name]];
  if (/^\d+$/.test(name)) return [[shell.words[Number(name) - 1] ?? ""]];
  if (!/^[A-Za-z]|^_./.test(name)) return [[ANY]];
  const value = variableOf(name);
  if (subscript === null) return value.map(([first = ""]) => [first]);
  const [place = ""] = expand(subscript);
  if (place === "@" || place === "*") return value;
  const isPlace = /^\d+$/.test(place);
  return value.map((elements) => [isPlace && !elements.some(isStretchy) ? (elements[Number(place)] ?? "") : ANY]);
}

/** Whether it may be several elements, or none. */
function isStretchy(text: string): boolean {
  return isElastic(text) || text.includes(NAME);
}

function operated(parameter: Parameter, value: Value, around: Around): Value {
  const { operator, operand, name } = parameter;
  const kind = operator.replace(/^:(?=.)/, "");
  const isEmptyToo = operator.length > 1;
  if (kind === "-" || kind === "=") {
    const result = value.flatMap((one) => chosen(one, around.expand(operand), isEmptyToo ? "empty" : "unset", "value"));
    if (kind === "=") around.set(name, result);
    return result;
  }
  if (kind === "+") return value.flatMap((one) => chosen(one, around.expand(operand), isEmptyToo ? "empty" : "unset", "operand"));
  if (kind === ":" && (name === "@" || name === "*"))
    return value.flatMap((one) => around.expand(operand).map((range) => slice(one, range)));
  if (kind === "?") return value.map((one) => one.map((text) => text.replaceAll(UNSET, ANY)));
  return value.flatMap((one) => combined(one.map((text) => changed(text, parameter, around))));
}

/** A value or its replacement; both where nobody knows whether there is a value. */
function chosen(one: readonly string[], operands: string[], when: "empty" | "unset", ifSet: "value" | "operand"): string[][] {
  const others = operands.map((text) => [text]);
  const isMissing = one.length === 0 || (when === "empty" && one.every((text) => text === ""));
  const isUnsure = one.some((text) => text.includes(UNSET));
  const present = ifSet === "value" ? [one.map((text) => text.replaceAll(UNSET, ANY))] : others;
  const missing = ifSet === "value" ? others : [[""]];
  return isUnsure ? [...present, ...missing] : isMissing ? missing : present;
}

/** One list for each way of choosing; only the first way where there are several elements. */
function combined(choices: string[][]): string[][] {
  const [only, ...others] = choices;
  if (only && others.length === 0) return only.map((text) => [text]);
  return [choices.map((texts) => (texts.length === 1 ? (texts[0] as string) : ANY))];
}

function changed(text: string, { operator, operand }: Parameter, { expand }: Around): string[] {
  if (!isKnown(text) || text.length > VALUE_CHARACTERS) return [ANY];
  const operands = expand(operand);
  switch (operator) {
    case "^^":
    case ",,":
    case "^":
    case ",":
      return operand.length > 0 ? [ANY] : [cased(text, operator)];
    case "#":
    case "##":
    case "%":
    case "%%":
      return operands.map((pattern) => cut(text, operator, pattern));
    case ":":
      return operands.map((range) => part(text, range));
    case "/":
    case "//":
    case "/#":
    case "/%":
      return operands.map((rule) => replaced(text, operator, rule));
    default:
      return [ANY];
  }
}

function cased(text: string, operator: string): string {
  const end = operator.length > 1 ? text.length : 1;
  const head = text.slice(0, end);
  return (operator.startsWith("^") ? head.toUpperCase() : head.toLowerCase()) + text.slice(end);
}

/** A shell's pattern as a regular expression; null when a part of it is not known. */
function expressionOf(pattern: string): string | null {
  const marked = withGlobs(pattern);
  if (/\[|[\ue000\ue003-\ue005]/.test(marked) || pattern.includes("[") || marked.split(NAME).length > STARS + 1) return null;
  return marked
    .replace(/[.+^${}()|\\/]/g, "\\$&")
    .replaceAll(NAME, "[^]*")
    .replaceAll(ONE, "[^]");
}

/** Takes the shortest or the longest match off an end. */
function cut(text: string, operator: string, pattern: string): string {
  const expression = expressionOf(pattern);
  if (expression === null) return ANY;
  const whole = new RegExp(`^${expression}$`);
  const lengths = Array.from({ length: text.length + 1 }, (_, i) => (operator.length > 1 ? text.length - i : i));
  const isPrefix = operator.startsWith("#");
  const found = lengths.find((length) => whole.test(isPrefix ? text.slice(0, length) : text.slice(text.length - length)));
  if (found === undefined) return text;
  return isPrefix ? text.slice(found) : text.slice(0, text.length - found);
}

/** `"${@:2:1}"`: elements are counted from 1, and `$0` is before them. */
function slice(elements: readonly string[], range: string): string[] {
  const match = /^\s*(\d+)\s*(?::\s*(\d+)\s*)?$/.exec(range);
  if (!match) return [MANY];
  const from = Math.max(0, Number(match[1]) - 1);
  return elements.slice(from, match[2] === undefined ? undefined : from + Number(match[2]));
}

function part(text: string, range: string): string {
  const match = /^\s*(\d+)\s*(?::\s*(-?\d+)\s*)?$/.exec(range);
  if (!match) return ANY;
  const from = Number(match[1]);
  const length = match[2] === undefined ? text.length : Number(match[2]);
  return length < 0 ? text.slice(from, text.length + length) : text.slice(from, from + length);
}

function replaced(text: string, operator: string, rule: string): string {
  const place = rule.indexOf("/");
  const [pattern, by] = place < 0 ? [rule, ""] : [rule.slice(0, place), rule.slice(place + 1)];
  if (/[\\&]/.test(rule) || !isKnown(rule)) return ANY;
  const expression = expressionOf(pattern);
  if (expression === null || pattern === "") return pattern === "" ? text : ANY;
  const anchored = operator === "/#" ? `^(?:${expression})` : operator === "/%" ? `(?:${expression})$` : expression;
  return text.replace(new RegExp(anchored, operator === "//" ? "g" : ""), () => by);
}
