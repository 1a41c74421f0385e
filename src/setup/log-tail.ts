// The last complaints of the daemon's log.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { jsonOf, textOf } from "../kernel/json.ts";
import type { Paths } from "../kernel/paths.ts";
import { cut, printable } from "../kernel/text-table.ts";

/** A line of the log that is a warning or an error; `at` is epoch ms. */
export type Complaint = { at: number; level: "warn" | "error"; message: string; details: string };

/** Bytes at the end of the log that are read: a few hundred lines. */
const TAIL_BYTES = 64_000;
const SHOWN = 12;
/** Columns of what a line says beyond its message. */
const DETAIL_COLUMNS = 300;

/** The newest first; none where there is no log. */
export function lastComplaints(paths: Paths): Complaint[] {
  return endOf(join(paths.logs, "daemon.log")).split("\n").flatMap(complaintIn).slice(-SHOWN).reverse();
}

/** What reading began in the middle of is no JSON, and is left out. */
function complaintIn(line: string): Complaint[] {
  let entry: ReturnType<typeof jsonOf>;
  try {
    entry = jsonOf(JSON.parse(line));
  } catch {
    return [];
  }
  const { at, level, message, ...rest } = entry;
  const time = Date.parse(textOf(at) ?? "");
  if ((level !== "warn" && level !== "error") || Number.isNaN(time)) return [];
  const details = Object.entries(rest).map(([name, value]) => `${name}: ${textOf(value) ?? JSON.stringify(value)}`);
  return [{ at: time, level, message: printable(textOf(message) ?? ""), details: cut(printable(details.join(", ")), DETAIL_COLUMNS) }];
}

function endOf(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return "";
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const fd = openSync(file, "r");
  try {
    return buffer.toString("utf8", 0, readSync(fd, buffer, 0, buffer.length, size - buffer.length));
  } finally {
    closeSync(fd);
  }
}
