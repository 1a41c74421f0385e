// Chance that comes out the same for the same seed.

export type Chance = {
  /** From 0 up to, and without, the number. */
  below(end: number): number;
  one<T>(of: readonly T[]): T;
  /** True in so many of a hundred cases. */
  happens(percent: number): boolean;
};

/** mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const below = (end: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  };
  return { below, one: (of) => of[below(of.length)] as never, happens: (percent) => below(100) < percent };
}
