// Lanes: work with the same key runs one after another, work with different keys at the same time.

/** Runs `work` after everything that was given for `key` before has ended, well or badly. */
export type Lanes = { run<T>(key: string, work: () => Promise<T>): Promise<T>; readonly size: number };

export function createLanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(key, work) {
      const before = tails.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      tails.set(key, mine);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === mine) tails.delete(key); // Nobody queued behind: the key must not stay in memory.
      }
    },
    get size() {
      return tails.size;
    },
  };
}
