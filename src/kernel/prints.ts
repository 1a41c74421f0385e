// Prints: by what a text is recognised by somebody who does not have it. Kinds of characters, a length, a salted hash.

/**
 * Of what kinds the characters in the middle of one spelling of a text are, how long it is, in UTF-16 units, and its hash. The
 * middle, because many tokens begin alike. It tells its reader 20 bits of the text, so that almost no place of other texts has to
 * be hashed: little of a text that nobody can guess, and of one that somebody can, the hash tells more.
 */
export type Print = { lead: string; length: number; hash: string };

/** All prints of one secret; `name` is what it is called in its place, such as `secret GITHUB_TOKEN`. */
export type Prints = { name: string; salt: string; prints: readonly Print[] };

/** A place in a text, by UTF-16 units, and the name of what stands there. */
export type Found = { name: string; start: number; end: number };

export type Matcher = {
  /** What was found, from left to right; of two at the same place the longer one, and two that overlap as one. */
  find(text: string): Found[];
};

/** Units of a lead: each is one of 16 kinds. With 100 prints one place in ten thousand is hashed in vain, which takes 6 µs in a host. */
const LEAD_UNITS = 5;
/** Fewer units would be found in ordinary words. */
export const LEAST_PRINTED = 8;
/** Longer texts are printed in pieces: whoever reads a stream then never has to hold more than this back. */
export const MOST_PRINTED = 512;
/** 128 bits, in hexadecimal. */
const HASH_DIGITS = 32;

/** The print of a text of `LEAST_PRINTED` to `MOST_PRINTED` units. */
export function printOf(text: string, salt: string): Print {
  return { lead: leadAt(text, middleOf(text.length)), length: text.length, hash: hashOf(text, salt) };
}

/** Finds nothing. */
export const NO_MATCHER: Matcher = { find: () => [] };

/**
 * Finds printed texts. The leads become one pattern, which the engine runs as machine code: 3 µs for a line of 500 characters,
 * where a rolling hash in a host, which compiles nothing, took 42.
 */
export function createMatcher(secrets: readonly Prints[]): Matcher {
  const byLead = Map.groupBy(
    secrets.flatMap(({ name, salt, prints }) => prints.map((print) => ({ name, salt, ...print }))),
    ({ lead }) => lead,
  );
  if (byLead.size === 0) return NO_MATCHER;
  const pattern = new RegExp(patternOf([...byLead.keys()]), "g");

  /** The printed texts whose middle begins here. */
  function foundAt(text: string, middle: number): Found[] {
    return (byLead.get(leadAt(text, middle)) ?? []).flatMap(({ name, salt, length, hash }) => {
      const start = middle - middleOf(length);
      const end = start + length;
      return start >= 0 && end <= text.length && hashOf(text.slice(start, end), salt) === hash ? [{ name, start, end }] : [];
    });
  }

  return {
    find(text) {
      const found: Found[] = [];
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
        found.push(...foundAt(text, match.index));
        pattern.lastIndex = match.index + 1;
      }
      return found.length > 1 ? apart(found) : found;
    },
  };
}

/** The text with what was found replaced; pieces of one secret that follow each other are one. */
export function replaceFound(text: string, found: readonly Found[], mark: (name: string, length: number) => string): string {
  if (found.length === 0) return text;
  let result = "";
  let at = 0;
  for (const { name, start, end } of joined(found)) {
    result += text.slice(at, start) + mark(name, end - start);
    at = end;
  }
  return result + text.slice(at);
}

/** From left to right, and where two overlap, the first with what the other has beyond it: nothing of either is left. */
export function apart(found: readonly Found[]): Found[] {
  const result: Found[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last && one.start < last.end) last.end = Math.max(last.end, one.end);
    else result.push({ ...one });
  }
  return result;
}

function joined(found: readonly Found[]): Found[] {
  const result: Found[] = [];
  for (const one of found) {
    const last = result.at(-1);
    if (last && last.name === one.name && last.end === one.start) result[result.length - 1] = { ...last, end: one.end };
    else result.push(one);
  }
  return result;
}

/** One of 16 kinds of characters, mixed so that letters, digits and signs are in each. What is not ASCII is one kind. */
function kindOf(unit: number): number {
  return unit > 127 ? 0 : Math.imul(unit + 1, 0x9e3779b1) >>> 28;
}

/** Where the lead of a text of this length is. */
function middleOf(length: number): number {
  return (length - LEAD_UNITS) >> 1;
}

function leadAt(text: string, start: number): string {
  let lead = "";
  for (let i = 0; i < LEAD_UNITS; i++) lead += kindOf(text.charCodeAt(start + i)).toString(16);
  return lead;
}

/** node:crypto would take 2 MB of a host's memory. */
function hashOf(text: string, salt: string): string {
  return new Bun.CryptoHasher("sha256").update(salt).update("\0").update(text).digest("hex").slice(0, HASH_DIGITS);
}

/** A class of characters for each kind. */
function classes(): string[] {
  const units = Map.groupBy(
    Array.from({ length: 128 }, (_, unit) => unit),
    kindOf,
  );
  return Array.from({ length: 16 }, (_, kind) => {
    const ascii = (units.get(kind) ?? []).map((unit) => `\\x${unit.toString(16).padStart(2, "0")}`).join("");
    return `[${ascii}${kind === 0 ? "\\u0080-\\uffff" : ""}]`;
  });
}

/** Leads with a common beginning share it, so that a place costs a handful of looks whatever the number of prints. */
function patternOf(leads: readonly string[], kinds = classes()): string {
  const branches = [...Map.groupBy(leads, (lead) => lead[0] ?? "")].map(([kind, those]) => {
    const rest = [...new Set(those.map((lead) => lead.slice(1)).filter((lead) => lead !== ""))];
    return `${kinds[Number.parseInt(kind, 16)]}${rest.length > 0 ? patternOf(rest, kinds) : ""}`;
  });
  return branches.length > 1 ? `(?:${branches.join("|")})` : branches.join("");
}
