// Reads what git prints of a difference: files, hunks, numbered lines. Pure.
import type { ChangedFile, FilePatch, Hunk, PatchRow } from "./schema.ts";

/** Characters of a line that are kept; a minified file is one line of megabytes. */
const LINE_CHARACTERS = 1_000;

/** How each of the files differs: git prints them in the order of its list, one that became a link as two. */
export function patchesIn(text: string, files: readonly ChangedFile[], extent: "whole" | "cut"): Map<string, FilePatch> {
  // Every line of a file has a sign before it, so that none of them can pass for the beginning of the next file.
  const whole = extent === "cut" ? text.slice(0, text.lastIndexOf("\n") + 1) : text; // Without the line that was cut.
  const sections = `\n${whole}`.split("\ndiff --git ").slice(1);
  const found = new Map<string, FilePatch>();
  let at = 0;
  for (const file of files) {
    const own = sections.slice(at, at + (file.change === "retyped" ? 2 : 1));
    if (own.length === 0) break;
    at += own.length;
    found.set(file.path, { hunks: own.flatMap(hunksIn), isCut: extent === "cut" && at === sections.length });
  }
  return found;
}

const HEADING = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;
const KINDS: Record<string, PatchRow["kind"]> = { " ": "same", "+": "added", "-": "removed", "\\": "note" };

function hunksIn(section: string): Hunk[] {
  const hunks: Hunk[] = [];
  let rows: PatchRow[] | undefined;
  const next = { old: 0, now: 0 };
  for (const line of section.replace(/\n$/, "").split("\n")) {
    const heading = HEADING.exec(line);
    if (heading) {
      rows = [];
      Object.assign(next, { old: Number(heading[1]), now: Number(heading[2]) });
      hunks.push({ heading: shortened(line), rows });
    } else if (rows && KINDS[line[0] ?? ""]) rows.push(rowOf(line, next));
  }
  return hunks;
}

function rowOf(line: string, next: { old: number; now: number }): PatchRow {
  const kind = KINDS[line[0] ?? ""] ?? "note";
  const text = shortened(line.slice(kind === "note" ? 2 : 1));
  return {
    kind,
    old: kind === "same" || kind === "removed" ? next.old++ : null,
    now: kind === "same" || kind === "added" ? next.now++ : null,
    text,
  };
}

function shortened(text: string): string {
  if (text.length <= LINE_CHARACTERS) return text;
  return `${text.slice(0, LINE_CHARACTERS)}… ${(text.length - LINE_CHARACTERS).toLocaleString("en")} characters more`;
}
