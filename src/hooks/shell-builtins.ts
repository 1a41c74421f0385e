// What a shell's own commands change in it: the folder, variables, functions, words. Pure.
import { programOf } from "./program-names.ts";
import type { Ran } from "./shell-run.ts";
import { assign, type Shell, type Value } from "./shell-state.ts";
import { ANY, isKnown } from "./shell-values.ts";

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
      if (words[0] === "-v" && words[1]) assign(shell, words[1], [[ANY]]);
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
      if (words.includes("--")) shell.words = words.slice(words.indexOf("--") + 1);
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

/** Each name takes a part of a line; the last takes the rest. */
function readVariables(program: string, words: string[], { input }: Ran, shell: Shell): void {
  const names = namesToRead(words);
  if (program !== "read") return assign(shell, names.at(-1) ?? "MAPFILE", [[ANY]]);
  const lines = (input?.texts ?? [ANY]).flatMap((text) => text.split("\n")).filter((line, at) => line !== "" || at === 0);
  for (const [at, name] of (names.length > 0 ? names : ["REPLY"]).entries()) {
    const isLast = at === Math.max(0, names.length - 1);
    const value: Value = lines.map((line) => {
      const parts = line.trim().split(/[ \t]+/);
      return [isKnown(line) ? (isLast ? parts.slice(at).join(" ") : (parts[at] ?? "")) : ANY];
    });
    assign(shell, name, value);
  }
}

function namesToRead(words: string[]): string[] {
  const names: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (/^-[a-zA-Z]*[adinNptu]$/.test(word)) {
      if (word.endsWith("a")) names.push(words[at + 1] ?? "");
      at += 1;
    } else if (!word.startsWith("-")) names.push(word);
  }
  return names;
}

/** What the parser did not see as an assignment, because it came out of an expansion. */
function declare(word: string, shell: Shell): void {
  const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word);
  if (match) assign(shell, match[1] as string, [[match[2] as string]]);
}

/** `git init` and `git clone` make folders in which git is not ccm's concern. */
function noteRepository({ words, cwd }: Ran, shell: Shell): void {
  if (programOf(words[0] ?? "") !== "git") return;
  const rest = words.slice(1);
  const at = rest.findIndex((word) => word === "init" || word === "clone");
  if (at < 0) return;
  const names = rest.slice(at + 1).filter((word) => !word.startsWith("-"));
  const target =
    rest[at] === "init" ? (names[0] ?? ".") : (names[1] ?? programOf((names[0] ?? "").replace(/\/+$/, "")).replace(/\.git$/, ""));
  shell.repositories.add(resolvedAt(cwd, target || ".") ?? "");
}
