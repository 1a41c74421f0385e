// Time: the wall clock that rows carry, the monotonic clock that deadlines use, and a fake of both.

/** `now` is epoch milliseconds and may jump; `elapsed` is milliseconds that only grow (suspended time may be missing). */
export type Clock = {
  now(): number;
  elapsed(): number;
  /** Resolves after `ms` of elapsed time, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/** A clock that stands still until it is told to advance; sleepers wake in the order of their time. */
export type FakeClock = Clock & {
  /** Lets `ms` pass: both clocks move and every sleeper that is due wakes. */
  advance(ms: number): void;
  /** Moves only the wall clock, as a time server or a suspend does; no sleeper wakes. */
  jump(ms: number): void;
  /** Elapsed time of the next sleeper, or undefined when nobody sleeps. */
  nextWake(): number | undefined;
};

export function fakeClock(startAt = Date.UTC(2030, 0, 1)): FakeClock {
  let wall = startAt;
  let elapsed = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => Math.round(wall),
    elapsed: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: elapsed + Math.max(0, ms), wake: resolve };
        sleepers.push(sleeper);
        const leave = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        };
        signal?.addEventListener("abort", leave, { once: true });
      }),
    advance(ms) {
      elapsed += ms;
      wall += ms;
      const due = sleepers.filter((s) => s.at <= elapsed).sort((a, b) => a.at - b.at);
      sleepers = sleepers.filter((s) => s.at > elapsed);
      for (const sleeper of due) sleeper.wake();
    },
    jump(ms) {
      wall += ms;
    },
    nextWake: () => sleepers.reduce<number | undefined>((min, s) => (min === undefined || s.at < min ? s.at : min), undefined),
  };
}
