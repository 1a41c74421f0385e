// A place in a line for a shell, and what every part of the parser asks about it. Pure.
import type { Redirect, Word } from "./syntax.ts";

/** What a shell would not read, or not one that this parser was made for. */
export class SyntaxFault extends Error {}

/** Parts inside parts: people write three or four; a line of ten thousand parentheses must not fill the stack. */
const DEPTH = 60;

/** A here-document whose text comes after the end of the line. */
export type Awaited = { redirect: Redirect; delimiter: string; isLiteral: boolean; strip: boolean };

export type Cursor = {
  readonly text: string;
  at: number;
  depth: number;
  awaited: Awaited[];
};

export function cursorAt(text: string, depth = 0): Cursor {
  return { text, at: 0, depth, awaited: [] };
}

/** Reads something that may hold itself. */
export function nested<T>(cursor: Cursor, read: () => T): T {
  if (cursor.depth >= DEPTH) throw new SyntaxFault(`more than ${DEPTH} parts inside each other`);
  cursor.depth += 1;
  const result = read();
  cursor.depth -= 1;
  return result;
}

export function looksAt(cursor: Cursor, text: string): boolean {
  return cursor.text.startsWith(text, cursor.at);
}

/** Goes on behind the text when it is there. */
export function takes(cursor: Cursor, text: string): boolean {
  if (!looksAt(cursor, text)) return false;
  cursor.at += text.length;
  return true;
}

export function expects(cursor: Cursor, text: string): void {
  if (!takes(cursor, text)) throw new SyntaxFault(`"${text}" is missing`);
}

/** Goes on behind what a sticky pattern matches, and gives it. */
export function takesMatch(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text)?.[0];
  if (match === undefined) return null;
  cursor.at += match.length;
  return match;
}

export function isAtEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length;
}

/** A word of the shell's own, where a command may begin. */
export function looksAtKeyword(cursor: Cursor, keyword: string): boolean {
  if (!looksAt(cursor, keyword)) return false;
  const next = cursor.text[cursor.at + keyword.length];
  return next === undefined || " \t\n;&|<>()".includes(next);
}

export function takesKeyword(cursor: Cursor, keyword: string): boolean {
  if (!looksAtKeyword(cursor, keyword)) return false;
  cursor.at += keyword.length;
  return true;
}

/** Blanks within a line, lines that go on, comments. */
export function skipBlanks(cursor: Cursor): void {
  for (;;) {
    if (takesMatch(cursor, /(?:[ \t]|\\\n)+/y) === null && takesMatch(cursor, /(?<![^\s;&|()])#[^\n]*/y) === null) return;
  }
}

export function plain(text: string): Word {
  return [{ kind: "text", text, quoted: true }];
}
