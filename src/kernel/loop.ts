// The reconcile loop: runs every step in order whenever something may have changed, and at least once a second.
import type { Ctx } from "./context.ts";
import { Fault } from "./fault.ts";
import type { Step } from "./module.ts";

/** Longest time between two ticks: delays in rows (2 s, 4 s, 8 s) are kept to this precision. */
const TICK_MS = 1_000;
/** How often other processes' commits are looked for; one look costs microseconds. */
const POLL_MS = 100;

/** One pass over all steps. A step that throws is logged and the others still run: one bad row stops nobody else. */
export function tick(ctx: Ctx, steps: readonly Step[]): void {
  for (const step of steps) {
    try {
      step.run(ctx);
    } catch (thrown) {
      if (thrown instanceof Fault) ctx.log.warn(`step ${step.name}: ${thrown.message}`, { hint: thrown.hint });
      else
        ctx.log.error(`step ${step.name} failed`, { error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
    }
  }
}

export type Loop = { wake(): void; run(signal: AbortSignal): Promise<void> };

/** `pulse` is asked at every poll whether files outside the database changed (a host that ended, say). */
export function createLoop(ctx: Ctx, steps: readonly Step[], pulse: () => boolean): Loop {
  let woken = true;
  return {
    wake() {
      woken = true;
    },
    async run(signal) {
      let version = ctx.db.dataVersion();
      let lastTick = Number.NEGATIVE_INFINITY;
      while (!signal.aborted) {
        const current = ctx.db.dataVersion();
        const due = ctx.clock.elapsed() - lastTick >= TICK_MS;
        if (woken || due || current !== version || pulse()) {
          woken = false;
          version = current;
          lastTick = ctx.clock.elapsed();
          tick(ctx, steps);
          if (woken) continue;
        }
        await ctx.clock.sleep(POLL_MS, signal);
      }
    },
  };
}
