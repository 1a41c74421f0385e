// The files of a run folder: how they are written so that a reader never sees half a file, and how they are read.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { jsonOf } from "../kernel/json.ts";
import type { RunPaths } from "../kernel/paths.ts";
import type { Identity } from "../kernel/process.ts";
import { isAnswer } from "./question-text.ts";
import type { ExitRecord, RunEvent, RunRequest, Stretch } from "./schema.ts";

/** Bytes of one line of events.jsonl; a reader may hold that much. */
export const EVENT_BYTES = 64_000;

/** `started.json`: the host, and the boot it belongs to, since pids and ticks start again with each. */
export type Started = Identity & { bootId: string; at: number };

export function readStarted(run: RunPaths): Started | undefined {
  return readJson(run.started) as Started | undefined;
}

/** Written once, ever: false when it is there already. */
export function writeStarted(run: RunPaths, started: Started): boolean {
  try {
    writeDurably(run.started, JSON.stringify(started), "wx");
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

export function readExit(run: RunPaths): ExitRecord | undefined {
  return readJson(run.exit) as ExitRecord | undefined;
}

/** Writes a file that after a crash is either not there or whole. */
export function writeWhole(path: string, text: string): void {
  const half = `${path}.${process.pid}.tmp`;
  writeDurably(half, text, "w");
  renameSync(half, path);
  syncFolder(dirname(path));
}

/** Removes what a writer that was killed left of its file; only once nobody of the run is left who could be writing. */
export function removeHalfWritten(run: RunPaths): void {
  for (const name of readdirSync(run.root)) if (name.endsWith(".tmp")) rmSync(join(run.root, name), { force: true });
}

function writeDurably(path: string, text: string, flags: "w" | "wx"): void {
  const fd = openSync(path, flags, 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A rename lasts once its folder is on the disk. */
function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  fsyncSync(fd);
  closeSync(fd);
}

/** Adds a request; its name sorts by time, so the host obeys in order. */
export function writeRequest(run: RunPaths, request: RunRequest): void {
  mkdirSync(run.requests, { recursive: true, mode: 0o700 });
  writeWhole(join(run.requests, `${Bun.randomUUIDv7()}.json`), JSON.stringify(request));
}

/** Takes the waiting requests out of the folder, oldest first: what is returned is never returned again. */
export function takeRequests(run: RunPaths): RunRequest[] {
  const names = existsSync(run.requests) ? readdirSync(run.requests).filter((name) => name.endsWith(".json")) : [];
  return names.sort().flatMap((name) => {
    const path = join(run.requests, name);
    const request = readJson(path);
    rmSync(path, { force: true });
    return isRequest(request) ? [request] : [];
  });
}

/** Messages of a person that no host took any more, oldest first. They stay where they are. */
export function leftMessages(run: RunPaths): string[] {
  const names = existsSync(run.requests) ? readdirSync(run.requests).filter((name) => name.endsWith(".json")) : [];
  return names.sort().flatMap((name) => {
    const request = readJson(join(run.requests, name));
    return isRequest(request) && request.kind === "message" ? [request.text] : [];
  });
}

function isRequest(value: unknown): value is RunRequest {
  const request = jsonOf(value);
  switch (request.kind) {
    case "message":
      return typeof request.text === "string";
    case "stop":
      return request.how === "gently" || request.how === "now";
    case "interrupt":
      return true;
    case "answer":
      return isAnswer(request.answer);
    default:
      return false;
  }
}

/** Reads events from a byte position on; `next` is where to read again. A line without its newline is not read yet. */
export function readEventsFrom(path: string, position: number): { events: RunEvent[]; next: number } {
  const chunk = readBytes(path, position, READ_BYTES);
  const end = chunk.lastIndexOf(10) + 1;
  const events = chunk
    .subarray(0, end)
    .toString("utf8")
    .split("\n")
    .flatMap((line) => parseEvent(line) ?? []);
  return { events, next: position + end };
}

/** The whole lines among the last `bytes` before a byte position; of a file that grows, what it holds by then. */
export function readEventsBefore(path: string, before: number, bytes: number): Stretch {
  const to = Math.min(before, writtenBytes(path));
  const from = Math.max(0, to - bytes);
  const chunk = readBytes(path, from, to - from);
  const events: Stretch["events"] = [];
  // What is left of a line that began earlier is for whoever reads what is before.
  let start = from === 0 ? 0 : chunk.indexOf(NEWLINE) + 1;
  for (let end = chunk.indexOf(NEWLINE, start); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
    const event = parseEvent(chunk.toString("utf8", start, end));
    if (event) events.push({ event, at: from + start });
    start = end + 1;
  }
  return { events, end: from + start };
}

const NEWLINE = 10;

/** Bytes of a file; 0 when it is not there. */
export function writtenBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Bytes read at once: holds at least four of the longest events. */
const READ_BYTES = 4 * EVENT_BYTES;

/** The last events of a file, as far as the last READ_BYTES hold them. */
export function readLastEvents(path: string): RunEvent[] {
  const size = existsSync(path) ? Bun.file(path).size : 0;
  return readEventsFrom(path, Math.max(0, size - READ_BYTES)).events;
}

/** Undefined for a line that was torn, by a crash or by where reading began. */
function parseEvent(line: string): RunEvent | undefined {
  try {
    return line === "" ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readBytes(path: string, position: number, length: number): Buffer {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return Buffer.alloc(0);
  }
  const buffer = Buffer.alloc(length);
  const got = readSync(fd, buffer, 0, length, position);
  closeSync(fd);
  return buffer.subarray(0, got);
}

/** Undefined when there is no such file, or it is not JSON: a file that was not written to its end. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
