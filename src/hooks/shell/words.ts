// Words of a line for a shell: quotes, `$`, backquotes, and what stays as it is. POSIX 2.2 and 2.6, and bash's own forms. Pure.
import { type Cursor, cursorAt, expects, isAtEnd, looksAt, nested, SyntaxFault, takes, takesMatch } from "./cursor.ts";
import { ansiText } from "./escapes.ts";
import { readScript } from "./parse.ts";
import type { Parameter, Piece, Script, Word } from "./syntax.ts";

/** What ends a word that is not quoted. */
const ENDS = " \t\n;&|<>()";
const PLAIN = /[^ \t\n;&|<>()\\'"`$?*+@!]+/y;
const PLAIN_QUOTED = /[^\\"`$]+/y;

/** The word at the cursor, null where there is none. */
export function readWord(cursor: Cursor): Word | null {
  const pieces = readPieces(cursor, PLAIN, (next) => ENDS.includes(next));
  return pieces.length > 0 ? pieces : null;
}

/** Pieces up to what ends them, or to the end of the text. */
function readPieces(cursor: Cursor, plain: RegExp, ends: (next: string) => boolean): Word {
  const pieces: Word = [];
  while (!isAtEnd(cursor)) {
    const text = takesMatch(cursor, plain);
    if (text !== null) {
      pieces.push({ kind: "text", text, quoted: false });
      continue;
    }
    if ((looksAt(cursor, "<(") || looksAt(cursor, ">(")) && ends("<")) pieces.push(readProcess(cursor));
    else if (ends(cursor.text[cursor.at] as string)) break;
    else pieces.push(...readSpecial(cursor));
  }
  return pieces;
}

function readSpecial(cursor: Cursor): Piece[] {
  const next = cursor.text[cursor.at] as string;
  if (next === "\\") return readEscape(cursor);
  if (next === "'") return [readSingleQuoted(cursor)];
  if (next === '"') return readDoubleQuoted(cursor);
  if (next === "`") return [readBackquoted(cursor, "bare")];
  if (next === "$") return readDollar(cursor, "bare");
  cursor.at += 1;
  if (takes(cursor, "(")) return [readExtendedPattern(cursor)]; // Only after one of ?*+@!, since parentheses end a word.
  return [{ kind: "text", text: next, quoted: false }];
}

function readEscape(cursor: Cursor): Piece[] {
  const escaped = cursor.text[cursor.at + 1];
  cursor.at += 2;
  if (escaped === "\n") return [];
  return [{ kind: "text", text: escaped ?? "\\", quoted: true }];
}

function readSingleQuoted(cursor: Cursor): Piece {
  const end = cursor.text.indexOf("'", cursor.at + 1);
  if (end < 0) throw new SyntaxFault("a quote is not closed");
  const text = cursor.text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  return { kind: "text", text, quoted: true };
}

/** Gives an empty piece where nothing is inside: `""` is a word. */
function readDoubleQuoted(cursor: Cursor): Piece[] {
  expects(cursor, '"');
  const pieces: Piece[] = [{ kind: "text", text: "", quoted: true }];
  while (!takes(cursor, '"')) {
    if (isAtEnd(cursor)) throw new SyntaxFault("a quote is not closed");
    pieces.push(...readQuotedPiece(cursor));
  }
  return pieces.length > 1 ? pieces.slice(1) : pieces;
}

/** As between double quotes; in a here-document, too, where a quote means itself. */
function readQuotedPiece(cursor: Cursor): Piece[] {
  const text = takesMatch(cursor, PLAIN_QUOTED);
  if (text !== null) return [{ kind: "text", text, quoted: true }];
  const next = cursor.text[cursor.at] as string;
  if (next === "`") return [readBackquoted(cursor, "quoted")];
  if (next === "$") return readDollar(cursor, "quoted");
  const escaped = next === "\\" ? (cursor.text[cursor.at + 1] ?? "") : "";
  cursor.at += escaped !== "" && '$`"\\\n'.includes(escaped) ? 2 : 1;
  if (escaped === "\n") return [];
  return [{ kind: "text", text: escaped !== "" && '$`"\\'.includes(escaped) ? escaped : next, quoted: true }];
}

/** The text of a here-document whose delimiter is not quoted. */
export function readDocument(text: string, depth: number): Word {
  const cursor = cursorAt(text, depth);
  const pieces: Piece[] = [{ kind: "text", text: "", quoted: true }];
  while (!isAtEnd(cursor)) {
    if (takes(cursor, '"') || takes(cursor, '\\"'))
      pieces.push({ kind: "text", text: cursor.text.slice(cursor.at - 1, cursor.at), quoted: true });
    else pieces.push(...readQuotedPiece(cursor));
  }
  return pieces;
}

type Around = "bare" | "quoted";

function readBackquoted(cursor: Cursor, around: Around): Piece {
  const end = /(?:[^`\\]|\\[\s\S])*`/y;
  cursor.at += 1;
  const inside = takesMatch(cursor, end);
  if (inside === null) throw new SyntaxFault("a backquote is not closed");
  const text = inside.slice(0, -1).replace(around === "quoted" ? /\\([`\\$"])/g : /\\([`\\$])/g, "$1");
  return nested(cursor, () => ({ kind: "output", script: readScript(cursorAt(text, cursor.depth)), quoted: around === "quoted" }));
}

function readDollar(cursor: Cursor, around: Around): Piece[] {
  const quoted = around === "quoted";
  cursor.at += 1;
  if (looksAt(cursor, "((")) {
    const number = nested(cursor, () => readArithmetic(cursor, "((", "))"));
    if (number) return [{ kind: "number", scripts: number, quoted }];
  }
  if (takes(cursor, "(")) return [{ kind: "output", script: nested(cursor, () => readScript(cursor, ")")), quoted }];
  if (looksAt(cursor, "[")) {
    const number = nested(cursor, () => readArithmetic(cursor, "[", "]"));
    if (number) return [{ kind: "number", scripts: number, quoted }];
  }
  if (takes(cursor, "{")) return [nested(cursor, () => readBraced(cursor, around))];
  if (!quoted && looksAt(cursor, "'")) return [{ kind: "text", text: ansiText(cursor), quoted: true }];
  if (!quoted && looksAt(cursor, '"')) return readDoubleQuoted(cursor);
  const name = takesMatch(cursor, /[A-Za-z_]\w*|[0-9@*#?$!_-]/y);
  if (name === null) return [{ kind: "text", text: "$", quoted }];
  return [{ kind: "parameter", parameter: bare(name), quoted }];
}

function bare(name: string): Parameter {
  return { name, prefix: "", subscript: null, operator: "", operand: [] };
}

/** `${…}` behind its brace. */
function readBraced(cursor: Cursor, around: Around): Piece {
  const quoted = around === "quoted";
  if (takesMatch(cursor, /[ \t\n|]/y) !== null) return { kind: "output", script: readScript(cursor, "}"), quoted };
  const hasPrefix = takesMatch(cursor, /[#!](?=[A-Za-z_0-9@*#?$!-])/y);
  const prefix = (hasPrefix ?? "") as Parameter["prefix"];
  const name = takesMatch(cursor, /[A-Za-z_]\w*|\d+|[@*#?$!_-]/y) ?? "";
  const subscript = takes(cursor, "[") ? readOperand(cursor, around, "]") : null;
  const operator = takesMatch(cursor, /:[-=?+]|##?|%%?|\/\/|\/[#%]?|\^\^?|,,?|[-=?+:@*]/y) ?? "";
  const operand = readOperand(cursor, around, "}");
  if (name === "") throw new SyntaxFault("a parameter has no name");
  return { kind: "parameter", parameter: { name, prefix, subscript, operator, operand }, quoted };
}

/** Text with everything that may be in a word, up to the bracket that ends it. */
function readOperand(cursor: Cursor, around: Around, end: "}" | "]"): Word {
  const plain = /[^\\'"`$}\]]+/y;
  const pieces: Word = [];
  for (;;) {
    if (takes(cursor, end)) return pieces;
    if (isAtEnd(cursor)) throw new SyntaxFault(`"${end}" is missing`);
    const text = takesMatch(cursor, plain) ?? takesMatch(cursor, around === "quoted" ? /['}\]]/y : /[}\]]/y);
    if (text !== null) pieces.push({ kind: "text", text, quoted: around === "quoted" });
    else pieces.push(...readSpecial(cursor));
  }
}

/** The commands in arithmetic; null when the brackets do not fit, and it is something else that begins alike. */
export function readArithmetic(cursor: Cursor, open: string, close: string): Script[] | null {
  const from = cursor.at;
  const scripts: Script[] = [];
  expects(cursor, open);
  const plain = /[^\\'"`$()[\]]+/y;
  for (let inside = 0; !isAtEnd(cursor); ) {
    if (inside === 0 && takes(cursor, close)) return scripts;
    if (takesMatch(cursor, plain) !== null) continue;
    const bracket = takesMatch(cursor, /[()[\]]/y);
    if (bracket === null) scripts.push(...readSpecial(cursor).flatMap(scriptsOf));
    else inside += bracket === "(" || bracket === "[" ? 1 : -1;
    if (inside < 0) break;
  }
  cursor.at = from;
  return null;
}

/** The scripts in a piece, at any depth. */
export function scriptsOf(piece: Piece): Script[] {
  if (piece.kind === "output" || piece.kind === "process") return [piece.script];
  if (piece.kind === "number") return piece.scripts;
  if (piece.kind === "parameter") return [...(piece.parameter.subscript ?? []), ...piece.parameter.operand].flatMap(scriptsOf);
  return [];
}

function readProcess(cursor: Cursor): Piece {
  cursor.at += 2;
  return { kind: "process", script: nested(cursor, () => readScript(cursor, ")")) };
}

/** A pattern such as `@(a|b)`, behind its parenthesis: some files' names. */
function readExtendedPattern(cursor: Cursor): Piece {
  const inside = takesMatch(cursor, /[^()\\'"`$]*\)/y);
  if (inside === null) throw new SyntaxFault("a pattern is not closed");
  return { kind: "text", text: "*", quoted: false };
}
