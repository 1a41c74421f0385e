// Cutting a value of JSON down to what an event may hold, its shape kept. Pure.

/** Entries of a list or an object that are kept. */
const ENTRIES = 60;
/** Deeper than any frame of an agent; what is below is left out. */
const DEPTH = 12;

/** The value with its texts cut at so many characters and its lists at 60 entries. */
export function shortened(value: unknown, characters: number, depth = DEPTH): unknown {
  if (typeof value === "string") return value.length > characters ? `${value.slice(0, characters)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.slice(0, ENTRIES).map((one) => shortened(one, characters, depth - 1));
  const kept = Object.entries(value).slice(0, ENTRIES);
  return Object.fromEntries(kept.map(([key, one]) => [key.slice(0, 100), shortened(one, characters, depth - 1)]));
}

/** The longest form of it that fits into so many bytes of JSON, or null. */
export function shortenedTo(value: unknown, bytes: number): unknown {
  for (const characters of [4_000, 1_000, 200, 40]) {
    const cut = shortened(value, characters);
    if (Buffer.byteLength(JSON.stringify(cut) ?? "") <= bytes) return cut;
  }
  return null;
}
