// The lines that a run's transcript is made of: each with what it means, and folds that stand for what is left out.
import { plain } from "./plain-text.ts";

/** How a line is meant: the view gives each tone a colour. */
export const TONES = ["plain", "faint", "tool", "person", "good", "warn", "bad", "added", "removed"] as const;
export type Tone = (typeof TONES)[number];

/** `folded`: this line stands for these, which are shown when somebody asks. */
export type Line = { tone: Tone; text: string; folded?: Line[] };

/** Characters of one shown line; a tool's argument or a minified file may be endless. */
const LINE_CHARACTERS = 600;
/** Lines that one fold keeps: more than anybody scrolls through, and 1,000 lines of code are about 40 kB. */
const FOLD_LINES = 1_000;

/** One line, made harmless; newlines in it become spaces. */
export function line(tone: Tone, text: string): Line {
  return { tone, text: shortened(plain(text).replace(/\s*\n\s*/g, " "), LINE_CHARACTERS) };
}

/** A line for each line of the text, made harmless. */
export function lines(tone: Tone, text: string): Line[] {
  return plain(text)
    .split("\n")
    .map((one) => ({ tone, text: shortened(one, LINE_CHARACTERS) }));
}

/** The first `limit` lines, and a line that stands for the others. Folding away a single line would save nothing. */
export function folded(all: readonly Line[], limit: number): Line[] {
  if (all.length <= limit + 1) return [...all];
  const rest = all.slice(limit);
  const kept = rest.slice(0, FOLD_LINES);
  if (rest.length > FOLD_LINES) kept.push({ tone: "faint", text: `… ${rest.length - FOLD_LINES} lines more are in the run's folder` });
  return [...all.slice(0, limit), { tone: "faint", text: `… ${rest.length} more lines`, folded: kept }];
}

/** The same lines further to the right, what is folded included. */
export function indented(all: readonly Line[], by: string): Line[] {
  return all.map((one) => ({
    ...one,
    text: `${by}${one.text}`,
    ...(one.folded ? { folded: indented(one.folded, by) } : {}),
  }));
}

export function shortened(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}
