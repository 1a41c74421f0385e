// Which programs a line for a shell would run, with which words: the line is gone through as a shell would, without running anything. Pure.

import { changeShell } from "./builtins.ts";
import { expandText, expandWords } from "./expand.ts";
import { printedBy } from "./output.ts";
import { parseShell } from "./parse.ts";
import { programOf } from "./program-names.ts";
import { assign, copyOf, type Shell, startedBy, type Value, variableOf } from "./state.ts";
import type { Assignment, Command, Pipeline, Redirect, Script, Word } from "./syntax.ts";
import { ANY, isElastic, isUnknown, MANY, PLAIN, shown, withoutMarks } from "./values.ts";
import { scriptsOf } from "./words.ts";
import { type Carried, carriedBy } from "./wrappers.ts";

/** What a command reads: possible texts, null when they are not known; and the programs that they came through. */
export type Input = { texts: readonly string[] | null; through: readonly string[] };

/** A program with the words it gets, the first its own name; unknown parts are marked as in shell-values. */
export type Ran = {
  words: string[];
  /** As it stands in the line. */
  source: string;
  cwd: string | null;
  home: string;
  /** Whether the line itself makes the folder a repository. */
  isOwnRepository: (folder: string | null) => boolean;
  input: Input | null;
  /** Files that it is redirected to, or from. */
  files: { use: "read" | "write"; path: string }[];
  environment: { name: string; value: string }[];
};

/** Something of which nobody can say what it will run, and why; or a function that starts itself without end. */
export type Oddity = { kind: "unclear" | "endless"; source: string; why: string };

export type Seen = { ran: Ran[]; odd: Oddity[] };

/** Commands looked at for one line, functions, loops and possibilities included: some milliseconds. */
export const COMMANDS = 2_000;
/** Commands inside each other. */
const DEPTH = 12;
/** Values for which a loop is gone through one by one. */
const ROUNDS = 16;

/** Goes through a line. Never throws; of what cannot be read it tells the part before that. */
export function runsOf(line: string, shell: Shell): Seen {
  const seen: Seen = { ran: [], odd: [] };
  runText(withoutMarks(line), line, shell, seen);
  return seen;
}

/** Goes through what is a script only once its text is known. */
function runText(text: string, source: string, shell: Shell, seen: Seen): void {
  const { script, fault } = parseShell(text);
  runScript(script, { ...shell, depth: shell.depth + 1 }, null, seen, shell);
  if (fault !== null) seen.odd.push({ kind: "unclear", source: shown(source), why: `it cannot be read as a command: ${fault}` });
}

/** `settled` gets what changed in the end, where the shell that ran the script is a copy only for its depth. */
function runScript(script: Script, shell: Shell, input: Input | null, seen: Seen, settled?: Shell): void {
  if (shell.depth > DEPTH) return void seen.odd.push({ kind: "unclear", source: "", why: "too many commands are inside each other" });
  for (const pipeline of script) runPipeline(pipeline, shell, input, seen);
  if (settled) settled.cwd = shell.cwd;
}

function runPipeline({ commands, conditional }: Pipeline, shell: Shell, input: Input | null, seen: Seen): void {
  if (commands.length === 1)
    return conditionally(shell, conditional ? "maybe" : "always", () => runCommand(commands[0] as Command, shell, input, seen));
  let read = input;
  for (const command of commands) {
    const own = copyOf(shell);
    const before = seen.ran.length;
    runCommand(command, own, read, seen);
    const programs = seen.ran.slice(before).map(({ words }) => programOf(words[0] ?? ""));
    read = { texts: printedBy(command, shell, read, outputOf), through: [...(read?.through ?? []), ...programs] };
  }
}

function conditionally(shell: Shell, when: "maybe" | "always", run: () => void): void {
  const was = shell.isConditional;
  shell.isConditional ||= when === "maybe";
  run();
  shell.isConditional = was;
}

function runCommand(command: Command, shell: Shell, input: Input | null, seen: Seen): void {
  if (--shell.budget.left < 0) {
    if (shell.budget.left === -1) seen.odd.push({ kind: "unclear", source: "", why: `it runs more than ${COMMANDS} commands` });
    return;
  }
  switch (command.kind) {
    case "simple":
      return runSimple(command, shell, input, seen);
    case "function":
      if (startsItselfTwice(command.name, command.body)) seen.odd.push({ kind: "endless", source: `${command.name}()`, why: "" });
      else shell.functions.set(command.name, command.body);
      return;
    case "loop":
      return runLoop(command, shell, readOf(command.redirects, shell, input, seen), seen);
    case "block":
      return runBlock(command, shell, readOf(command.redirects, shell, input, seen), seen);
  }
}

function runBlock(command: Extract<Command, { kind: "block" }>, shell: Shell, input: Input | null, seen: Seen): void {
  const inner = command.shell === "own" ? copyOf(shell) : shell;
  for (const word of command.words) runInside(word, inner, seen);
  const run = () => {
    for (const script of command.scripts) runScript(script, inner, input, seen);
  };
  conditionally(inner, command.branches ? "maybe" : "always", run);
  if (command.branches && changesVariables(command.scripts)) conditionally(inner, "maybe", run); // A loop's later rounds know what its earlier ones set.
}

function changesVariables(scripts: readonly Script[]): boolean {
  return scripts.some((script) =>
    script.some(({ commands }) => commands.some((one) => one.kind !== "simple" || one.assignments.length > 0)),
  );
}

function runLoop(loop: Extract<Command, { kind: "loop" }>, shell: Shell, input: Input | null, seen: Seen): void {
  for (const word of loop.values ?? []) runInside(word, shell, seen);
  const possible = loop.values ? expandWords(loop.values, shell, outputOf) : [[...shell.words]];
  const values = [...new Set(possible.flat())];
  for (const value of values.length > ROUNDS ? [ANY] : values) {
    assign(shell, loop.name, [[value.replaceAll(MANY, ANY)]]);
    conditionally(shell, "maybe", () => runScript(loop.body, shell, input, seen));
  }
}

function runSimple(command: Extract<Command, { kind: "simple" }>, shell: Shell, input: Input | null, seen: Seen): void {
  for (const word of [...command.words, ...command.assignments.flatMap(wordsOf)]) runInside(word, shell, seen);
  const read = readOf(command.redirects, shell, input, seen);
  const files = filesOf(command.redirects, shell);
  const values = command.assignments.map((assignment) => ({ assignment, value: valueOfAssignment(assignment, shell) }));
  const possible = expandWords(command.words, shell, outputOf);
  const isPassedOn =
    command.words.length > 0 && !possible.some(([program = ""]) => /^(?:declare|typeset|local|export|readonly)$/.test(program));
  const passedOn = values.map(({ assignment, value }) => [assignment.name, value] as const);
  const environment = [...exportedBy(shell), ...(isPassedOn ? passedOn : [])].flatMap(([name, value]) =>
    value.map(([text = ""]) => ({ name, value: text })),
  );
  const isReference = possible.some((words) => words.some((word) => /^-[a-zA-Z]*n/.test(word)));
  if (!isPassedOn)
    for (const [name, value] of passedOn) {
      if (isReference && command.words.length > 0) shell.references.set(name, value);
      else assign(shell, name, value);
    }
  if (possible.some(([program]) => program === "export")) for (const { assignment } of values) shell.exported.add(assignment.name);
  for (const words of possible) {
    const ran = { words, source: command.source, cwd: shell.cwd, home: shell.home, input: read, files, environment };
    runProgram({ ...ran, isOwnRepository: (folder) => isWithin(folder, shell) }, shell, seen);
  }
}

/** Variables that every program gets, as far as the line itself sets them. */
function exportedBy({ variables, exported }: Shell): (readonly [string, Value])[] {
  return [...exported].flatMap((name) => (STANDARD.has(name) ? [] : [[name, variables.get(name) ?? []] as const]));
}

const STANDARD = new Set(["HOME", "TMPDIR"]);

/** One made in a folder that is not known is taken for every such folder. */
function isWithin(folder: string | null, { repositories }: Shell): boolean {
  if (folder === null) return repositories.has("");
  return [...repositories].some((one) => one !== "" && (folder === one || folder.startsWith(`${one}/`)));
}

/** A first word that may be nothing is looked at both ways. */
function runProgram(ran: Ran, shell: Shell, seen: Seen): void {
  const [first, ...rest] = ran.words;
  if (first === undefined) {
    if (ran.files.length > 0) seen.ran.push(ran);
    return;
  }
  if (isElastic(first) && isUnknown(first) && rest.length > 0) runProgram({ ...ran, words: rest }, shell, seen);
  const body = shell.functions.get(first);
  if (body && shell.depth < DEPTH) {
    const inner: Shell = { ...shell, words: rest, depth: shell.depth + 1 };
    runCommand(body, inner, ran.input, seen);
    shell.cwd = inner.cwd;
    return;
  }
  seen.ran.push(ran);
  changeShell(ran, shell);
  for (const carried of carriedBy(ran)) runCarried(carried, ran, shell, seen);
}

/** Programs that other programs start, and texts that are run as scripts. */
function runCarried(carried: Carried, ran: Ran, shell: Shell, seen: Seen): void {
  if (shell.depth > DEPTH || --shell.budget.left < 0)
    return void seen.odd.push({ kind: "unclear", source: ran.source, why: "too much is inside it" });
  if (carried.kind === "words") {
    const inner = {
      ...(carried.shell === "same" ? shell : startedBy(shell, [], [])),
      depth: shell.depth + 1,
      cwd: carried.cwd ?? shell.cwd,
    };
    const environment = [...ran.environment, ...(carried.environment ?? [])];
    return runProgram({ ...ran, files: [], words: carried.words, cwd: inner.cwd, environment }, inner, seen);
  }
  if (isUnclear(carried.text)) return void seen.odd.push({ kind: "unclear", source: ran.source, why: carried.why });
  const inner = carried.shell === "same" ? shell : startedBy(shell, ran.environment, carried.words ?? []);
  inner.depth += 1;
  if (carried.text !== PLAIN) runText(carried.text, carried.text, inner, seen);
  inner.depth -= 1;
}

/** What a program prints may be run: it is as good as running that program. */
function isUnclear(text: string): boolean {
  return isUnknown(text.trim()) && text.trim() !== PLAIN;
}

/** Commands inside a word run before the word is known. */
function runInside(word: Word, shell: Shell, seen: Seen): void {
  for (const script of word.flatMap(scriptsOf)) runScript(script, { ...copyOf(shell), depth: shell.depth + 1 }, null, seen);
}

function wordsOf({ values, subscript }: Assignment): Word[] {
  return subscript ? [...values, subscript] : values;
}

function valueOfAssignment({ name, values, isArray, adds, subscript }: Assignment, shell: Shell): Value {
  if (isArray) {
    const elements = expandWords(values, shell, outputOf);
    return adds ? elements.flatMap((more) => variableOf(shell, name).map((before) => [...before, ...more])) : elements;
  }
  const texts = expandText(values[0] ?? [], shell, outputOf);
  if (subscript) return variableOf(shell, name).flatMap((before) => texts.map((text) => [...before, text]));
  return adds ? variableOf(shell, name).flatMap(([before = ""]) => texts.map((text) => [before + text])) : texts.map((text) => [text]);
}

/** What commands print, as far as it is known without running them. */
function outputOf(script: Script, shell: Shell): readonly string[] {
  const own = { ...copyOf(shell), depth: shell.depth + 1 };
  const [only, ...others] = script;
  if (only === undefined || own.depth > DEPTH) return [only === undefined ? "" : ANY];
  const seen: Seen = { ran: [], odd: [] };
  let read: Input | null = null;
  if (others.length === 0) {
    for (const command of only.commands) read = { texts: printedBy(command, own, read, outputOf), through: [] };
    if (read?.texts) return read.texts.map((text) => text.replace(/\n+$/, ""));
  }
  runScript(script, own, null, seen);
  return [seen.odd.length === 0 && seen.ran.every(({ words }) => isPlain(words[0] ?? "")) ? PLAIN : ANY];
}

/** Programs whose output is somebody else's text, or made from a text by taking it apart. */
const TURNING = new Set(
  (
    "curl wget nc ncat netcat socat ssh scp ftp http https xh aria2c dig nslookup gh base64 base32 basenc xxd od hexdump openssl gpg " +
    "rev tr sed awk gawk mawk cut gunzip zcat gzip bzip2 bzcat xz xzcat zstd python python2 python3 perl ruby node bun deno php " +
    "echo printf jq yq uudecode iconv sort shuf head tail tac paste column fold"
  ).split(" "),
);

function isPlain(program: string): boolean {
  return !isUnknown(program) && !TURNING.has(programOf(program));
}

/** What is read by redirection goes before what comes through a pipe. */
function readOf(redirects: readonly Redirect[], shell: Shell, input: Input | null, seen: Seen): Input | null {
  let read = input;
  for (const { operator, target } of redirects) {
    runInside(target, shell, seen);
    if (operator === "<<" || operator === "<<-") read = { texts: expandText(target, shell, outputOf), through: [] };
    else if (operator === "<<<") read = { texts: expandText(target, shell, outputOf).map((text) => `${text}\n`), through: [] };
    else if (operator === "<") {
      const through = target.flatMap(scriptsOf).flatMap((script) => programsOf(script, shell));
      read = { texts: null, through: through.length > 0 ? through : ["cat"] };
    }
  }
  return read;
}

/** The programs behind a `<(…)`. */
export function programsOf(script: Script, shell: Shell): string[] {
  const seen: Seen = { ran: [], odd: [] };
  runScript(script, { ...copyOf(shell), depth: shell.depth + 1 }, null, seen);
  return seen.ran.map(({ words }) => programOf(words[0] ?? ""));
}

const READING = new Set(["<", "<&"]);

function filesOf(redirects: readonly Redirect[], shell: Shell): Ran["files"] {
  return redirects
    .filter(({ operator }) => !operator.startsWith("<<"))
    .flatMap(({ operator, target }) =>
      expandText(target, shell, outputOf).map((path) => ({ use: READING.has(operator) ? ("read" as const) : ("write" as const), path })),
    );
}

/** `f() { f | f & }`. */
function startsItselfTwice(name: string, body: Command): boolean {
  const isCall = (one: Command) => one.kind === "simple" && one.words[0]?.[0]?.kind === "text" && one.words[0][0].text === name;
  const inScript = (script: Script): boolean =>
    script.some(({ commands }) => commands.filter(isCall).length > 1 || commands.some(inCommand));
  const inCommand = (one: Command): boolean => one.kind === "block" && one.scripts.some(inScript);
  return inCommand(body);
}
