// One file of a difference as a page shows it: a window of its lines, and in words what is no line. Pure.
import type { DiffFileProps, DiffRow } from "../../views/parts/diff-view.tsx";
import type { ChangedFile, FilePatch } from "../git/schema.ts";
import { neutral } from "./visible.ts";

export type FileProps = {
  file: Omit<DiffFileProps, "children">;
  hunks: { heading: string; rows: DiffRow[] }[];
  /** Where its lines are, or go on; null when all of them are here. */
  more: { href: string; text: string } | null;
};

export type Listed = {
  file: ChangedFile;
  /** Its place in the list of all files. */
  at: number;
  /** The address of the page. */
  place: string;
  patch: FilePatch | undefined;
  /** The first row that is shown. */
  from: number;
  how: "listed" | "asked for";
};

/** Rows of one file that are shown at a time: thirty screens. */
const ROWS = 1_500;

export function fileProps({ file, at, place, patch, from, how }: Listed): FileProps {
  const { hunks, shown, total } = windowOf(patch, from);
  const note = noteOf(file, how === "asked for" && patch?.isCut === true ? "cut" : "whole");
  const address = `${place}?${new URLSearchParams({ file: file.path })}`;
  const left = total - from - shown;
  return {
    file: {
      id: `file-${at}`,
      path: neutral(file.path),
      ...(file.from === null ? {} : { from: neutral(file.from) }),
      change: changeOf(file),
      added: file.lines?.added ?? 0,
      removed: file.lines?.removed ?? 0,
      open: patch !== undefined,
      ...(note === "" ? {} : { note }),
    },
    hunks,
    more: moreOf(),
  };

  function moreOf(): FileProps["more"] {
    if (!patch) return how === "listed" && file.lines ? { href: `${address}#file-${at}`, text: "Show its lines" } : null;
    if (patch.isCut && how === "listed") return { href: `${address}&from=${shown}#file-${at}`, text: "More of its lines" };
    if (left > 0) return { href: `${address}&from=${from + shown}#file-${at}`, text: `${left.toLocaleString("en")} lines more` };
    return null;
  }
}

function changeOf({ change, lines, modes }: ChangedFile): DiffFileProps["change"] {
  if (change === "retyped") return "changed";
  const isModeOnly = change === "changed" && lines?.added === 0 && lines.removed === 0 && modes.old !== modes.now;
  return isModeOnly ? "mode" : change;
}

/** What has no lines to show it, in sentences. */
function noteOf({ path, lines, modes, change }: ChangedFile, extent: "whole" | "cut"): string {
  const notes: string[] = [];
  if (lines === null) notes.push("It is no text, so its content is not shown.");
  else if (change === "added" && lines.added === 0) notes.push("It is empty.");
  if (modes.old && modes.now && modes.old !== modes.now) notes.push(`It was ${modeText(modes.old)} and is ${modeText(modes.now)} now.`);
  else if ((modes.now ?? modes.old) !== "100644") notes.push(`It is ${modeText(modes.now ?? modes.old ?? "")}.`);
  if (path.includes("\ufffd")) notes.push("Its name is no UTF-8: `ccm diff` shows its lines.");
  if (extent === "cut") notes.push("It is too large to be shown whole.");
  return notes.join(" ");
}

const MODES: Record<string, string> = {
  "100644": "a file",
  "100755": "a program (executable)",
  "120000": "a symbolic link",
  "160000": "a submodule",
};

function modeText(mode: string): string {
  return MODES[mode] ?? `of mode ${mode}`;
}

/** Rows from one on, in the hunks that they are in. */
function windowOf(patch: FilePatch | undefined, from: number): { hunks: FileProps["hunks"]; shown: number; total: number } {
  const hunks: FileProps["hunks"] = [];
  let total = 0;
  let shown = 0;
  for (const { heading, rows } of patch?.hunks ?? []) {
    const own = rows.slice(Math.max(0, from - total), Math.max(0, from + ROWS - total));
    total += rows.length;
    shown += own.length;
    if (own.length > 0) hunks.push({ heading: neutral(heading), rows: own.map((row) => ({ ...row, text: neutral(row.text) })) });
  }
  return { hunks, shown, total };
}
