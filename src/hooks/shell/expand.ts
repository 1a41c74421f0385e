// What a shell makes of a word: braces, `~`, parameters, outputs of commands, splitting, names of files. POSIX 2.6. Pure.
import { expandBraces } from "./braces.ts";
import { parameterValues } from "./parameters.ts";
import { assign, POSSIBILITIES, type Shell, type Value, variableOf } from "./state.ts";
import type { Piece, Script, Word } from "./syntax.ts";
import { ANY, isKnown, MANY, withGlobs } from "./values.ts";

/** Runs commands in a shell of their own, and gives what they may print. */
export type OutputOf = (script: Script, shell: Shell) => readonly string[];

/** `splits`: it came out of an expansion that is not quoted. A `break` is where another word begins whatever stands there. */
type Segment = { text: string; quoted: boolean; splits: boolean } | "break";

/** The words that these words may become, each possibility a list of its own. */
export function expandWords(words: readonly Word[], shell: Shell, outputOf: OutputOf): string[][] {
  let all: string[][] = [[]];
  for (const word of words.flatMap(expandBraces)) {
    const possible = expandWord(word, shell, outputOf).map((segments) => fieldsOf(segments, shell));
    const combined = all.flatMap((before) => possible.map((fields) => [...before, ...fields]));
    all = combined.length > POSSIBILITIES ? all.map((before) => [...before, MANY]) : combined;
  }
  return all;
}

/** A word that is not split, as behind `=`, `<` and `case`. */
export function expandText(word: Word, shell: Shell, outputOf: OutputOf): string[] {
  const possible = expandWord(word, shell, outputOf).map((segments) =>
    segments.map((segment) => (segment === "break" ? " " : segment.text)).join(""),
  );
  return [...new Set(possible)];
}

function expandWord(word: Word, shell: Shell, outputOf: OutputOf): Segment[][] {
  let all: Segment[][] = [[]];
  for (const [at, piece] of word.entries()) {
    const possible = segmentsOf(piece, shell, outputOf, at === 0 ? "first" : "later");
    const combined = all.flatMap((before) => possible.map((segments) => [...before, ...segments]));
    all = combined.length > POSSIBILITIES ? [[{ text: MANY, quoted: false, splits: false }]] : combined;
  }
  return all;
}

function segmentsOf(piece: Piece, shell: Shell, outputOf: OutputOf, where: "first" | "later"): Segment[][] {
  switch (piece.kind) {
    case "text": {
      const text = !piece.quoted && where === "first" ? withHome(piece.text, shell) : piece.text;
      return [[{ text, quoted: piece.quoted, splits: false }]];
    }
    case "number":
      return [[{ text: ANY, quoted: piece.quoted, splits: false }]];
    case "process":
      return [[{ text: ANY, quoted: true, splits: false }]];
    case "output":
      return outputOf(piece.script, shell).map((text) => [expanded(text, piece.quoted ? "quoted" : "bare")]);
    case "parameter": {
      if (!piece.quoted && /^:?[-=+]$/.test(piece.parameter.operator)) return replacedSegments(piece, shell, outputOf);
      const set = (name: string, value: Value) => assign(shell, name, value);
      const expand = (word: Word) => expandText(word, shell, outputOf);
      const values = parameterValues(piece.parameter, { shell, variableOf: (name) => variableOf(shell, name), expand, set });
      const { name, subscript } = piece.parameter;
      const isJoined = piece.quoted && (name === "*" || isStar(subscript));
      return values.map((elements) => joined(elements, piece.quoted ? (isJoined ? "star" : "quoted") : "bare"));
    }
  }
}

/** Stands for what is behind the operator of `${x:-…}`, where each part keeps its own quotes. */
const OPERAND = "\ue006";

function replacedSegments({ parameter }: Extract<Piece, { kind: "parameter" }>, shell: Shell, outputOf: OutputOf): Segment[][] {
  const texts = () => expandText(parameter.operand, shell, outputOf).map((text) => [text]);
  const set = (name: string, value: Value) =>
    assign(
      shell,
      name,
      value.flatMap((one) => (one[0] === OPERAND ? texts() : [one])),
    );
  const values = parameterValues(parameter, { shell, variableOf: (name) => variableOf(shell, name), expand: () => [OPERAND], set });
  const operand = () => expandWord(parameter.operand, shell, outputOf).map((segments) => segments.map(splitting));
  return values.flatMap((elements) => (elements[0] === OPERAND ? operand() : [joined(elements, "bare")]));
}

function splitting(segment: Segment): Segment {
  return segment === "break" || segment.quoted ? segment : { ...segment, splits: true };
}

function isStar(subscript: Word | null): boolean {
  return subscript?.[0]?.kind === "text" && subscript[0].text === "*";
}

function joined(elements: readonly string[], how: "star" | "quoted" | "bare"): Segment[] {
  if (how === "star") return [expanded(elements.join(" "), "quoted")];
  return elements.flatMap((text, at) => (at === 0 ? [expanded(text, how)] : ["break" as const, expanded(text, how)]));
}

function expanded(text: string, how: "quoted" | "bare"): Segment {
  if (how === "quoted") return { text, quoted: true, splits: false };
  return { text: text.replaceAll(ANY, MANY), quoted: false, splits: true };
}

/** `~`, `~/x`, `~ada/x`. */
function withHome(text: string, { home, cwd }: Shell): string {
  const match = /^~([^/]*)(?=\/|$)/.exec(text);
  if (!match) return text;
  const [prefix, user = ""] = match;
  const folder = user === "" ? home : user === "root" ? "/root" : user === "+" ? (cwd ?? ANY) : user === "-" ? ANY : `/home/${user}`;
  return folder + text.slice(prefix.length);
}

/** Splits what came out of expansions, and joins what stands together. */
function fieldsOf(segments: Segment[], shell: Shell): string[] {
  const separators = variableOf(shell, "IFS")[0]?.[0] ?? " \t\n";
  const split = separators === "" ? null : new RegExp(`[${separators.replace(/[\]\\^-]/g, "\\$&")}]`);
  const fields: string[] = [];
  let field: string | null = null;
  const end = () => {
    if (field !== null) fields.push(field);
    field = null;
  };
  for (const segment of segments) {
    if (segment === "break") end();
    else if (segment.quoted) field = (field ?? "") + segment.text;
    else {
      const parts: string[] = segment.splits && split && isKnown(separators) ? segment.text.split(split) : [segment.text];
      for (const [at, part] of parts.entries()) {
        if (at > 0) end();
        if (part !== "") field = (field ?? "") + withGlobs(part);
      }
    }
  }
  end();
  return fields;
}
