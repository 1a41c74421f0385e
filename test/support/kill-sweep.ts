// Which moments a sweep tries, and trying them in several homes at the same time.
import { closeLane, type KillCase, type Lane, nameOf, openLane, runCase, type Victim } from "./kill-case.ts";

/** A task's events in order, and about how many ms each is followed by work until the next one. */
const TIMELINE: [event: string, nth: number, spanMs: number][] = [
  ["task.created", 1, 120],
  ["worktree.created", 1, 10],
  ["run.claimed", 1, 60],
  ["run.started", 1, 420],
  ["run.ended", 1, 300],
  ["work.imported", 1, 60],
  ["candidate.made", 1, 10],
  ["run.claimed", 2, 220],
  ["run.started", 2, 150],
  ["run.ended", 2, 10],
  ["gate.passed", 1, 10],
  ["task.approved", 1, 30],
  ["merge.intended", 1, 60],
  ["task.merged", 1, 400],
  ["worktree.discarded", 1, 10],
];

/** At every event, and in each `stepMs` after it until the next at a moment that is drawn: every sweep tries others. */
export function moments(victim: Victim, stepMs: number, isIn: (event: string) => boolean = () => true): KillCase[] {
  const drawn = (step: number) => Math.floor((step - Math.random()) * stepMs);
  return TIMELINE.filter(([event]) => isIn(event)).flatMap(([event, nth, spanMs]) =>
    Array.from({ length: Math.ceil(spanMs / stepMs) }, (_, step) => ({ victim, event, nth, delayMs: step === 0 ? 0 : drawn(step) })),
  );
}

/** What a sweep found: how often somebody was killed, and what did not hold, by case. */
export type Found = { struck: number; wrong: string[] };

/** Homes at a time: each task waits more than it computes. */
const LANES = 4;

/** Runs all cases. A home in which something did not hold is not used again. */
export async function sweep(cases: readonly KillCase[], onCase: (c: KillCase, wrong?: string) => void = () => {}): Promise<Found> {
  const waiting = [...cases];
  const found: Found = { struck: 0, wrong: [] };

  async function work(): Promise<void> {
    let lane: Lane | undefined;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      try {
        lane ??= await openLane();
        if ((await runCase(lane, next)) !== null) found.struck += 1;
        onCase(next);
      } catch (thrown) {
        found.wrong.push(`${nameOf(next)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        onCase(next, found.wrong.at(-1));
        if (lane) await closeLane(lane);
        lane = undefined;
      }
    }
    if (lane) await closeLane(lane);
  }

  await Promise.all(Array.from({ length: LANES }, work));
  return found;
}
