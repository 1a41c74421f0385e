// The grammar of a line for a shell: lists, pipelines, compound commands, redirections. POSIX 2.9 and 2.10, and bash's own forms. Pure.
import { expandBraces } from "./braces.ts";
import {
  type Cursor,
  cursorAt,
  expects,
  isAtEnd,
  looksAt,
  looksAtKeyword,
  nested,
  plain,
  SyntaxFault,
  skipBlanks,
  takes,
  takesKeyword,
  takesMatch,
} from "./cursor.ts";
import type { Assignment, Command, Pipeline, Redirect, Script, Word } from "./syntax.ts";
import { readArithmetic, readDocument, readWord } from "./words.ts";

/** Characters of a line that are read: agents put whole files into here-documents. */
const LINE_CHARACTERS = 1_000_000;

/** The commands of a line, and why the rest of it could not be read. A shell runs what comes before that. */
export function parseShell(text: string): { script: Script; fault: string | null } {
  const script: Script = [];
  if (text.length > LINE_CHARACTERS) return { script, fault: `it has more than ${LINE_CHARACTERS} characters` };
  try {
    const cursor = cursorAt(text);
    readInto(cursor, script, null);
    if (!isAtEnd(cursor)) throw new SyntaxFault(`"${cursor.text[cursor.at]}" is one too many`);
    return { script, fault: null };
  } catch (thrown) {
    if (thrown instanceof SyntaxFault) return { script, fault: thrown.message };
    throw thrown;
  }
}

/** What may end a list of commands, beside the end of the text. */
type End = ")" | "}" | readonly string[] | null;

/** Commands up to what ends them, which is read, too, when it is a bracket. */
export function readScript(cursor: Cursor, end: End = null): Script {
  const script: Script = [];
  readInto(cursor, script, end);
  if (typeof end === "string") expects(cursor, end);
  else if (end === null && !isAtEnd(cursor)) throw new SyntaxFault(`"${cursor.text[cursor.at]}" is one too many`);
  return script;
}

function readInto(cursor: Cursor, script: Script, end: End): void {
  for (;;) {
    skipLines(cursor);
    if (isAtEnd(cursor) || endsHere(cursor, end)) return;
    const from = cursor.at;
    readList(cursor, script);
    if (cursor.at === from) throw new SyntaxFault(`"${cursor.text[cursor.at]}" is not expected`);
  }
}

function endsHere(cursor: Cursor, end: End): boolean {
  if (looksAt(cursor, ")")) return true;
  if (end === "}") return looksAtKeyword(cursor, "}");
  if (Array.isArray(end))
    return end.some((keyword) => (keyword.startsWith(";") ? looksAt(cursor, keyword) : looksAtKeyword(cursor, keyword)));
  return false;
}

/** Blanks, ends of lines and of commands, and the texts of here-documents after the lines that ask for them. */
function skipLines(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (looksAt(cursor, ";;") || looksAt(cursor, ";&")) return;
    if (takes(cursor, "\n")) readAwaited(cursor);
    else if (!takes(cursor, ";") && !(looksAt(cursor, "&") && !looksAt(cursor, "&>") && takes(cursor, "&"))) return;
  }
}

/** Pipelines joined by `&&` and `||`. */
function readList(cursor: Cursor, script: Script): void {
  for (let conditional = false; ; conditional = true) {
    script.push(readPipeline(cursor, conditional ? "conditional" : "always"));
    skipBlanks(cursor);
    if (!takes(cursor, "&&") && !takes(cursor, "||")) return;
    skipNewlines(cursor);
  }
}

function skipNewlines(cursor: Cursor): void {
  skipBlanks(cursor);
  while (takes(cursor, "\n")) {
    readAwaited(cursor);
    skipBlanks(cursor);
  }
}

function readPipeline(cursor: Cursor, when: "always" | "conditional"): Pipeline {
  const commands: Command[] = [];
  for (;;) {
    skipPrefixes(cursor);
    commands.push(nested(cursor, () => readCommand(cursor)));
    skipBlanks(cursor);
    if (looksAt(cursor, "||") || !(takes(cursor, "|&") || takes(cursor, "|"))) return { commands, conditional: when === "conditional" };
    skipNewlines(cursor);
  }
}

function skipPrefixes(cursor: Cursor): void {
  for (;;) {
    skipBlanks(cursor);
    if (takesKeyword(cursor, "time")) {
      skipBlanks(cursor);
      if (!takesKeyword(cursor, "-p")) takesKeyword(cursor, "--");
    } else if (!takesKeyword(cursor, "!") && !takesMatch(cursor, /coproc(?=[ \t])(?:[ \t]+[A-Za-z_]\w*(?=[ \t]+[{(]))?/y)) return;
  }
}

function readCommand(cursor: Cursor): Command {
  const compound = readCompound(cursor);
  if (compound === null) return readSimple(cursor);
  for (;;) {
    skipBlanks(cursor);
    const redirect = readRedirect(cursor);
    if (redirect === null) return compound;
    if (compound.kind !== "function") compound.redirects.push(redirect);
  }
}

function readCompound(cursor: Cursor): Command | null {
  if (looksAt(cursor, "((")) {
    const scripts = readArithmetic(cursor, "((", "))");
    if (scripts) return block(scripts);
  }
  if (takes(cursor, "(")) return { ...block([readScript(cursor, ")")]), shell: "own" };
  if (takesKeyword(cursor, "{")) return block([readScript(cursor, "}")]);
  if (takesKeyword(cursor, "[[")) return readCondition(cursor);
  if (takesKeyword(cursor, "if")) return { ...block(readParts(cursor, ["then", "elif", "else", "fi"], "fi")), branches: true };
  if (takesKeyword(cursor, "while") || takesKeyword(cursor, "until"))
    return { ...block(readParts(cursor, ["do", "done"], "done")), branches: true };
  if (takesKeyword(cursor, "for") || takesKeyword(cursor, "select")) return readLoop(cursor);
  if (takesKeyword(cursor, "case")) return readCase(cursor);
  if (takesKeyword(cursor, "function")) return readFunction(cursor, takesName(cursor));
  return null;
}

type Block = Extract<Command, { kind: "block" }>;

function block(scripts: Script[], words: Word[] = []): Block {
  return { kind: "block", shell: "same", scripts, branches: false, words, redirects: [] };
}

/** Lists with keywords between them, up to the last keyword. */
function readParts(cursor: Cursor, keywords: readonly string[], last: string): Script[] {
  const parts: Script[] = [];
  for (;;) {
    parts.push(readScript(cursor, keywords));
    const keyword = keywords.find((one) => takesKeyword(cursor, one));
    if (keyword === undefined) throw new SyntaxFault(`"${last}" is missing`);
    if (keyword === last) return parts;
  }
}

/** `[[ … ]]`: words of which only what they hold can run. */
function readCondition(cursor: Cursor): Command {
  const words: Word[] = [];
  for (;;) {
    takesMatch(cursor, /(?:[\s&|<>()]|\\\n)+/y);
    if (isAtEnd(cursor)) throw new SyntaxFault(`"]]" is missing`);
    if (takesKeyword(cursor, "]]")) return block([], words);
    const word = readWord(cursor);
    if (word) words.push(word);
    else if (takesMatch(cursor, /[\s\S]/y) === null) throw new SyntaxFault(`"]]" is missing`);
  }
}

function readLoop(cursor: Cursor): Command {
  skipBlanks(cursor);
  if (looksAt(cursor, "((")) {
    const scripts = readArithmetic(cursor, "((", "))") ?? [];
    return { ...block([...scripts, ...readBody(cursor)]), branches: true };
  }
  const name = takesName(cursor);
  skipNewlines(cursor);
  const values = takesKeyword(cursor, "in") ? readWords(cursor) : null;
  return { kind: "loop", name, values, body: readBody(cursor).flat(), redirects: [] };
}

/** `do … done`, or the same in braces. */
function readBody(cursor: Cursor): Script[] {
  skipLines(cursor);
  if (takesKeyword(cursor, "{")) return [readScript(cursor, "}")];
  if (!takesKeyword(cursor, "do")) throw new SyntaxFault(`"do" is missing`);
  return readParts(cursor, ["done"], "done");
}

function readWords(cursor: Cursor): Word[] {
  const words: Word[] = [];
  for (;;) {
    skipBlanks(cursor);
    const word = readWord(cursor);
    if (word === null) return words;
    words.push(word);
  }
}

function readCase(cursor: Cursor): Command {
  skipBlanks(cursor);
  const subject = readWord(cursor) ?? [];
  skipNewlines(cursor);
  if (!takesKeyword(cursor, "in")) throw new SyntaxFault(`"in" is missing`);
  const scripts: Script[] = [];
  const words: Word[] = [subject];
  for (;;) {
    skipNewlines(cursor);
    if (takesKeyword(cursor, "esac")) return { ...block(scripts, words), branches: true };
    takes(cursor, "(");
    words.push(...readPatterns(cursor));
    scripts.push(readScript(cursor, [";;", ";&", "esac"]));
    if (!takes(cursor, ";;&") && !takes(cursor, ";;") && !takes(cursor, ";&") && !looksAtKeyword(cursor, "esac"))
      throw new SyntaxFault(`"esac" is missing`);
  }
}

function readPatterns(cursor: Cursor): Word[] {
  const words: Word[] = [];
  for (;;) {
    skipBlanks(cursor);
    const word = readWord(cursor);
    if (word) words.push(word);
    skipBlanks(cursor);
    if (takes(cursor, ")")) return words;
    if (!takes(cursor, "|")) throw new SyntaxFault(`")" is missing`);
  }
}

function takesName(cursor: Cursor): string {
  skipBlanks(cursor);
  const name = takesMatch(cursor, /[^\s;&|<>()$`"'\\]+/y);
  if (name === null) throw new SyntaxFault("a name is missing");
  return name;
}

/** What comes behind a function's name. */
function readFunction(cursor: Cursor, name: string): Command {
  takesMatch(cursor, /[ \t]*\([ \t]*\)/y);
  skipNewlines(cursor);
  const body = nested(cursor, () => readCommand(cursor));
  return { kind: "function", name, body };
}

function readSimple(cursor: Cursor): Command {
  const from = cursor.at;
  const command = {
    kind: "simple" as const,
    assignments: [] as Assignment[],
    words: [] as Word[],
    redirects: [] as Redirect[],
    source: "",
  };
  for (;;) {
    skipBlanks(cursor);
    const redirect = readRedirect(cursor);
    if (redirect) {
      command.redirects.push(redirect);
      continue;
    }
    const isDeclaring = declares(command.words[0]);
    const assignment = command.words.length === 0 || isDeclaring ? readAssignment(cursor) : null;
    if (assignment) {
      command.assignments.push(...(isDeclaring ? declared(assignment) : [assignment]));
      continue;
    }
    const start = cursor.at;
    const word = readWord(cursor);
    if (word === null) break;
    command.words.push(word);
    const isName = command.words.length === 1 && command.assignments.length === 0 && takesMatch(cursor, /[ \t]*\([ \t]*\)/y) !== null;
    if (isName) return readFunction(cursor, cursor.text.slice(start, cursor.text.indexOf("(", start)).trim());
  }
  command.source = cursor.text.slice(from, cursor.at).trim();
  return command;
}

const DECLARING = new Set(["declare", "typeset", "local", "export", "readonly"]);

/** Whether a command's words may be assignments. */
function declares(word: Word | undefined): boolean {
  const [first] = word ?? [];
  return word?.length === 1 && first?.kind === "text" && DECLARING.has(first.text);
}

/** Behind `export` and its like, braces make several assignments of one. */
function declared(assignment: Assignment): Assignment[] {
  return assignment.isArray ? [assignment] : expandBraces(assignment.values[0] ?? []).map((value) => ({ ...assignment, values: [value] }));
}

function readAssignment(cursor: Cursor): Assignment | null {
  const start = cursor.at;
  const name = takesMatch(cursor, /[A-Za-z_]\w*(?=\+?=|\[)/y);
  if (name === null) return null;
  const subscript = takes(cursor, "[") ? readSubscript(cursor) : null;
  const adds = takes(cursor, "+=");
  if (!adds && !takes(cursor, "=")) {
    cursor.at = start;
    return null;
  }
  if (takes(cursor, "(")) return { name, values: readElements(cursor), isArray: true, adds, subscript };
  return { name, values: [readWord(cursor) ?? []], isArray: false, adds, subscript };
}

/** What is between brackets behind a name; null where they are not closed, and so part of a pattern. */
function readSubscript(cursor: Cursor): Word | null {
  const text = takesMatch(cursor, /[^\]\s]*\]/y);
  return text === null ? null : plain(text.slice(0, -1));
}

function readElements(cursor: Cursor): Word[] {
  const words: Word[] = [];
  for (;;) {
    skipNewlines(cursor);
    if (takes(cursor, ")")) return words;
    takesMatch(cursor, /\[[^\]\s]*\]=/y);
    const word = readWord(cursor);
    if (word === null) throw new SyntaxFault(`")" is missing`);
    words.push(word);
  }
}

const REDIRECT = /(?:\d+|\{[A-Za-z_]\w*\})?(?:&>>?|<<<|<<-?|<>|<&|>&|>>|>\||<(?!\()|>(?!\())/y;

function readRedirect(cursor: Cursor): Redirect | null {
  const operator = takesMatch(cursor, REDIRECT)?.replace(/^(?:\d+|\{\w+\})/, "");
  if (operator === undefined) return null;
  skipBlanks(cursor);
  const target = readWord(cursor);
  if (target === null) throw new SyntaxFault(`behind "${operator}" something is missing`);
  const redirect: Redirect = { operator, target };
  if (operator === "<<" || operator === "<<-") awaitText(cursor, redirect, operator);
  return redirect;
}

function awaitText(cursor: Cursor, redirect: Redirect, operator: string): void {
  const { target } = redirect;
  const delimiter = target.map((piece) => (piece.kind === "text" ? piece.text : "")).join("");
  const isLiteral = target.some((piece) => piece.kind === "text" && piece.quoted);
  redirect.target = plain("");
  cursor.awaited.push({ redirect, delimiter, isLiteral, strip: operator === "<<-" });
}

/** The texts of the here-documents that the line before asked for. */
function readAwaited(cursor: Cursor): void {
  for (const { redirect, delimiter, isLiteral, strip } of cursor.awaited.splice(0)) {
    const lines: string[] = [];
    while (!isAtEnd(cursor)) {
      const end = cursor.text.indexOf("\n", cursor.at);
      const line = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
      cursor.at = end < 0 ? cursor.text.length : end + 1;
      const told = strip ? line.replace(/^\t+/, "") : line;
      if (told === delimiter) break;
      lines.push(`${told}\n`);
    }
    redirect.target = isLiteral ? plain(lines.join("")) : readDocument(lines.join(""), cursor.depth);
  }
}
