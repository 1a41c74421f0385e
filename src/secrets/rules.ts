// What may be a secret, and the ways in which one is spelled where it gets into text.
import { Fault } from "../kernel/fault.ts";

/** A variable's name, since that is how programs are given one. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const USE = /^(?:automation|integration):[a-z0-9][a-z0-9._-]{0,63}$/;

/** Shorter values, and those of few characters, could not be taken out of texts without taking words out, too. */
const LEAST_LENGTH = 8;
const LEAST_CHARACTERS = 4;
/** Letters alone are a word of some text up to here. */
const WORD = /^\p{L}{1,11}$/u;
/** A key of RSA with 8192 bits has 6,400. */
export const MOST_LENGTH = 8_000;
/** Lines of a value that are recognised alone, since output is recorded line by line. Shorter ones, such as braces, are anybody's. */
const LEAST_LINE = 16;
/** Pieces of a spelling are printed each by itself: see `MOST_PRINTED`. */
const PIECE_LENGTH = 512;
/** Where programs break the lines of what they encode: `base64`, `openssl base64` and mail, `xxd -p`. */
const BASE64_LINES = [76, 64];
const HEX_LINE = 60;

/** Null for a name that a secret may have. What was typed is not repeated where it may hold the value. */
export function judgeName(name: string): Fault | null {
  if (NAME.test(name)) return null;
  const hint = "A name is that of a variable: letters, digits and `_`, such as GITHUB_TOKEN.";
  if (!name.includes("=")) return new Fault("invalid", `"${name}" is no name of a secret.`, hint);
  return new Fault(
    "invalid",
    "The value of a secret is not given on the command line, where every program of this machine can read it.",
    "Give the name alone and pipe the value in, or type it when asked. If it was the real one, your shell's history has it now.",
  );
}

/** Null where each is something that may be given a secret. */
export function judgeUses(uses: readonly string[]): Fault | null {
  const wrong = uses.find((use) => !USE.test(use));
  return wrong === undefined
    ? null
    : new Fault(
        "invalid",
        `"${wrong}" is nothing that gets secrets.`,
        "Say `automation:NAME` or `integration:NAME`. Agents never get one.",
      );
}

/** Null for a value that can be kept, and recognised wherever it appears. The value is in no message. */
export function judgeValue(value: string): Fault | null {
  if (value.length < LEAST_LENGTH || new Set(value).size < LEAST_CHARACTERS || WORD.test(value))
    return new Fault(
      "invalid",
      `A secret has at least ${LEAST_LENGTH} characters, ${LEAST_CHARACTERS} different ones, and 12 where all are letters.`,
      "A simpler one could not be taken out of logs and pages without taking ordinary words out, too.",
    );
  if (value.length > MOST_LENGTH)
    return new Fault(
      "invalid",
      `A secret has at most ${MOST_LENGTH} characters.`,
      "Keep longer material in a file and store what opens it.",
    );
  if (value.includes("\0"))
    return new Fault("invalid", "A secret is text, without NUL bytes.", "Encode it first, for example with base64.");
  return null;
}

/**
 * The value as it may stand in text: as it is, escaped for JSON, HTML, shells and addresses, in base64 and hexadecimal, which may be
 * broken into lines when the value stands at its beginning. What is encoded otherwise is not recognised. No spelling is longer than a piece.
 */
export function spellingsOf(value: string): string[] {
  const spelled = [value, ...linesOf(value)].flatMap((text) => [text, ...escapesOf(text)]);
  const bytes = Buffer.from(value);
  // Files are searched as bytes, of which one character may have several.
  const asBytes = spelled.map((text) => Buffer.from(text).toString("latin1"));
  const hex = bytes.toString("hex");
  const all = [...spelled, ...asBytes, ...base64Of(bytes), hex, hex.toUpperCase()].flatMap(piecesOf);
  return [...new Set([...all, ...encodedLinesOf(bytes)])].filter((text) => text.length >= LEAST_LENGTH);
}

/** The lines of a key or a file, without those that every such file has. */
function linesOf(value: string): string[] {
  if (!value.includes("\n")) return [];
  return value
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length >= LEAST_LINE && !line.startsWith("-----"));
}

function escapesOf(text: string): string[] {
  const json = inJson(text);
  const address = encodeURIComponent(text);
  const strict = address.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return [
    json,
    inJson(json), // What a tool was given is JSON in JSON.
    json.replace(/[<>&]/g, escaped),
    json.replace(/[\u0080-\uffff]/g, escaped),
    json.replaceAll("/", "\\/"),
    ...[address, strict].flatMap((one) => [one, one.replaceAll("%20", "+"), one.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())]),
    ...inHtml(text),
    text.replaceAll("'", `'\\''`),
  ];
}

/** Quotes are escaped in several ways, or not at all between tags. */
function inHtml(text: string): string[] {
  const between = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return ["&quot;", "&#34;", '"'].flatMap((double) =>
    ["&#39;", "&#x27;", "'"].map((single) => between.replaceAll('"', double).replaceAll("'", single)),
  );
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escaped(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * Base64 depends on how many bytes stand before the value, modulo 3, as in `user:password`. What depends on its neighbours'
 * bits at either end is left out.
 */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function encodedLinesOf(bytes: Buffer): string[] {
  const base64 = base64Of(bytes)[0] ?? "";
  return [...BASE64_LINES.flatMap((width) => brokenAt(base64, width)), ...brokenAt(bytes.toString("hex"), HEX_LINE)];
}

function brokenAt(text: string, width: number): string[] {
  return Array.from({ length: Math.ceil(text.length / width) }, (_, line) => text.slice(line * width, (line + 1) * width));
}

/** Pieces of about the same length that follow each other. */
function piecesOf(text: string): string[] {
  const count = Math.ceil(text.length / PIECE_LENGTH);
  return brokenAt(text, Math.ceil(text.length / count));
}
