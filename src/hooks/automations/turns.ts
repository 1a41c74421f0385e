// Turns of what several want to do at once: so many at a time, the others in the order in which they came.

/** `take` waits for a turn, `give` ends one, `idle` waits until nobody has one. */
export function createTurns(atOnce: number) {
  const waiting: (() => void)[] = [];
  const watching: (() => void)[] = [];
  let free = atOnce;
  return {
    async take(): Promise<void> {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give(): void {
      const next = waiting.shift();
      if (next) return next();
      free += 1;
      if (free === atOnce) for (const resolve of watching.splice(0)) resolve();
    },
    idle: (): Promise<void> => (free === atOnce ? Promise.resolve() : new Promise((resolve) => watching.push(resolve))),
  };
}
