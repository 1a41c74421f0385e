// A line too long for an event: written to a file of its own as it comes, without secrets, in bounded memory.
import { closeSync, openSync, writeSync } from "node:fs";
import { redactPart } from "../../kernel/redact.ts";

export type LongText = {
  write(bytes: Uint8Array): void;
  /** Writes what waits and closes the file; false when nothing was ever written. */
  close(): boolean;
  readonly bytes: number;
  /** The beginning of the text. */
  readonly preview: string;
};

/** Characters of a long line that its event shows. */
const PREVIEW_CHARACTERS = 2_000;
/** What waits for its continuation, so that a secret is seen whole; one that is longer holds back what follows, too. */
const CONTEXT_BYTES = 4_096;
/** Of what is written already, so much is looked at again: it may say that a secret follows, such as `--token`. */
const BEFORE_BYTES = 512;
/** Where a text has no gap for this long (base64), or one secret, it is cut anywhere. */
const WAITING_BYTES = 131_072;

/** Bytes travel as latin1 text, one character each, so that nothing is lost and the secrets' shapes, all ASCII, match. */
export function writeLong(path: string): LongText {
  let file: number | undefined;
  let waiting = "";
  /** How much of what waits is written. */
  let written = 0;
  let bytes = 0;
  let preview = Buffer.alloc(0);

  function flush(at: number): void {
    const { part, end } = redactPart(waiting, written, at);
    const chunk = Buffer.from(part, "latin1");
    written = Math.min(end, BEFORE_BYTES);
    waiting = waiting.slice(end - written);
    file ??= openSync(path, "w", 0o600);
    if (preview.length < PREVIEW_CHARACTERS) preview = Buffer.concat([preview, chunk.subarray(0, PREVIEW_CHARACTERS)]);
    bytes += writeAll(file, chunk);
  }

  return {
    write(chunk) {
      waiting += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
      const gap = lastGap(waiting, waiting.length - CONTEXT_BYTES);
      if (gap > written) flush(gap);
      if (waiting.length > WAITING_BYTES) flush(waiting.length - CONTEXT_BYTES);
      if (waiting.length > WAITING_BYTES) flush(waiting.length);
    },
    close() {
      if (waiting.length > written) flush(waiting.length);
      if (file !== undefined) closeSync(file);
      return file !== undefined;
    },
    get bytes() {
      return bytes;
    },
    get preview() {
      return preview.toString("utf8").slice(0, PREVIEW_CHARACTERS);
    },
  };
}

/** The last place at or before `from` where no secret can continue: white space, a quote, a comma. */
function lastGap(text: string, from: number): number {
  return Math.max(text.lastIndexOf(" ", from), text.lastIndexOf('"', from), text.lastIndexOf(",", from)) + 1;
}

/** write(2) may take less than it is given. */
export function writeAll(fd: number, bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  return bytes.length;
}
