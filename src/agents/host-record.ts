// What a host writes down: events.jsonl, long lines beside it, and the last lines for the exit record.
import { closeSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RunPaths } from "../kernel/paths.ts";
import { type LineReader, type LongLine, readLines } from "./host-lines.ts";
import { EVENT_BYTES } from "./run-files.ts";
import type { OutputFormat, RunEvent } from "./schema.ts";
import { eventLines } from "./transcript.ts";

export type Recorder = {
  /** Writes down something the host itself did. */
  note(kind: RunEvent["kind"], text: string, json?: unknown): void;
  /** Takes the bytes of one of the command's streams; write errors end the recording, never the host. */
  reader(kind: "output" | "error-output"): LineReader;
  /** Bytes in the run folder so far. */
  readonly bytes: number;
  /** True when the folder is over its limit or the disk refuses: nothing of the command is written any more. */
  readonly full: boolean;
  /** The last lines, at most TAIL_BYTES. */
  tail(): string;
  /** The last object of type `result`, its long texts cut. */
  readonly result: Record<string, unknown> | null;
  close(): void;
};

/** Characters of a long line that its event shows. */
const PREVIEW_CHARACTERS = 2_000;
const TAIL_BYTES = 8_000;
/** Characters of one line in the tail, so that one endless line does not push out all others. */
const TAIL_LINE_CHARACTERS = 1_000;
/** A result object in a long line is read back up to this size; agents put their last answer in it, not files. */
const RESULT_BYTES = 1_000_000;
/** Characters of one text in the result that the exit record keeps. */
const RESULT_TEXT_CHARACTERS = 4_000;

/** Readers of a line find its result object by this without parsing it. */
const RESULT_MARK = /"type"\s*:\s*"result"/;

export function createRecorder(run: RunPaths, format: OutputFormat, outputBytes: number): Recorder {
  const fd = openSync(run.events, "a", 0o600);
  const decoder = new TextDecoder();
  const tail = createTail();
  let seq = 0;
  let bytes = 0;
  let full = false;
  let result: Record<string, unknown> | null = null;

  function append(event: Omit<RunEvent, "seq" | "at">, encoded?: string): void {
    seq += 1;
    const body = encoded ?? JSON.stringify(event).slice(1);
    bytes += writeAll(fd, Buffer.from(`{"seq":${seq},"at":${Date.now()},${body}\n`));
  }

  function recordLine(kind: "output" | "error-output", line: Uint8Array): void {
    if (full) return;
    const text = decoder.decode(line);
    const json = kind === "output" && format === "stream-json" ? parseObject(text) : undefined;
    const body = json ? `"kind":"json","json":${text.trim()}}` : `"kind":"${kind}","text":${JSON.stringify(text)}}`;
    if (Buffer.byteLength(body) > EVENT_BYTES - 100) return recordWhole(kind, line);
    append({ kind }, body);
    tail.add(json ? { seq, at: 0, kind: "json", json } : { seq, at: 0, kind, text });
    if (json) keepResult(json);
  }

  function recordWhole(kind: "output" | "error-output", line: Uint8Array): void {
    const long = recordLong(kind);
    long.write(line);
    long.end();
  }

  /** The file gets its name when it is whole; a name without an event is a line that the run's death cut off. */
  function recordLong(kind: "output" | "error-output"): LongLine {
    const part = join(run.output, `${kind}.part`);
    let file: number | undefined;
    let size = 0;
    let preview = Buffer.alloc(0);
    return {
      write: guarded((chunk) => {
        file ??= openSync(part, "w", 0o600);
        if (preview.length < PREVIEW_CHARACTERS) preview = Buffer.concat([preview, chunk.subarray(0, PREVIEW_CHARACTERS)]);
        const written = writeAll(file, chunk);
        size += written;
        bytes += written;
      }),
      end: guarded(() => {
        if (file === undefined) return;
        closeSync(file);
        const name = `${seq + 1}.txt`;
        renameSync(part, join(run.output, name));
        const text = decoder.decode(preview).slice(0, PREVIEW_CHARACTERS);
        const isJson = kind === "output" && format === "stream-json" && text.startsWith("{");
        append({ kind: isJson ? "json" : kind, text, file: name });
        tail.add({ seq, at: 0, kind, text });
        if (isJson && size <= RESULT_BYTES && RESULT_MARK.test(text)) keepResult(parseObject(readFileSync(join(run.output, name), "utf8")));
      }),
    };
  }

  function keepResult(json: Record<string, unknown> | undefined): void {
    if (json?.type !== "result") return;
    result = shortened(json);
  }

  /** No recording once full; a disk that refuses is treated like a folder that is full. */
  function guarded<T extends unknown[]>(write: (...args: T) => void): (...args: T) => void {
    return (...args) => {
      if (full) return;
      try {
        write(...args);
        full = bytes > outputBytes;
      } catch (thrown) {
        full = true;
        process.stderr.write(`ccm host: the run folder cannot be written: ${String(thrown)}\n`);
      }
    };
  }

  return {
    note(kind, text, json) {
      try {
        append({ kind, text, ...(json === undefined ? {} : { json }) });
      } catch (thrown) {
        process.stderr.write(`ccm host: ${text} (not recorded: ${String(thrown)})\n`);
      }
    },
    reader: (kind) =>
      readLines(
        guarded((line) => recordLine(kind, line)),
        () => recordLong(kind),
      ),
    get bytes() {
      return bytes;
    },
    get full() {
      return full;
    },
    tail: () => tail.text(),
    get result() {
      return result;
    },
    close: () => closeSync(fd),
  };
}

/** The last readable lines of the events it is shown. */
export function createTail(): { add(event: RunEvent): void; text(): string } {
  let lines: string[] = [];
  let size = 0;
  return {
    add(event) {
      for (const { text } of eventLines(event)) {
        const line = text.slice(0, TAIL_LINE_CHARACTERS);
        lines.push(line);
        size += Buffer.byteLength(line) + 1;
      }
      let dropped = 0;
      while (size > TAIL_BYTES) size -= Buffer.byteLength(lines[dropped++] ?? "") + 1;
      if (dropped > 0) lines = lines.slice(dropped);
    },
    text: () => lines.join("\n"),
  };
}

/** The result with its long texts cut; a claim of the agent that people and rules read, not an archive. */
function shortened(json: Record<string, unknown>): Record<string, unknown> {
  const cut = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, RESULT_TEXT_CHARACTERS) : value]),
  );
  if (JSON.stringify(cut).length <= EVENT_BYTES) return cut;
  return Object.fromEntries(Object.entries(cut).filter(([, value]) => typeof value !== "object" || value === null));
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** write(2) may take less than it is given. */
function writeAll(fd: number, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  return bytes.length;
}
