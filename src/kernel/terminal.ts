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
    columns: (kind === "terminal" && process.stdout.columns) || Number(process.env.COLUMNS) || 80,
    palette: { out: paletteOf(kind), error: paletteOf(errorKind) },
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

function paletteOf(kind: "terminal" | "other"): Palette {
  return kind === "terminal" && !process.env.NO_COLOR && process.env.TERM !== "dumb" ? "colours" : "plain";
}
