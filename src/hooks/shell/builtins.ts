// What a shell's own commands change in it: the folder, variables, functions, words. Pure.
import { gitWords, isGit } from "./git-words.ts";
import { printedTo } from "./output.ts";
import { parseShell } from "./parse.ts";
import { programOf } from "./program-names.ts";
import type { Ran } from "./run.ts";
import { assign, type Shell, variableOf } from "./state.ts";
import { ANY, isKnown, MANY } from "./values.ts";

/** Does what the command does to the shell it runs in. */
export function changeShell(ran: Ran, shell: Shell): void {
  const [program = "", ...words] = ran.words;
  switch (program) {
    case "cd":
    case "pushd":
      shell.cwd = folderOf(words, shell);
      break;
    case "popd":
      shell.cwd = null;
      break;
    case "unset":
      for (const word of words.filter((one) => !one.startsWith("-"))) unset(word, shell);
      break;
    case "read":
    case "mapfile":
    case "readarray":
      readVariables(program, words, ran, shell);
      break;
    case "printf":
      if (words[0] === "-v" && words[1]) assign(shell, words[1].replace(/\[[\s\S]*$/, ""), printedTo(words.slice(2)));
      break;
    case "alias":
      for (const word of words) addAlias(word, shell);
      break;
    case "export":
      for (const word of words) shell.exported.add(word.replace(/\+?=[\s\S]*$/, ""));
      for (const word of words) declare(word, shell);
      break;
    case "declare":
    case "typeset":
    case "local":
    case "readonly":
      for (const word of words) declare(word, shell);
      break;
    case "set":
      setWords(words, shell);
      break;
    case "shift":
      shell.words = shell.words.slice(Number(words[0] ?? 1) || 1);
      break;
    default:
      noteRepository(ran, shell);
  }
}

function folderOf(words: string[], shell: Shell): string | null {
  const target = words.find((word) => !/^-[LPe@]+$/.test(word) && word !== "--");
  if (target === undefined) return shell.home;
  return target === "-" ? null : resolvedAt(shell.cwd, target === "" ? "." : target);
}

/** The absolute path, without `.` and `..`; null when it is not known. */
export function resolvedAt(cwd: string | null, path: string): string | null {
  if (!isKnown(path) || path === "") return null;
  if (!path.startsWith("/") && cwd === null) return null;
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${cwd}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function unset(name: string, shell: Shell): void {
  if (shell.isConditional) return;
  shell.variables.delete(name);
  shell.functions.delete(name);
}

/** Each name takes a part of a line; the last takes the rest, and an array each part. */
function readVariables(program: string, words: string[], ran: Ran, shell: Shell): void {
  const { names, list } = namesToRead(program, words);
  const lines = (ran.input?.texts ?? [ANY]).flatMap((text) => text.split("\n")).filter((line, at) => line !== "" || at === 0);
  if (program !== "read") return assign(shell, names.at(-1) ?? "MAPFILE", lines.every(isKnown) ? [lines] : [[MANY]]);
  const parts = lines.map((line) => partsOf(line, ran, shell));
  if (list !== null) return assign(shell, list, parts);
  for (const [at, name] of (names.length > 0 ? names : ["REPLY"]).entries()) {
    const isLast = at === Math.max(0, names.length - 1);
    assign(
      shell,
      name,
      parts.map((one) => [one.includes(MANY) ? ANY : isLast ? one.slice(at).join(" ") : (one[at] ?? "")]),
    );
  }
}

/** The parts of a line between the characters of IFS, which may be set for `read` alone. */
function partsOf(line: string, { environment }: Ran, shell: Shell): string[] {
  const separators = environment.find(({ name }) => name === "IFS")?.value ?? variableOf(shell, "IFS")[0]?.[0] ?? " \t\n";
  if (!isKnown(line) || !isKnown(separators)) return [MANY];
  if (separators === "") return [line];
  return line.trim().split(new RegExp(`[${separators.replace(/[\]\\^-]/g, "\\$&")}]+`));
}

/** `list` is the array of `read -a`. */
function namesToRead(program: string, words: string[]): { names: string[]; list: string | null } {
  const names: string[] = [];
  let list: string | null = null;
  const valued = program === "read" ? /^-[a-zA-Z]*[adinNptu]$/ : /^-[dnOsuCc]$/;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (valued.test(word)) {
      at += 1;
      if (program === "read" && word.endsWith("a")) list = words[at] ?? "";
    } else if (!word.startsWith("-")) names.push(word);
  }
  return { names, list };
}

/** `set -e -o pipefail -- a b`, `set a b`; without words they stay. */
function setWords(words: string[], shell: Shell): void {
  let at = 0;
  for (; at < words.length && /^[-+]/.test(words[at] as string); at++) {
    if (words[at] === "--" || words[at] === "-") break;
    if (/o$/.test(words[at] as string)) at += 1;
  }
  if (words[at] === "--") shell.words = words.slice(at + 1);
  else if (at < words.length) shell.words = words.slice(words[at] === "-" ? at + 1 : at);
}

/** A function that runs the alias with the words behind it; where those cannot be behind it, without them. */
function addAlias(word: string, shell: Shell): void {
  const match = /^([^=]+)=([\s\S]*)$/.exec(word);
  if (!match) return;
  const [, name = "", line = ""] = match;
  const withWords = parseShell(`${line} "$@"`);
  const { script } = withWords.fault === null ? withWords : parseShell(line);
  shell.functions.set(name, { kind: "block", shell: "same", scripts: [script], branches: false, words: [], redirects: [] });
}

/** What the parser did not see as an assignment, because it came out of an expansion. */
function declare(word: string, shell: Shell): void {
  const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word);
  if (match) assign(shell, match[1] as string, [[match[2] as string]]);
}

/** `git init` and `git clone` make folders in which git is not ccm's concern. */
function noteRepository(ran: Ran, shell: Shell): void {
  if (!isGit(programOf(ran.words[0] ?? ""))) return;
  const { command, words, folder } = gitWords(ran);
  const [first = "", second] = words.filter((word) => !word.startsWith("-"));
  const cloned = second ?? programOf(first.replace(/\/+$/, "")).replace(/\.git$/, "");
  if (command === "init" || command === "clone")
    shell.repositories.add(resolvedAt(folder, (command === "init" ? first : cloned) || ".") ?? "");
}
