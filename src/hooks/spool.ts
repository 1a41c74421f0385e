// `hooks.jsonl` in a run's spool: hooks that found no host, or need no answer. One line each: {"event","at","body"}.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** A line of the spool. Whatever is in it is a claim: everything in the run may write there. `text` is a line that is no hook. */
export type SpoolLine = { kind: "hook"; event: string; at: number; body: unknown } | { kind: "text"; text: string };

export type SpoolReader = {
  /** Whole lines that came since the last call, at most READ_BYTES of them; call again until there are none. */
  read(): SpoolLine[];
};

const FILE = "hooks.jsonl";
/** What is read at once, and so the longest line that is kept: an agent that floods the spool does not fill its host. */
export const READ_BYTES = 4_000_000;
/** Lines taken at once, which bounds what parsing very short ones makes of those bytes. */
const READ_LINES = 500;
/** A line that is no hook is kept as far as this. */
const TEXT_CHARACTERS = 4_000;
/** A spool that nobody empties grows no further; a run's folder has 200 MB. */
const SPOOL_BYTES = 50_000_000;
/** What the frame of a line takes beside its body. */
const FRAME_BYTES = 200;

const NEWLINE = 10;

/**
 * Adds a hook in one write, so that writers at the same time never mix (O_APPEND, write(2)). `body` is put into the line
 * as it is when it looks like a JSON object: newlines in one are white space. Throws what the system says.
 */
export function appendToSpool(folder: string, event: string, body: Uint8Array, at: number): void {
  const fd = openSync(pathIn(folder), constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | SAFELY, 0o600);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > SPOOL_BYTES) return;
    const line = lineOf(event, body, at);
    const written = writeSync(fd, line);
    if (written < line.length) writeSync(fd, "\n"); // The disk is full; what comes next still has its own line.
  } finally {
    closeSync(fd);
  }
}

/** Put together by hand, as is the line: each module that a hook loads, and Buffer, costs an agent time at every call. */
const pathIn = (folder: string) => `${folder}/${FILE}`;

/** Neither follows a planted link nor waits for the other end of a planted FIFO. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

function lineOf(event: string, body: Uint8Array, at: number): Uint8Array {
  const [frame, kept] = [bytesOf(`{"event":${JSON.stringify(event)},"at":${at},"body":`), bodyOf(body)];
  const line = new Uint8Array(frame.length + kept.length + END.length);
  line.set(frame);
  line.set(kept, frame.length);
  line.set(END, frame.length + kept.length);
  return line;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const END = bytesOf("}\n");

function bodyOf(body: Uint8Array): Uint8Array {
  if (body.length > READ_BYTES - FRAME_BYTES) return bytesOf(JSON.stringify({ note: `The body of ${body.length} bytes was not kept.` }));
  if (body[0] !== OPEN) return bytesOf(JSON.stringify(new TextDecoder().decode(body).trim().slice(0, TEXT_CHARACTERS)));
  for (let at = body.indexOf(NEWLINE); at >= 0; at = body.indexOf(NEWLINE, at + 1)) body[at] = SPACE;
  return body;
}

const OPEN = "{".charCodeAt(0);
const SPACE = " ".charCodeAt(0);

/** Reads a spool from its beginning on. A file that was replaced or cut is read anew; what is no plain file, never. */
export function createSpoolReader(folder: string): SpoolReader {
  let position = 0;
  let inode = 0;
  let isSkipping = false;

  /** Takes the whole lines out of the bytes at `position` and moves it on. */
  function take(bytes: Buffer): SpoolLine[] {
    const lines: SpoolLine[] = [];
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0 && lines.length < READ_LINES; end = bytes.indexOf(NEWLINE, from)) {
      if (!isSkipping && end > from) lines.push(parseLine(bytes.toString("utf8", from, end)));
      isSkipping = false;
      from = end + 1;
    }
    position += from;
    if (from > 0 || bytes.length < READ_BYTES) return lines;
    position += bytes.length;
    if (isSkipping) return [];
    isSkipping = true;
    return [{ kind: "text", text: `A line of more than ${READ_BYTES} bytes was left out.` }];
  }

  return {
    read() {
      const fd = openPlain(pathIn(folder));
      if (fd === undefined) return [];
      try {
        const stat = fstatSync(fd);
        if (!stat.isFile()) return [];
        if (stat.ino !== inode || stat.size < position) [inode, position, isSkipping] = [stat.ino, 0, false];
        const bytes = Buffer.allocUnsafeSlow(Math.min(stat.size - position, READ_BYTES));
        return take(bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, position)));
      } catch {
        return []; // Removed, or another file by now: the next look finds out.
      } finally {
        closeSync(fd);
      }
    },
  };
}

function openPlain(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | SAFELY);
  } catch {
    return undefined;
  }
}

function parseLine(text: string): SpoolLine {
  const line = parseJson(text);
  if (typeof line !== "object" || line === null || !("event" in line) || typeof line.event !== "string" || !NAME.test(line.event))
    return { kind: "text", text: text.slice(0, TEXT_CHARACTERS) };
  const at = "at" in line && typeof line.at === "number" ? line.at : 0;
  return { kind: "hook", event: line.event, at, body: "body" in line ? line.body : null };
}

/** As at the endpoint. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
