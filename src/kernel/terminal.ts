// This process's own output: written at once and whole, quiet when its reader has left.
import { fstatSync, writeSync } from "node:fs";
import type { Palette, Terminal } from "./command-line.ts";

const STDOUT = 1;
const STDERR = 2;
/** Pause when a pipe that somebody made non-blocking is full. */
const FULL_PIPE_MS = 1;

/**
 * The terminal of this process. `process.stdout` is only touched when it is one: making that stream takes as long as
 * starting the whole program, 4 ms.
 */
export function processTerminal(words: readonly string[]): Terminal {
  const kind = isCharacterDevice(STDOUT) && process.stdout.isTTY ? "terminal" : "other";
  const errorKind = isCharacterDevice(STDERR) && process.stderr.isTTY ? "terminal" : "other";
  return {
    words,
    out: (text) => write(STDOUT, text),
    error: (text) => write(STDERR, text),
    columns: columnsFor((kind === "terminal" && process.stdout.columns) || Number(process.env.COLUMNS)),
    palette: { out: paletteFor(kind, process.env), error: paletteFor(errorKind, process.env) },
  };
}

/** `ccm list-tasks | head` closes the pipe early: that is the reader's right, and the end of this process without a word. */
function write(fd: number, text: string): void {
  let rest: Uint8Array = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw thrown;
      Bun.sleepSync(FULL_PIPE_MS);
    }
  }
}

/** A closed descriptor is none. */
function isCharacterDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

/** Colours on a terminal, unless a person says otherwise: https://no-color.org, https://force-color.org, https://bixense.com/clicolors. */
export function paletteFor(kind: "terminal" | "other", env: Readonly<Record<string, string | undefined>>): Palette {
  if (env.NO_COLOR) return "plain";
  const forced = env.FORCE_COLOR || env.CLICOLOR_FORCE;
  if (forced) return forced === "0" || forced === "false" ? "plain" : "colours";
  return kind === "terminal" && env.TERM !== "dumb" && env.CLICOLOR !== "0" ? "colours" : "plain";
}

/** In narrower ones not even a number and a word have room beside each other; the terminal then breaks the lines. */
const NARROWEST_COLUMNS = 40;
const USUAL_COLUMNS = 80;

/** The width to write for; a terminal that does not know its own is taken for a usual one. */
export function columnsFor(columns: number): number {
  return columns > 0 ? Math.max(NARROWEST_COLUMNS, columns) : USUAL_COLUMNS;
}
