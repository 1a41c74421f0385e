// Secrets erased in files: looked for in pieces, overwritten in place with as many bytes, so that every other byte stays where it is.
import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { Found } from "../kernel/prints.ts";
import { secretsIn } from "../kernel/redact.ts";

/** Bytes that are looked at together; a file of any size is read with this much memory. */
const PIECE_BYTES = 4_000_000;
/** Bytes that two pieces share: a secret is never longer, so that one of the two has it whole. */
const SHARED_BYTES = 64_000;

/** How a file is searched, and whether what is found is overwritten; `except` is none of it. */
export type Search = {
  which: "all" | "sure";
  how: "look" | "erase";
  onFound: (kind: string, text: string) => void;
  except?: ReadonlySet<string>;
};

/** Secrets that were found, and of these those that are left. */
export type Count = { found: number; left: number };

/**
 * Bytes are read as latin1, one character each: secrets are ASCII, and others are printed that way, too. Never follows a link,
 * and leaves a file with several names alone, since another of them may be anywhere; what is in it is left.
 */
export function searchFile(path: string, search: Search): Count {
  const flags = search.how === "erase" ? constants.O_RDWR : constants.O_RDONLY;
  const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) return { found: 0, left: 0 };
    const count = searchPieces(fd, found.size, found.nlink > 1 ? { ...search, how: "look" } : search);
    if (search.how === "erase" && count.found > 0) fsyncSync(fd);
    return count;
  } finally {
    closeSync(fd);
  }
}

/** What a host appends meanwhile is beyond `size`; it takes secrets out itself. */
function searchPieces(fd: number, size: number, search: Search): Count {
  const count = { found: 0, left: 0 };
  const piece = Buffer.alloc(Math.min(size, PIECE_BYTES));
  for (let at = 0; at < size; ) {
    const bytes = readSync(fd, piece, 0, piece.length, at);
    if (bytes === 0) break;
    const isLast = bytes < piece.length || at + bytes >= size;
    const text = piece.toString("latin1", 0, bytes);
    const end = isLast ? bytes : bytes - SHARED_BYTES;
    for (const one of secretsOf(text, search.which).filter(({ start }) => start < end)) {
      if (search.except?.has(text.slice(one.start, one.end))) continue;
      count.found++;
      search.onFound(one.name, text.slice(one.start, one.end));
      if (search.how === "erase") writeSync(fd, eraserFor(one), 0, one.end - one.start, at + one.start);
      else count.left++;
    }
    at += end;
  }
  return count;
}

/** A whole key over several lines, between which there is nothing that no key has. */
const KEY_BLOCK = /-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY( BLOCK)?-----(?:[A-Za-z0-9+/=\s:,-]|\\[nr])*?-----END \1PRIVATE KEY\2-----/g;

/** By lines where there are any: what is torn off ends with its line, and not where the piece does. */
function secretsOf(text: string, which: Search["which"]): Found[] {
  const found = [...text.matchAll(KEY_BLOCK)].map((key) => ({ name: "private key", start: key.index, end: key.index + key[0].length }));
  const isInKey = (at: number) => found.some(({ start, end }) => start <= at && at < end);
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf("\n", from);
    const to = newline < 0 ? text.length : newline + 1;
    for (const { name, start, end } of secretsIn(text.slice(from, to), which))
      if (!isInKey(from + start)) found.push({ name, start: from + start, end: from + end });
    from = to;
  }
  return found;
}

/** A mark with as many bytes; one that would be longer is stars. Neither says anything to JSON. */
export function eraserFor({ name, start, end }: Found): Buffer {
  const length = end - start;
  const mark = `[redacted ${name}`;
  return Buffer.from(mark.length < length ? `${mark.padEnd(length - 1, "*")}]` : "*".repeat(length));
}
