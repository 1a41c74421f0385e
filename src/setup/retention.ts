// What time takes away: old events, folders of old runs, answered requests. A job a day, in small pieces.
import { statSync } from "node:fs";
import type { Ctx } from "../kernel/context.ts";
import type { Step } from "../kernel/module.ts";
import * as table from "./table.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Between two times. */
const EVERY_MS = DAY_MS;
/** Longest time for one: what is left then follows the next day. */
const PRUNE_TIMEOUT_MS = 10 * 60_000;
/** Events deleted in one transaction: 10 ms, so nobody waits for the lock. */
const EVENTS_A_PIECE = 5_000;
/** Run folders looked at in one day. */
const RUNS_A_DAY = 20_000;

/** The step; when it last ran is remembered for each daemon, which after a restart begins with one. */
export function retentionStep(): Step {
  const next = new WeakMap<Ctx, number>();
  return {
    name: "retention",
    run(ctx) {
      if (ctx.clock.elapsed() < (next.get(ctx) ?? Number.NEGATIVE_INFINITY)) return;
      next.set(ctx, ctx.clock.elapsed() + EVERY_MS);
      ctx.jobs.start({ key: "retention", timeoutMs: PRUNE_TIMEOUT_MS, work: (signal) => prune(ctx, signal) });
    },
  };
}

/** Deletes what is older than `retention.eventsDays` and `retention.runsDays`; folders only of runs whose task has ended, or that no row knows. */
export async function prune(ctx: Ctx, signal: AbortSignal): Promise<void> {
  const now = ctx.clock.now();
  const { eventsDays, runsDays } = ctx.config.retention;
  while (!signal.aborted) {
    const deleted = ctx.db.transact(() => table.deleteEvents(ctx.db, now - eventsDays * DAY_MS, EVENTS_A_PIECE));
    if (deleted < EVENTS_A_PIECE) break;
    await ctx.clock.sleep(0);
  }
  ctx.db.transact(() => table.deleteRequests(ctx.db, now - DAY_MS));
  for (const id of oldRuns(ctx, now - runsDays * DAY_MS)) {
    if (signal.aborted) return;
    if (ctx.outside.hosts.look(id).kind !== "live") ctx.outside.hosts.remove(id);
    await ctx.clock.sleep(0);
  }
}

function oldRuns(ctx: Ctx, before: number): number[] {
  const folders = ctx.outside.hosts.list().slice(0, RUNS_A_DAY);
  const known = new Set(table.runRows(ctx.db, folders).map((row) => row.runId));
  const unknown = folders.filter((id) => !known.has(id) && isOlder(ctx.paths.run(id).root, before));
  return [...table.endedRuns(ctx.db, folders, before), ...unknown];
}

function isOlder(path: string, before: number): boolean {
  try {
    return statSync(path).mtimeMs < before;
  } catch {
    return false; // Somebody else has deleted it.
  }
}
