// Texts of an agent made fit for one line of a log, and for the bytes that an event may take. Pure.

/** Escape sequences of terminals (ECMA-48), put together because the character itself is not to be seen in a source. */
const ESCAPES = new RegExp(`${String.fromCharCode(27)}(?:\\[[\\d;:?]*[ -/]*[@-~]|\\][^${String.fromCharCode(7, 27)}]*)`, "g");
/** What is no letter to anybody: control characters, marks that turn the direction of writing, invisible ones. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;
/** Before anything else a text is cut to this many times what is kept: escapes and white space may fill the rest. */
const ALLOWANCE = 8;
const ELLIPSIS = "…";

/** The text on one line, as far as it takes so many bytes in JSON; empty for what is no text. */
export function oneLine(value: unknown, bytes: number): string {
  if (typeof value !== "string") return "";
  const part = value.slice(0, ALLOWANCE * bytes).toWellFormed();
  const line = part.replace(ESCAPES, "").replace(INVISIBLE, " ").trim();
  const cut = cutTo(line, bytes);
  return cut.length < line.length || (part.length < value.length && cut !== "") ? `${cut.trimEnd()}${ELLIPSIS}` : cut;
}

/** The ellipsis has its three bytes kept free. */
function cutTo(line: string, bytes: number): string {
  let [end, size] = [0, 0];
  for (const character of line) {
    size += bytesOf(character);
    if (size > bytes - 3) return line.slice(0, end);
    end += character.length;
  }
  return line;
}

/** In UTF-8, and with a backslash where JSON has one. */
function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return character === '"' || character === "\\" ? 2 : 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
