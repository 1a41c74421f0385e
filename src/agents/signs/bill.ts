// What a run cost, by the bills of its agent's process: a session that is resumed may bring along what it had cost before. Pure.
import type { Bill, Observed, TurnEnd, Usage } from "./signs.ts";

export const NO_BILL: Bill = { costUsd: 0, usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } };

/**
 * What is known of costs after a turn. An end that says nothing of costs, as a hook's, changes nothing. The first bill of
 * a resumed session shows whether the process counts on from the one before: then it is higher than that by this turn.
 */
export function billOf(
  known: Pick<Observed, "turns" | "billed" | "carried">,
  end: TurnEnd,
): Pick<Observed, "billed" | "carried" | keyof Bill> {
  const carried = known.turns === 0 && known.carried && !countsOn(end, known.carried) ? null : known.carried;
  const isHigher = end.costUsd >= known.billed.costUsd && end.usage.input + end.usage.output > 0;
  const billed = isHigher ? { costUsd: end.costUsd, usage: end.usage } : known.billed;
  return { billed, carried, ...difference(billed, carried ?? NO_BILL) };
}

/** The last bill of a run's session, its own or the one that it carries on. */
export function lastBill({ billed, carried }: Pick<Observed, "billed" | "carried">): Bill | null {
  return billed.costUsd > 0 ? billed : carried;
}

const KINDS = ["input", "output", "cacheRead", "cacheWrite"] as const satisfies readonly (keyof Usage)[];

function countsOn({ costUsd, usage, turnUsage }: TurnEnd, before: Bill): boolean {
  return costUsd >= before.costUsd && KINDS.every((kind) => usage[kind] - before.usage[kind] >= turnUsage[kind]);
}

function difference(now: Bill, before: Bill): Bill {
  const [input = 0, output = 0, cacheRead = 0, cacheWrite = 0] = KINDS.map((kind) => Math.max(0, now.usage[kind] - before.usage[kind]));
  return { costUsd: Math.max(0, now.costUsd - before.costUsd), usage: { input, output, cacheRead, cacheWrite } };
}
