// How many lines a change added and removed, from the forms in which agents tell it. Pure, and takes anything.
import { isJson, type Json } from "../kernel/json.ts";

/** `lines` for a new file, else `added` and `removed`; nothing where it cannot be known. */
export type LineCount = { lines?: number; added?: number; removed?: number };

export type Change = {
  /** Claude Code's `structuredPatch`: hunks with `lines` that begin with +, − or a space. */
  hunks: unknown;
  /** Gemini's `diffStat`. */
  stat: unknown;
  /** The call's own arguments. */
  input: Json;
  /** Codex's patch, or an empty text. */
  patch: string;
};

export function addedAndRemoved({ hunks, stat, input, patch }: Change): LineCount {
  if (Array.isArray(hunks) && hunks.length > 0) return signed(hunks.flatMap(linesOfHunk));
  if (isJson(stat) && typeof stat.model_added_lines === "number" && typeof stat.model_removed_lines === "number")
    return { added: stat.model_added_lines, removed: stat.model_removed_lines };
  if (patch !== "") return signed(patch.split("\n").filter((line) => !/^(?:\+\+\+|---)/.test(line)));
  if (typeof input.old_string === "string" && typeof input.new_string === "string") return between(input.old_string, input.new_string);
  return typeof input.content === "string" ? { lines: lineCount(input.content) } : {};
}

/** Lines of a text; an end without a newline is a line, too. */
export function lineCount(text: string): number {
  if (text === "") return 0;
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

function linesOfHunk(hunk: unknown): string[] {
  const lines = isJson(hunk) && Array.isArray(hunk.lines) ? hunk.lines : [];
  return lines.filter((line) => typeof line === "string");
}

function signed(lines: readonly string[]): LineCount {
  const starting = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: starting("+"), removed: starting("-") };
}

/** Lines that both begin or end with are the same: an edit names more around what it changes. */
function between(old: string, now: string): LineCount {
  const [before, after] = [old.split("\n"), now.split("\n")];
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { added: after.length - start - end, removed: before.length - start - end };
}
