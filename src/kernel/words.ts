// The words of a command line turned into a command, its arguments and its options, by what each command declares.
import type { Command } from "cac";
import type { Option } from "./declare.ts";
import { Fault } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** `true` for a flag, text for a value, a list for an option declared with `type: []`. */
export type OptionValue = string | boolean | string[];

/** What the words ask for: run a command, or explain one, or those that begin with one word, or the program. */
export type Request =
  | { kind: "run"; command: Command; args: (string | string[] | undefined)[]; options: Record<string, OptionValue> }
  | HelpRequest
  | { kind: "version" };
export type HelpRequest = { kind: "help"; about: { command: Command } | { group: string } | "first steps" | "all commands" };

/**
 * cac declares the commands; its own parser is not used, because it makes numbers of texts ("007" becomes 7, an
 * empty text 0), takes a prompt that starts with a dash for an option, and knows no command of two words.
 * Faults: `invalid` with what was probably meant.
 */
export function parseWords(commands: readonly Command[], globals: readonly Option[], words: readonly string[]): Request | Fault {
  const start = words.findIndex((word) => !word.startsWith("-"));
  const leading = start < 0 ? words : words.slice(0, start);
  if (leading.includes("--version") || leading.includes("-v")) return { kind: "version" };
  const isHelpWord = words[start] === "help";
  const name = start < 0 ? [] : words.slice(isHelpWord ? start + 1 : start);
  const found = findCommand(commands, name);
  const wantsHelp = isHelpWord || words.slice(0, endOfOptions(words)).some((word) => word === "--help" || word === "-h");
  if (name.length === 0) {
    const unknown = leading.find((word) => !findOption(globals, word));
    if (unknown !== undefined) return unknownOption(unknown, globals, "ccm --help");
    return { kind: "help", about: wantsHelp ? "all commands" : "first steps" };
  }
  const [group = "", action = "-"] = name;
  if (wantsHelp && action.startsWith("-") && actionsOf(commands, group).length > 0) return { kind: "help", about: { group } };
  if (!found) return unknownCommand(commands, globals, name);
  if (wantsHelp) return { kind: "help", about: { command: found.command } };
  return parseRest(found.command, globals, [...leading, ...name.slice(found.words)]);
}

function endOfOptions(words: readonly string[]): number {
  const end = words.indexOf("--");
  return end < 0 ? words.length : end;
}

/** The command whose name or alias, of two words or one, the line starts with; `words` says how many. */
export function findCommand(commands: readonly Command[], line: readonly string[]): { command: Command; words: number } | undefined {
  for (const words of [2, 1]) {
    const name = line.slice(0, words).join(" ");
    const command = commands.find((candidate) => namesOf(candidate).includes(name));
    if (command) return { command, words };
  }
  return undefined;
}

export function namesOf(command: Command): string[] {
  return [command.name, ...command.aliasNames];
}

/** The second words of the commands of two words that begin with this one. */
export function actionsOf(commands: readonly Command[], group: string): string[] {
  const names = commands.flatMap(namesOf).filter((name) => name.startsWith(`${group} `));
  return names.map((name) => name.slice(group.length + 1));
}

function unknownCommand(commands: readonly Command[], globals: readonly Option[], words: readonly string[]): Fault {
  const [group = "", action] = words;
  const actions = actionsOf(commands, group);
  if (actions.length > 0) {
    const list = `Actions of "${group}": ${actions.join(", ")}.`;
    if (action === undefined || action.startsWith("-")) return new Fault("invalid", `"ccm ${group}" needs an action.`, list);
    return new Fault("invalid", `"${group}" has no action "${action}".`, didYouMean(action, actions, list));
  }
  return new Fault("invalid", `There is no command "${group}".`, commandMeant(commands, globals, group));
}

/** Mistyped, half of a name (`create` is in `create-task` and in `worktrees create`), or an option (`version`). */
function commandMeant(commands: readonly Command[], globals: readonly Option[], word: string): string {
  const names = commands.flatMap(namesOf);
  const holding = commands.filter(({ name }) => name.split(/[ -]/).includes(word)).map(({ name }) => name);
  if (holding.length > 0) return `Commands with that word: ${holding.join(", ")}.`;
  const groups = names.map((name) => name.split(" ", 1)[0] ?? "");
  return didYouMean(word, [...names, ...groups, "help", ...globals.flatMap(spellings)], "`ccm --help` lists all commands.");
}

function parseRest(command: Command, globals: readonly Option[], words: readonly string[]): Request | Fault {
  const declared = [...command.options, ...globals];
  const options: Record<string, OptionValue> = {};
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--") {
      rest.push(...words.slice(i + 1));
      break;
    }
    if (!looksLikeOption(word)) {
      rest.push(word);
      continue;
    }
    const taken = takeOption(declared, word, words[i + 1], command);
    if (taken instanceof Fault) return taken;
    const fault = store(options, taken);
    if (fault) return fault;
    if (taken.usedNext) i++;
  }
  for (const option of declared) {
    if (option.config.default !== undefined && !option.negated) options[option.name] ??= option.config.default;
  }
  const args = takeArguments(command, rest);
  return args instanceof Fault ? args : { kind: "run", command, args, options };
}

/** A message may begin with a dash, as a list does; no option's name has a space in it. */
export function looksLikeOption(word: string): boolean {
  return word.startsWith("-") && word !== "-" && !/^[^=]*\s/.test(word);
}

type Taken = { option: Option; value: string | boolean; usedNext: boolean };

function takeOption(declared: readonly Option[], word: string, next: string | undefined, command: Command): Taken | Fault {
  const equals = word.indexOf("=");
  const flag = equals < 0 ? word : word.slice(0, equals);
  const given = equals < 0 ? undefined : word.slice(equals + 1);
  const option = findOption(declared, flag);
  const help = `ccm ${command.name} --help`;
  if (!option) return unknownOption(flag, declared, help);
  if (option.isBoolean) {
    if (given !== undefined) return new Fault("invalid", `"${flag}" takes no value.`, `See: ${help}`);
    return { option, value: !option.negated, usedNext: false };
  }
  if (given !== undefined) return { option, value: given, usedNext: false };
  // A value may start with a dash (a prompt that is a list), but not be one of the options themselves: then it was forgotten.
  const isMissing =
    next === undefined || next === "--" || (next.startsWith("-") && findOption(declared, next.split("=")[0] ?? "") !== undefined);
  if (!isMissing && (option.required || !next.startsWith("-"))) return { option, value: next, usedNext: true };
  if (!option.required) return { option, value: true, usedNext: false };
  return new Fault("invalid", `"${flag}" needs a value.`, `For example: ${option.rawName}`);
}

function store(options: Record<string, OptionValue>, { option, value }: Taken): Fault | undefined {
  const before = options[option.name];
  if (Array.isArray(option.config.type)) options[option.name] = [...(Array.isArray(before) ? before : []), String(value)];
  else if (before !== undefined && before !== value) {
    return new Fault("invalid", `"--${kebab(option.name)}" was given twice, as "${before}" and "${value}".`, "Give it once.");
  } else options[option.name] = value;
  return undefined;
}

/** Arguments in the order of their declaration; `[...name]` takes all that are left. */
function takeArguments(command: Command, rest: readonly string[]): (string | string[] | undefined)[] | Fault {
  const usage = `Usage: ccm ${command.rawName}`;
  const missing = command.args.find((arg, i) => arg.required && rest[i] === undefined);
  if (missing) return new Fault("invalid", `"ccm ${command.name}" needs <${missing.value}>.`, usage);
  const isOpenEnded = command.args.some((arg) => arg.variadic);
  if (!isOpenEnded && rest.length > command.args.length) {
    const extra = rest.slice(command.args.length).map((word) => `"${word}"`);
    return new Fault("invalid", `"ccm ${command.name}" does not take ${extra.join(" ")}.`, unexpectedHint(command, usage));
  }
  return command.args.map((arg, i) => (arg.variadic ? rest.slice(i) : rest[i]));
}

/** Who gives a word to a command that has none most often means its first option: `register-project .` is `--path .`. */
function unexpectedHint(command: Command, usage: string): string {
  const first = command.options.find((option) => !option.isBoolean);
  if (command.args.length > 0 || !first) return `${usage} (quote a value that has spaces)`;
  return `It takes options only, such as ${first.rawName}. See: ccm ${command.name} --help`;
}

export function findOption(options: readonly Option[], flag: string): Option | undefined {
  return options.find((option) => spellings(option).includes(flag));
}

/** As typed: `--json`, `-f`, `--no-wait`. */
export function spellings(option: Option): string[] {
  return option.rawName
    .replace(/[<[].+/, "")
    .split(",")
    .map((name) => name.trim());
}

function unknownOption(flag: string, declared: readonly Option[], help: string): Fault {
  const known = declared.flatMap(spellings).filter((name) => name.startsWith("--"));
  return new Fault("invalid", `There is no option "${flag}".`, didYouMean(flag, known, `See: ${help}`));
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
