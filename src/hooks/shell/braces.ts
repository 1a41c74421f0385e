// Brace expansion: `{git,push}` is two words, `{1..3}` three. bash(1), "Brace Expansion". Pure.
import type { Piece, Word } from "./syntax.ts";
import { ANY } from "./values.ts";

/** Words that one word may become. */
const WORDS = 64;

/** A character that is not quoted, or a piece that is no plain text. */
type Atom = string | Piece;

/** The words that a word becomes, at least itself. */
export function expandBraces(word: Word): Word[] {
  if (!word.some((piece) => piece.kind === "text" && !piece.quoted && piece.text.includes("{"))) return [word];
  const atoms = word.flatMap((piece): Atom[] => (piece.kind === "text" && !piece.quoted ? [...piece.text] : [piece]));
  const words = expand(atoms);
  return words.length > WORDS ? [[{ kind: "text", text: ANY, quoted: false }]] : words.map(wordOf);
}

function wordOf(atoms: Atom[]): Word {
  const word: Word = [];
  for (const atom of atoms) {
    const last = word.at(-1);
    if (typeof atom !== "string") word.push(atom);
    else if (last?.kind === "text" && !last.quoted) last.text += atom;
    else word.push({ kind: "text", text: atom, quoted: false });
  }
  return word;
}

function expand(atoms: Atom[]): Atom[][] {
  for (let open = atoms.indexOf("{"); open >= 0; open = atoms.indexOf("{", open + 1)) {
    const parts = partsAt(atoms, open);
    if (parts === null) continue;
    const before = atoms.slice(0, open);
    const rests = expand(atoms.slice(parts.end + 1));
    const all = parts.choices.flatMap((choice) => rests.map((rest) => [...before, ...choice, ...rest]));
    return all.slice(0, WORDS + 1);
  }
  return [atoms];
}

/** The choices between the brace and the one that closes it; null for a brace that means itself. */
function partsAt(atoms: Atom[], open: number): { choices: Atom[][]; end: number } | null {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open; at < atoms.length; at++) {
    if (atoms[at] === "{") depth += 1;
    else if (atoms[at] === "," && depth === 1) commas.push(at);
    else if (atoms[at] === "}" && --depth === 0) {
      const choices = commas.length > 0 ? splitAt(atoms, [open, ...commas, at]) : rangeIn(atoms.slice(open + 1, at));
      if (choices === null) return null;
      return { choices: choices.flatMap(expand), end: at };
    }
  }
  return null;
}

function splitAt(atoms: Atom[], places: number[]): Atom[][] {
  return places.slice(1).map((end, at) => atoms.slice((places[at] as number) + 1, end));
}

/** `1..9`, `a..f`, with a step behind another `..`. */
function rangeIn(atoms: Atom[]): Atom[][] | null {
  if (!atoms.every((atom) => typeof atom === "string")) return null;
  const match = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(atoms.join(""));
  if (!match) return null;
  const [, first = "", last = "", step] = match;
  const isNumber = /\d$/.test(first);
  if (isNumber !== /\d$/.test(last)) return null;
  const [from, to] = isNumber ? [Number(first), Number(last)] : [first.charCodeAt(0), last.charCodeAt(0)];
  const by = Math.max(1, Math.abs(Number(step ?? 1)));
  const count = Math.floor(Math.abs(to - from) / by) + 1;
  if (count > WORDS) return [[{ kind: "text", text: ANY, quoted: false }]];
  const values = Array.from({ length: count }, (_, i) => from + (to < from ? -by : by) * i);
  return values.map((value) => [...(isNumber ? padded(value, first, last) : String.fromCharCode(value))]);
}

/** `{01..10}` keeps its zeros. */
function padded(value: number, first: string, last: string): string {
  const hasZeros = [first, last].some((one) => /^-?0\d/.test(one));
  const width = hasZeros ? Math.max(first.length, last.length) : 0;
  return value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");
}
