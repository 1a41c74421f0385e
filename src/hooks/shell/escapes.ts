// What stands between `$'` and `'`: the escapes of C, as bash(1) lists them under QUOTING. Pure.
import { type Cursor, expects, isAtEnd, SyntaxFault, takes, takesMatch } from "./cursor.ts";

const SIMPLE: Record<string, number> = { a: 7, b: 8, e: 27, E: 27, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92, "'": 39, '"': 34, "?": 63 };

/** Reads it; a text ends at the first character of value 0, as it does for bash. */
export function ansiText(cursor: Cursor): string {
  expects(cursor, "'");
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  while (!takes(cursor, "'")) {
    if (isAtEnd(cursor)) throw new SyntaxFault("a quote is not closed");
    const text = takesMatch(cursor, /[^\\']+/y);
    bytes.push(...(text === null ? escaped(cursor, encoder) : encoder.encode(text)));
  }
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(new Uint8Array(end < 0 ? bytes : bytes.slice(0, end)));
}

/** The bytes of the escape at the cursor. */
function escaped(cursor: Cursor, encoder: TextEncoder): Iterable<number> {
  cursor.at += 1;
  const octal = takesMatch(cursor, /[0-7]{1,3}/y);
  if (octal !== null) return [Number.parseInt(octal, 8) & 255];
  const hex = takesMatch(cursor, /x[0-9a-fA-F]{1,2}/y);
  if (hex !== null) return [Number.parseInt(hex.slice(1), 16)];
  const unicode = takesMatch(cursor, /u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}/y);
  if (unicode !== null) return encoder.encode(characterOf(Number.parseInt(unicode.slice(1), 16)));
  const control = takesMatch(cursor, /c[\s\S]/y);
  if (control !== null) return [control.charCodeAt(1) & 31];
  const letter = takesMatch(cursor, /[\s\S]/y) ?? "";
  const code = SIMPLE[letter];
  return code === undefined ? encoder.encode(`\\${letter}`) : [code];
}

function characterOf(code: number): string {
  return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
}
