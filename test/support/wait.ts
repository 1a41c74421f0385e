// Waiting for something to become true: no sleeps of a guessed length, and a deadline that names what was waited for.

/** Long enough for a loaded machine: it is only reached when something is broken. */
const DEADLINE_MS = 20_000;

/** Asks again and again until the answer is neither undefined, null nor false; gives that answer. */
export async function waitFor<T>(what: string, ask: () => T | Promise<T>, deadlineMs = DEADLINE_MS): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  let last: unknown;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    last = answer;
    await Bun.sleep(PAUSE_MS);
  }
  throw new Error(`Waited ${deadlineMs / 1000} s for ${what}; the last answer was ${String(last)}.`);
}

/** Between two questions, so that what is waited for gets the processor. */
const PAUSE_MS = 5;
