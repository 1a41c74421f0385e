// Gives back what pages leave behind when nobody has asked for one for a while: the daemon is there for weeks, pages for minutes.
import type { Ctx } from "../kernel/context.ts";

/** Without a request, in ms: a person who reads a page is not kept waiting for the next by 15 ms of collecting. */
const QUIET_MS = 3_000;
/** Between two times, in ms: who goes from page to page slowly leaves little behind. */
const GAP_MS = 15_000;

export type Sweep = { used(): void; stop(): void };

/** Measured on a home of 100k tasks: 280 pages leave 61 MB resident, and 57 MB after this. */
export function createSweep({ clock, db }: Pick<Ctx, "clock" | "db">): Sweep {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let usedAt = 0;
  let sweptAt = Number.NEGATIVE_INFINITY;

  function sweep(): void {
    const now = clock.elapsed();
    const dueAt = Math.max(usedAt + QUIET_MS, sweptAt + GAP_MS);
    if (now < dueAt) return wait(dueAt - now);
    timer = undefined;
    sweptAt = now;
    db.shrink();
    Bun.gc(true);
  }

  function wait(ms: number): void {
    timer = setTimeout(sweep, ms);
    timer.unref();
  }

  return {
    used() {
      usedAt = clock.elapsed();
      if (!timer) wait(QUIET_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
