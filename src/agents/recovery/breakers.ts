// Breakers as rows: opened and closed by how runs end, and by what live agents show.
import type { Ctx } from "../../kernel/context.ts";
import { appendEvent } from "../../kernel/events.ts";
import type { Breaker, BreakerKind, Run } from "../schema.ts";
import type { Observed } from "../signs/signs.ts";
import * as table from "../table.ts";
import { afterEnding, openUntil } from "./breaker.ts";
import type { Ending } from "./failure.ts";

/** What is held against agents now, or nearly: one failure more opens those that are not open. */
export function breakersOf(ctx: Ctx): Breaker[] {
  return table.allBreakers(ctx.db);
}

/** After a run of an agent has ended. To be called in the transaction that finishes the run. */
export function noteEnding(ctx: Ctx, run: Run, ending: Ending): void {
  const breaker = table.findBreaker(ctx.db, run.agent);
  const move = afterEnding(breaker, {
    agent: run.agent,
    ending,
    claimedAt: run.claimedAt,
    now: ctx.clock.now(),
    random: ctx.ids.random(),
    fingerprint: ctx.outside.logins.fingerprint(run.agent),
  });
  if (move.kind === "set") return put(ctx, breaker, move.breaker);
  if (move.kind === "close" && breaker) drop(ctx, breaker, `run r${run.id} had an answer`);
}

/** A live agent waits so long that nothing else of it is to start before. */
export function openBreaker(ctx: Ctx, run: Run, wait: { kind: BreakerKind; until: number; why: string }): void {
  const about = { until: wait.until, text: `waits: ${wait.why}.`, now: ctx.clock.now(), random: ctx.ids.random() };
  put(ctx, table.findBreaker(ctx.db, run.agent), openUntil(run.agent, wait.kind, about));
}

/** An agent that was started to see whether its provider answers, and got an answer, need not end for that to be known. */
export function noteAnswer(ctx: Ctx, run: Run, observed: Observed): void {
  const breaker = table.findBreaker(ctx.db, run.agent);
  if (breaker?.openedAt == null || run.claimedAt < breaker.openedAt || !hasAnswer(observed)) return;
  drop(ctx, breaker, `run r${run.id} had an answer`);
}

/** Only a model calls tools; the last request was answered, too. */
function hasAnswer({ toolCalls, retrying, refusal, limit }: Observed): boolean {
  return toolCalls > 0 && retrying === null && refusal === null && limit?.status !== "rejected";
}

function put(ctx: Ctx, before: Breaker | null, breaker: Breaker): void {
  ctx.db.transact(() => {
    table.putBreaker(ctx.db, breaker);
    if (breaker.openedAt === null || (before?.openedAt != null && before.kind === breaker.kind)) return;
    const { agent, kind, text, retryAt } = breaker;
    ctx.log.warn(`nothing more is started with the agent ${agent} for now`, { kind, text });
    appendEvent(ctx.db, ctx.clock.now(), { name: "breaker.opened", source: "daemon", data: { agent, kind, text, retryAt } });
  });
}

function drop(ctx: Ctx, breaker: Breaker, why: string): void {
  ctx.db.transact(() => {
    table.dropBreaker(ctx.db, breaker.agent);
    if (breaker.openedAt === null) return;
    appendEvent(ctx.db, ctx.clock.now(), { name: "breaker.closed", source: "daemon", data: { agent: breaker.agent, why } });
  });
}
