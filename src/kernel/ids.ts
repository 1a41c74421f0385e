// Ids and randomness: sortable UUIDs (RFC 9562, version 7) and secrets, real or from a seed.

export type Ids = {
  /** A UUIDv7: its first 48 bits are the time, so text order is creation order to the millisecond. */
  uuid(): string;
  /** 256 random bits in base64url, for tokens. */
  secret(): string;
  /** A number in [0, 1), for jitter. */
  random(): number;
};

export const realIds: Ids = {
  uuid: () => Bun.randomUUIDv7(),
  secret: () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
  random: () => Math.random(),
};

/** Ids that repeat for the same seed and clock; never for real secrets. */
export function seededIds(seed: number, now: () => number): Ids {
  const random = mulberry32(seed);
  const hex = (digits: number) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");
  return {
    uuid() {
      const time = now().toString(16).padStart(12, "0").slice(-12);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
    },
    secret: () => `seeded-${hex(32)}`,
    random,
  };
}

/** Mulberry32, a 32-bit generator by Tommy Ettinger (public domain): small, fast, good enough for tests. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
