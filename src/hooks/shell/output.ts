// What the few programs print whose output is in their words: `echo`, `printf` and their like. Pure.

import { expandWords, type OutputOf } from "./expand.ts";
import { programOf } from "./program-names.ts";
import type { Input } from "./run.ts";
import type { Shell, Value } from "./state.ts";
import type { Command } from "./syntax.ts";
import { ANY, isKnown } from "./values.ts";

/** Possible texts; null when they are not known. */
export function printedBy(command: Command, shell: Shell, input: Input | null, outputOf: OutputOf): readonly string[] | null {
  if (command.kind !== "simple" || command.redirects.some(({ operator }) => operator.includes(">"))) return null;
  if (command.words.length === 0) return command.redirects.length === 0 ? [""] : null;
  const own = command.redirects.find(({ operator }) => operator === "<<" || operator === "<<-" || operator === "<<<");
  const document = own ? expandWords([own.target], shell, outputOf).map((fields) => fields.join(" ")) : null;
  const reads = document ? document.map((text) => (own?.operator === "<<<" ? `${text}\n` : text)) : (input?.texts ?? null);
  const possible = expandWords(command.words, shell, outputOf).map((words) => printed(words, shell, reads));
  const texts = possible.flatMap((one) => one ?? []);
  return possible.includes(null) ? null : [...new Set(texts)];
}

function printed([program = "", ...words]: string[], shell: Shell, reads: readonly string[] | null): readonly string[] | null {
  if (shell.functions.has(program)) return null;
  switch (programOf(program)) {
    case "echo":
      return echoed(words);
    case "printf":
      return formatted(words);
    case "pwd":
      return [`${shell.cwd ?? ANY}\n`];
    case "which":
      return words.length === 1 ? [`${words[0]}\n`] : null;
    case "command":
      return words[0] === "-v" && words.length === 2 ? [`${words[1]}\n`] : null;
    case "basename":
      return words.length === 1 && isKnown(words[0] as string) ? [`${programOf(words[0] as string)}\n`] : null;
    case "cat":
      return words.every((word) => word === "-") ? reads : null;
    case "tee":
      return reads;
    case "true":
    case ":":
      return [""];
    default:
      return null;
  }
}

/** What `printf -v` gives to a variable. */
export function printedTo(words: string[]): Value {
  return formatted(words)?.map((text) => [text]) ?? [[ANY]];
}

function echoed(words: string[]): string[] {
  const options = words.findIndex((word) => !/^-[neE]+$/.test(word));
  const flags = words.slice(0, options < 0 ? undefined : options).join("");
  const text = words.slice(options < 0 ? words.length : options).join(" ");
  return [(flags.includes("e") ? unescaped(text) : text) + (flags.includes("n") ? "" : "\n")];
}

/** `%s`, `%b` and `%d`, with the format used again while there are words. */
function formatted([first, ...others]: string[]): string[] | null {
  const [format, ...words] = first === "--" ? others : [first, ...others];
  if (format === undefined || first === "-v") return null;
  const places = [...format.matchAll(/%[^%]/g)].map(([place]) => place);
  if (places.some((place) => !/^%[sbdi]$/.test(place)) || !isKnown(format)) return null;
  const parts: string[] = [];
  const left = [...words];
  do parts.push(unescaped(format.replace(/%(.)/g, (_, kind: string) => (kind === "%" ? "%" : (left.shift() ?? "")))));
  while (left.length > 0 && places.length > 0);
  return [parts.join("")];
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", "\\": "\\", a: "", b: "", f: "\f", v: "\v", e: "" };

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{1,2})|0?([0-7]{1,3})|(.))/g, (whole, hex, octal, letter) => {
    if (hex) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return ESCAPES[letter] ?? whole;
  });
}
