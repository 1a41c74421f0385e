// Takes secrets out of text before it is stored or shown: those that are stored here by their prints, others by their shapes.
import { type Found, type Matcher, MOST_PRINTED, NO_MATCHER, replaceFound } from "./prints.ts";
import { ISSUED, PLACED, type Shape, SUSPICIOUS } from "./token-shapes.ts";

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
  return replaceFound(text, stored.find(text), mark);
}

/** The stored secret that the text holds, such as `secret GITHUB_TOKEN`, or null. */
export function storedIn(text: string): string | null {
  return stored.find(text)[0]?.name ?? null;
}

/** The text without stored secrets and secrets of a known shape. */
export function redact(text: string): string {
  const rest = redactStored(text);
  return SUSPICIOUS.test(rest) ? withoutShapes(withoutShapes(rest, ISSUED), PLACED) : rest;
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

function withoutShapes(text: string, shapes: readonly Shape[]): string {
  let result = text;
  for (const { kind, pattern, keeps } of shapes)
    result = result.replace(pattern, (_, first: string) => `${keeps ? first : ""}${mark(kind)}`);
  return result;
}

/** A key that was torn off ends where no more of it can follow, which may be the end of a text in JSON. */
const TORN_KEY = /^-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s]|\\[nr])*/;
/** What was taken out before with as many characters as it had. */
const ERASED = /^\*+$/;

/** Where secrets are in a text, by what they are; `sure` leaves out those that are only known by their place. */
export function secretsIn(text: string, which: "all" | "sure"): Found[] {
  const found = stored.find(text);
  if (!SUSPICIOUS.test(text)) return found;
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
  return apart(found);
}

/** From left to right, and where two overlap, the first with what the other has beyond it. */
function apart(found: readonly Found[]): Found[] {
  const result: Found[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && one.start < last.end) last.end = Math.max(last.end, one.end);
    else result.push({ ...one });
  }
  return result;
}

/** The last place at or before `at` where the text can be cut without cutting a stored secret. */
export function uncutAt(text: string, at: number): number {
  const from = Math.max(0, at - MOST_PRINTED);
  const cut = stored.find(text.slice(from, at + MOST_PRINTED)).find(({ start, end }) => from + start < at && at < from + end);
  return cut ? from + cut.start : at;
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
