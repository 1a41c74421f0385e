// The log: one JSON object a line, secrets taken out, rotated by size, readable by its owner only.
import { appendFileSync, chmodSync, renameSync, rmSync, statSync } from "node:fs";
import type { Clock } from "./clock.ts";
import { redact, redactDeep } from "./redact.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Write = (message: string, fields?: Record<string, unknown>) => void;
export type Log = Record<LogLevel, Write>;

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Bytes of one file before it is rotated: a day of a busy daemon, and opens in any editor. */
export const LOG_FILE_BYTES = 10_000_000;
/** Rotated files kept beside the current one. */
export const LOG_FILES_KEPT = 5;
/** Longest line; what is cut of one event is in the run's own folder. */
const LINE_BYTES = 16_000;

/** Where a log goes: `file` is the path of the current file; `limits` are for tests. */
export type LogTarget = { file: string; level: LogLevel; limits?: { fileBytes: number; kept: number } };

/**
 * A log that appends `{"at","level","message",…fields}` lines. Writing never throws: a full disk must not stop the
 * loop, so the first line that is lost is reported on stderr and the next that fits says how many were.
 */
export function createLog(clock: Clock, target: LogTarget): Log {
  const { fileBytes, kept } = target.limits ?? { fileBytes: LOG_FILE_BYTES, kept: LOG_FILES_KEPT };
  const lowest = LOG_LEVELS.indexOf(target.level);
  let size = sizeOf(target.file);
  let lost = 0;

  function write(level: LogLevel, message: string, fields: Record<string, unknown> = {}): void {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    const line = logLine(clock.now(), level, message, lost > 0 ? { ...fields, linesLost: lost } : fields);
    try {
      if (size > 0 && size + line.length > fileBytes) rotate(target.file, kept);
      appendFileSync(target.file, line, { mode: 0o600 });
      size = sizeOf(target.file);
      lost = 0;
    } catch (thrown) {
      if (lost++ === 0) process.stderr.write(`ccm: the log "${target.file}" cannot be written: ${String(thrown)}\n`);
    }
  }

  return {
    debug: (message, fields) => write("debug", message, fields),
    info: (message, fields) => write("info", message, fields),
    warn: (message, fields) => write("warn", message, fields),
    error: (message, fields) => write("error", message, fields),
  };
}

/** One line of the log with its newline: time in ISO 8601, then the message, then the fields. */
export function logLine(at: number, level: LogLevel, message: string, fields: Record<string, unknown>): string {
  const head = { at: new Date(at).toISOString(), level, message: redact(message) };
  const line = JSON.stringify({ ...head, ...(redactDeep(fields) as Record<string, unknown>), ...head });
  if (line.length <= LINE_BYTES) return `${line}\n`;
  return `${JSON.stringify({ ...head, message: head.message.slice(0, LINE_BYTES / 4), cut: true, sizeBytes: line.length })}\n`;
}

/** `ccm.log` → `ccm.log.1` → `ccm.log.2` …; the oldest goes. */
function rotate(file: string, kept: number): void {
  rmSync(`${file}.${kept}`, { force: true });
  for (let number = kept - 1; number >= 1; number--) move(`${file}.${number}`, `${file}.${number + 1}`);
  if (kept > 0) move(file, `${file}.1`);
  else rmSync(file, { force: true });
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
  }
}

/** Bytes in the file now, 0 without one; closes it to other users on the way, in case an older one was open to them. */
function sizeOf(file: string): number {
  try {
    const found = statSync(file);
    if ((found.mode & 0o077) !== 0) chmodSync(file, 0o600);
    return found.size;
  } catch {
    return 0;
  }
}
