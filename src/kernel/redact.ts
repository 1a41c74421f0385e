// Takes secrets out of text before it is stored or shown: those that are stored here by their prints, others by their shapes.
import { apart, type Found, type Matcher, NO_MATCHER, replaceFound } from "./prints.ts";
import { ISSUED, PLACED, SUSPICIOUS } from "./token-shapes.ts";

/** What stands in the place of a secret; the kind stays readable. */
const mark = (kind: string) => `[redacted ${kind}]`;

/** The one thing in a process that is not in its ctx: texts are redacted by whatever writes them, a log of its own failures even. */
let stored: Matcher = NO_MATCHER;

/** From now on these are the stored secrets that this process knows by their prints. */
export function recognise(matcher: Matcher): void {
  stored = matcher;
}

/** The text with every stored secret replaced by a mark with its name. */
export function redactStored(text: string): string {
  return replaceFound(text, findStored(text), mark);
}

function findStored(text: string): Found[] {
  return findSeen(text, (seen) => stored.find(seen));
}

/** The stored secret that the text holds, such as `secret GITHUB_TOKEN`, or null. */
export function storedIn(text: string): string | null {
  return findStored(text)[0]?.name ?? null;
}

/** The text without stored secrets and secrets of a known shape. */
export function redact(text: string): string {
  return replaceFound(text, secretsIn(text, "all"), mark);
}

/**
 * A part of a longer text without secrets: from `from` to `at`, or to the beginning of the secret that is cut there, which is
 * `end`. What stands before `from` is looked at, since it may say what follows.
 */
export function redactPart(text: string, from: number, at: number): { part: string; end: number } {
  const found = secretsIn(text, "all");
  const end = Math.max(from, found.find((one) => one.start < at && at < one.end)?.start ?? at);
  const within = found.filter((one) => one.end > from && one.end <= end);
  const moved = within.map((one) => ({ ...one, start: Math.max(0, one.start - from), end: one.end - from }));
  return { part: replaceFound(text.slice(from, end), moved, mark), end };
}

/** Lines of a key that follow its beginning: the largest has 130. */
const MOST_KEY_LINES = 200;
const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[^-]*$/;
/** Alone, behind its number or a sign, or one of the headers that an encrypted key has. */
const KEY_LINE = /^[\s\d:>|+-]{0,12}(?:[A-Za-z0-9+/=]*|[A-Za-z-]+: .*)\s*$/;

/** Redacts the lines of one stream, given one after another: of a private key all of them go. */
export function redactLines(): (line: string) => string {
  let left = 0;
  return (line) => {
    const isEnd = line.includes("-----END ");
    const isKey = left > 0 && (isEnd || KEY_LINE.test(line));
    left = KEY_BEGINS.test(line) ? MOST_KEY_LINES : isKey && !isEnd ? left - 1 : 0;
    return isKey ? mark("private key") : redact(line);
  };
}

/** The same for a change that a person judges: only what is surely a secret is taken out, and lines stay lines with their signs. */
export function redactPatch(patch: string): string {
  const rest = redactStored(patch);
  if (!SUSPICIOUS.test(rest)) return rest;
  return ISSUED.reduce((text, { kind, pattern, keeps }) => {
    const marked = (found: string) => found.replace(/^([+ -]?).*$/gm, `$1${mark(kind)}`);
    return text.replace(pattern, (found: string, first: string) => (keeps ? `${first}${mark(kind)}` : marked(found).replace(/^[+ -]/, "")));
  }, rest);
}

/** A key that was torn off ends where no more of it can follow, which may be the end of a text in JSON. */
const TORN_KEY = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s]|\\[nr])*/;
/** What was taken out before with as many characters as it had. */
const ERASED = /^\*+$/;

/** Where secrets are in a text, by what they are; `sure` leaves out those that are only known by their place. */
export function secretsIn(text: string, which: "all" | "sure"): Found[] {
  return findSeen(text, (seen) => {
    const found = stored.find(seen);
    return SUSPICIOUS.test(seen) ? apart([...found, ...shapesIn(seen, which)]) : found;
  });
}

function shapesIn(text: string, which: "all" | "sure"): Found[] {
  const found: Found[] = [];
  for (const { kind, pattern, keeps } of which === "all" ? [...ISSUED, ...PLACED] : ISSUED) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index + (keeps ? (match[1] ?? "").length : 0);
      const whole = text.slice(start, match.index + match[0].length);
      const secret = (kind === "private key" && !whole.includes("-----END") ? TORN_KEY.exec(whole)?.[0] : whole) ?? whole;
      // A backslash at the end may belong to the quote behind it.
      const end = start + secret.replace(/\\+$/, "").length;
      if (end > start && !ERASED.test(secret)) found.push({ name: kind, start, end });
    }
  }
  return found;
}

/** What may stand in the middle of a secret and is not seen, as it is and in JSON. */
const UNSEEN = new RegExp(
  [
    String.raw`(?:\x1b|(?<!\\)\\u001b)\[[\d;:?]*[A-Za-z]`, // Colours, as of `grep`.
    String.raw`[\xad\u200b-\u200d\u2060\ufeff]`, // Characters without width.
    String.raw`\0(?=[^\0]\0)|(?<=\0[^\0])\0`, // The other half of UTF-16, and no end of a text.
    String.raw`\\u0000(?=[^\\]\\u0000)|(?<=\\u0000[^\\])\\u0000`,
  ].join("|"),
);
const ALL_UNSEEN = new RegExp(UNSEEN, "g");

/** What is found in the text as it is, and in what is seen of it. */
function findSeen(text: string, find: (text: string) => Found[]): Found[] {
  const found = find(text);
  if (!UNSEEN.test(text)) return found;
  const gaps: { at: number; length: number }[] = [];
  let seen = "";
  let from = 0;
  for (const { 0: gap, index } of text.matchAll(ALL_UNSEEN)) {
    seen += text.slice(from, index);
    from = index + gap.length;
    gaps.push({ at: seen.length, length: from - seen.length });
  }
  let passed = 0; // What is found comes from left to right.
  const placeOf = (at: number) => {
    while ((gaps[passed]?.at ?? Number.POSITIVE_INFINITY) <= at) passed++;
    return at + (gaps[passed - 1]?.length ?? 0);
  };
  const more = find(seen + text.slice(from)).map(({ name, start, end }) => ({ name, start: placeOf(start), end: placeOf(end - 1) + 1 }));
  return apart([...found, ...more]);
}

/** Names of fields whose value is a secret whatever it looks like. */
const SECRET_NAME = /^(?:.*(?:password|passwd|secret|token|api_?key|access_?key|private_?key)|authorization|cookie|set-cookie)$/i;

/** A copy in which every text is redacted, keys included, and fields with a secret's name are emptied. Cycles are not followed. */
export function redactDeep(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      redact(key),
      SECRET_NAME.test(key) && typeof child === "string" && child !== "" ? mark("secret") : redactDeep(child, depth + 1),
    ]),
  );
}

/** Deeper than anything that an agent or ccm says; cycles end here. */
const MAX_DEPTH = 12;
