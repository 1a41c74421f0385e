// What a host writes down: events.jsonl, long lines beside it, and the last lines for the exit record. No secrets.
import { closeSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { RunPaths } from "../kernel/paths.ts";
import { redact, redactDeep } from "../kernel/redact.ts";
import { type LineReader, type LongLine, readLines } from "./host-lines.ts";
import { writeAll, writeLong } from "./host-long-line.ts";
import { EVENT_BYTES } from "./run-files.ts";
import type { OutputFormat, RunEvent } from "./schema.ts";
import { createTail } from "./transcript.ts";

export type Recorder = {
  /** Writes down something the host itself did. */
  note(kind: RunEvent["kind"], text: string, json?: unknown): void;
  /** Takes the bytes of one of the command's streams; write errors end the recording, never the host. */
  reader(stream: Stream): LineReader;
  /** Bytes in the run folder so far. */
  bytes(): number;
  /** True when the folder is over its limit or the disk refuses: nothing of the command is written any more. */
  full(): boolean;
  /** The last readable lines. */
  tail(): string;
  /** The last object of type `result`, its long texts cut. */
  result(): Json | null;
  close(): void;
};

type Stream = "output" | "error-output";
type Json = Record<string, unknown>;

/** What an event's seq, time and braces take beside its body. */
const FRAME_BYTES = 100;
/** A result object in a long line is read back up to this size; agents put their last answer in it, not files. */
const RESULT_BYTES = 1_000_000;
/** Characters of one text in the result that the exit record keeps. */
const RESULT_TEXT_CHARACTERS = 4_000;
/** A result object is known by this without parsing the line. */
const RESULT_MARK = /"type"\s*:\s*"result"/;

export function createRecorder(run: RunPaths, format: OutputFormat, outputBytes: number): Recorder {
  const folder = openFolder(run, outputBytes);
  const decoder = new TextDecoder();
  const tail = createTail();
  let result: Json | null = null;

  const isJson = (stream: Stream) => stream === "output" && format === "stream-json";

  function keepResult(json: Json | undefined): void {
    if (json?.type === "result") result = shortened(json);
  }

  function recordLine(stream: Stream, line: Uint8Array): void {
    const text = decoder.decode(line);
    const json = isJson(stream) ? parseObject(text) : undefined;
    const safe = json && redactedJson(text, json);
    const fields = safe ? `"kind":"json","json":${safe.text}` : `"kind":"${stream}","text":${JSON.stringify(redact(text))}`;
    if (Buffer.byteLength(fields) > EVENT_BYTES - FRAME_BYTES) {
      writeOnce(recordLong(stream), line);
      return;
    }
    folder.append(fields);
    tail.add(safe ? { kind: "json", json: safe.json } : { kind: stream, text: redact(text) });
    keepResult(safe?.json);
  }

  function recordLong(stream: Stream): LongLine {
    return folder.appendLong(stream, (text, file, bytes) => {
      const kind = isJson(stream) && text.startsWith("{") ? "json" : stream;
      folder.append(JSON.stringify({ kind, text, file }).slice(1, -1));
      tail.add({ kind: stream, text });
      if (kind === "json" && bytes <= RESULT_BYTES && RESULT_MARK.test(text))
        keepResult(parseObject(readFileSync(join(run.output, file), "utf8")));
    });
  }

  return {
    note(kind, text, json) {
      try {
        folder.append(JSON.stringify({ kind, text, json }).slice(1, -1));
      } catch (thrown) {
        process.stderr.write(`ccm host: ${text} (not recorded: ${String(thrown)})\n`);
      }
    },
    reader: (stream) =>
      readLines(
        folder.guarded((line) => recordLine(stream, line)),
        () => recordLong(stream),
      ),
    bytes: () => folder.bytes,
    full: () => folder.full,
    tail: tail.text,
    result: () => result,
    close: folder.close,
  };
}

/** Writing into the run folder, counted. Plain writes: they survive the host's death, and a power cut takes at most the last moments. */
function openFolder(run: RunPaths, outputBytes: number) {
  const fd = openSync(run.events, "a", 0o600);
  let seq = 0;
  let bytes = 0;
  let full = false;

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
    guarded,
    /** `fields` is the inside of a JSON object. */
    append(fields: string): void {
      seq += 1;
      bytes += writeAll(fd, Buffer.from(`{"seq":${seq},"at":${Date.now()},${fields}}\n`));
    },
    /** The file gets its name when it is whole; a part without an event is a line that the run's death cut off. */
    appendLong(stream: Stream, onWhole: (preview: string, file: string, bytes: number) => void): LongLine {
      const part = join(run.output, `${stream}.part`);
      const long = writeLong(part);
      const counted = (act: () => void) => {
        const before = long.bytes;
        act();
        bytes += long.bytes - before;
      };
      return {
        write: guarded((chunk: Uint8Array) => counted(() => long.write(chunk))),
        end: guarded(() => {
          counted(() => long.close());
          const file = `${seq + 1}.txt`;
          renameSync(part, join(run.output, file));
          onWhole(long.preview, file, long.bytes);
        }),
      };
    },
    get bytes() {
      return bytes;
    },
    get full() {
      return full;
    },
    close: () => closeSync(fd),
  };
}

function writeOnce(long: LongLine, line: Uint8Array): void {
  long.write(line);
  long.end();
}

function parseObject(text: string): Json | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As it came where the text holds no secret; replacing inside JSON text could leave no JSON. */
function redactedJson(text: string, json: Json): { text: string; json: Json } {
  if (redact(text) === text) return { text: text.trim(), json };
  const safe = redactDeep(json) as Json;
  return { text: JSON.stringify(safe), json: safe };
}

/** The result with its long texts cut; a claim of the agent that people and rules read, not an archive. */
function shortened(json: Json): Json {
  const cut = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, RESULT_TEXT_CHARACTERS) : value]),
  );
  if (JSON.stringify(cut).length <= EVENT_BYTES) return cut;
  return Object.fromEntries(Object.entries(cut).filter(([, value]) => typeof value !== "object" || value === null));
}
