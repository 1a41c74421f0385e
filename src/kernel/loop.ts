// The reconcile loop: runs every step in order whenever something may have changed, and at least once a second.
import type { Ctx } from "./context.ts";
import { Fault } from "./fault.ts";
import type { Step } from "./module.ts";

/** Longest time between two ticks: delays in rows (2 s, 4 s, 8 s) are kept to this precision. */
const TICK_MS = 1_000;

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

/** What the loop looks at between ticks: `changed` is true when files outside the database ask for a tick. */
export type Pulse = { changed(): boolean; pollMs(): number };

export type Loop = {
  /** Asks for a tick now: a job has ended. */
  wake(): void;
  /** Asks for a look now: another process may have committed. */
  nudge(): void;
  run(signal: AbortSignal): Promise<void>;
};

/** After a nudge: a commit becomes visible shortly after its bytes were written, so one look may come too early. */
const NUDGED_LOOKS = 4;
const NUDGED_POLL_MS = 3;

export function createLoop(ctx: Ctx, steps: readonly Step[], pulse: Pulse): Loop {
  let woken = true;
  let nudgedLooks = 0;
  let alarm = new AbortController();

  async function rest(signal: AbortSignal): Promise<void> {
    alarm = new AbortController();
    const isNudged = nudgedLooks > 0;
    if (isNudged) nudgedLooks -= 1;
    await ctx.clock.sleep(woken ? 0 : isNudged ? NUDGED_POLL_MS : pulse.pollMs(), AbortSignal.any([signal, alarm.signal]));
  }

  return {
    wake() {
      woken = true;
      alarm.abort();
    },
    nudge() {
      nudgedLooks = NUDGED_LOOKS;
      alarm.abort();
    },
    async run(signal) {
      let version = ctx.db.dataVersion();
      let written = ctx.db.changes();
      let lastTick = Number.NEGATIVE_INFINITY;
      while (!signal.aborted) {
        const current = ctx.db.dataVersion();
        const isDue = ctx.clock.elapsed() - lastTick >= TICK_MS;
        // Commits of this process, such as those of the page and the API, do not change the version.
        const isOwn = ctx.db.changes() !== written;
        if (woken || isDue || current !== version || isOwn || pulse.changed()) {
          version = current;
          lastTick = ctx.clock.elapsed();
          const changes = ctx.db.changes();
          woken = false;
          tick(ctx, steps);
          woken ||= ctx.db.changes() !== changes; // What one step wrote may be what another waits for.
        }
        written = ctx.db.changes(); // What a look has taken in asks for no tick by itself.
        await rest(signal);
      }
    },
  };
}
