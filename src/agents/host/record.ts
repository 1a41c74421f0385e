// What a host writes down: events.jsonl, long lines beside it, and the last lines for the exit record. No secrets.

import { closeSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hookBrief } from "../../hooks/actions.ts";
import type { Json } from "../../kernel/json.ts";
import type { RunPaths } from "../../kernel/paths.ts";
import { redact, redactDeep, redactLines } from "../../kernel/redact.ts";
import { EVENT_BYTES } from "../run-files.ts";
import type { OutputFormat, RunEvent } from "../schema.ts";
import { createTail } from "../transcript/transcript.ts";
import { type LineReader, type LongLine, readLines } from "./lines.ts";
import { writeAll, writeLong } from "./long-line.ts";
import { shortenedTo } from "./shorten.ts";

export type Recorder = {
  /** Writes down something the host itself did. */
  note(kind: RunEvent["kind"], text: string, json?: unknown): void;
  /** Writes down what an agent's hook brought. */
  hook(event: string, body: string): void;
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
type Part = Stream | "hook";

/** What an event's seq, time and braces take beside its body. */
const FRAME_BYTES = 100;
/** An object in a long line is read up to this size; results and questions are smaller, files that were read may not be. */
const FRAME_BYTES_KEPT = 1_000_000;
/** Of an object that is too long for an event, so much is in it; the rest is in the file. */
const CUT_BYTES = 8_000;
/** Characters of a hook's body that is no JSON. */
const PREVIEW_CHARACTERS = 2_000;
/** Characters of one text in the result that the exit record keeps. */
const RESULT_TEXT_CHARACTERS = 4_000;

const DECODER = new TextDecoder();

/** `onFrame` gets each object of the command's stream-json as it came, secrets included. */
export function createRecorder(
  run: RunPaths,
  format: OutputFormat,
  outputBytes: number,
  onFrame: (frame: Json) => void = () => {},
): Recorder {
  const folder = openFolder(run, outputBytes);
  const last = createLast();
  const withoutSecrets = { output: redactLines(), "error-output": redactLines() };
  const isJson = (stream: Stream) => stream === "output" && format === "stream-json";

  function recordLine(stream: Stream, line: Uint8Array): void {
    const text = DECODER.decode(line);
    const json = isJson(stream) ? parseObject(text) : undefined;
    const safe = json && redactedJson(text, json);
    const plain = safe ? "" : withoutSecrets[stream](text);
    const fields = safe ? `"kind":"json","json":${safe.text}` : `"kind":"${stream}","text":${JSON.stringify(plain)}`;
    if (Buffer.byteLength(fields) > EVENT_BYTES - FRAME_BYTES) writeOnce(recordLong(stream, "seen"), line);
    else {
      folder.append(fields);
      last.add(safe ? { kind: "json", json: safe.json } : { kind: stream, text: plain });
      last.keepResult(safe?.json);
    }
    if (json) onFrame(json);
  }

  /** What a long line says is looked at from memory, up to a size: it may be a question with a whole file in it. */
  function recordLong(stream: Stream, frame: "seen" | "unseen"): LongLine {
    const raw = frame === "unseen" && isJson(stream) ? keepBytes(FRAME_BYTES_KEPT) : undefined;
    const long = folder.appendLong(stream, (text, file, bytes) => {
      const kind = isJson(stream) && text.startsWith("{") ? "json" : stream;
      const json = kind === "json" && bytes <= FRAME_BYTES_KEPT ? parseObject(readFileSync(join(run.output, file), "utf8")) : undefined;
      folder.append(JSON.stringify({ kind, text, json: json && shortenedTo(json, CUT_BYTES), file }).slice(1, -1));
      last.add({ kind: stream, text });
      last.keepResult(json);
    });
    return raw ? alsoKept(long, raw, onFrame) : long;
  }

  return {
    hook: folder.guarded((event: string, body: string) => recordHook(folder, event, body)),
    note(kind, text, json) {
      try {
        folder.append(JSON.stringify({ kind, text: redact(text), json: redactDeep(json) }).slice(1, -1));
      } catch (thrown) {
        process.stderr.write(`ccm host: ${text} (not recorded: ${String(thrown)})\n`);
      }
    },
    reader: (stream) =>
      readLines(
        folder.guarded((line) => recordLine(stream, line)),
        () => recordLong(stream, "unseen"),
      ),
    bytes: () => folder.bytes,
    full: () => folder.full,
    tail: last.text,
    result: last.result,
    close: folder.close,
  };
}

/** What the exit record will show: the last lines and the last result. */
function createLast() {
  const tail = createTail();
  let result: Json | null = null;
  return {
    add: tail.add,
    text: tail.text,
    keepResult(json: Json | undefined): void {
      if (json?.type === "result") result = withoutLongTexts(json);
    },
    result: () => result,
  };
}

/** The body of an agent's hook: a claim, and perhaps no JSON. */
function recordHook(folder: Folder, event: string, body: string): void {
  const json = parseObject(body);
  const safe = json ? redactedJson(body, json).json : redact(body.slice(0, PREVIEW_CHARACTERS));
  const fields = JSON.stringify({ kind: "hook", text: event, json: safe }).slice(1, -1);
  if (Buffer.byteLength(fields) <= EVENT_BYTES - FRAME_BYTES) return folder.append(fields);
  const cut = { kind: "hook", text: event, json: shortenedTo(safe, CUT_BYTES), brief: hookBrief(event, safe) };
  const told = (_text: string, file: string) => folder.append(JSON.stringify({ ...cut, file }).slice(1, -1));
  writeOnce(folder.appendLong("hook", told), Buffer.from(body));
}

/** A long line whose bytes are looked at, too, once it is written. */
function alsoKept(long: LongLine, raw: ReturnType<typeof keepBytes>, onFrame: (frame: Json) => void): LongLine {
  return {
    write(bytes) {
      raw.add(bytes);
      long.write(bytes);
    },
    end() {
      long.end();
      const json = parseObject(raw.text());
      if (json) onFrame(json);
    },
  };
}

type Folder = ReturnType<typeof openFolder>;

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
    appendLong(stream: Part, onWhole: (preview: string, file: string, bytes: number) => void): LongLine {
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

/** The bytes of a line as long as they are no more than that; then nothing. */
function keepBytes(most: number) {
  let kept: Uint8Array[] = [];
  let size = 0;
  return {
    add(bytes: Uint8Array): void {
      size += bytes.length;
      if (size <= most) kept.push(bytes.slice());
      else kept = [];
    },
    text: () => (size <= most ? Buffer.concat(kept).toString("utf8") : ""),
  };
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
function withoutLongTexts(json: Json): Json {
  const cut = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, RESULT_TEXT_CHARACTERS) : value]),
  );
  if (JSON.stringify(cut).length <= EVENT_BYTES) return cut;
  return Object.fromEntries(Object.entries(cut).filter(([, value]) => typeof value !== "object" || value === null));
}
