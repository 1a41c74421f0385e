// What is known of a text before a shell runs it: characters that stand for something unknown, and what such a text may be. Pure.

/** Unknown text in one word. The characters are of the private use area, and are taken out of what comes in. */
export const ANY = "\ue000";
/** One character of a file's name, and any part of one: what `?` and `*` stand for. */
export const ONE = "\ue001";
export const NAME = "\ue002";
/** Unknown text that a shell splits into words, perhaps none. */
export const MANY = "\ue003";
/** The value of a variable that the line itself does not set: perhaps nothing. */
export const UNSET = "\ue004";
/** What a program prints that is there to print it: as harmless, or not, as the program itself. */
export const PLAIN = "\ue005";

const MARKS = /[\ue000-\ue006]/;
const ALL_MARKS = /[\ue000-\ue006]/g;

/** The text without what stands for something unknown. */
export function withoutMarks(text: string): string {
  return text.replace(ALL_MARKS, "\ufffd");
}

export function isKnown(text: string): boolean {
  return !MARKS.test(text);
}

/** Whether nothing at all is known of it. */
export function isUnknown(text: string): boolean {
  return text !== "" && text.replace(ALL_MARKS, "") === "";
}

/** Whether it may vanish, or become several words. */
export function isElastic(text: string): boolean {
  return text.includes(MANY) || text.includes(UNSET);
}

/** Whether the text may be this one. */
export function maybe(text: string, wanted: string): boolean {
  return isKnown(text) ? text === wanted : patternOf(text).test(wanted);
}

/** As people write it: `…` for what is not known, `*` and `?` for themselves. */
export function shown(text: string): string {
  return text.replace(ALL_MARKS, (mark) => SIGNS[mark] ?? "…");
}

const SIGNS: Record<string, string> = { [ONE]: "?", [NAME]: "*" };
const PATTERNS: Record<string, string> = { [ONE]: "[^/]", [NAME]: "[^/]*" };

function patternOf(text: string): RegExp {
  const pattern = text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(ALL_MARKS, (mark) => PATTERNS[mark] ?? "[\\s\\S]*");
  return new RegExp(`^${pattern}$`);
}

/** A file's pattern with its signs replaced, where they are not quoted. */
export function withGlobs(text: string): string {
  return text
    .replace(/\[[^\]/]+\]/g, ONE)
    .replaceAll("*", NAME)
    .replaceAll("?", ONE);
}
