// Trees in the loop: makes what is wanted, discards what was released, deletes what has been in the trash long enough.
import type { Ctx } from "../kernel/context.ts";
import { mustFind, startTaskJob } from "../tasks/actions.ts";
import { discardTree, makeTree, purgeTree, restoreTree } from "./actions.ts";
import { purgeBefore } from "./rules.ts";
import type { WorktreeState } from "./schema.ts";
import { oldDiscarded, worktreesIn } from "./table.ts";

/** Longest time to make or discard one tree: a big repository on a slow disk. */
const TREE_TIMEOUT_MS = 10 * 60_000;
/** Trees worked on in one tick; the rest follow in the next. */
const PER_TICK = 50;

const WORK: Partial<Record<WorktreeState, (ctx: Ctx, taskId: number) => Promise<void>>> = {
  wanted: makeTree,
  restoring: restoreTree,
  discarding: discardTree,
};

export function stepWorktrees(ctx: Ctx): void {
  for (const state of ["wanted", "restoring", "discarding"] as const) {
    for (const { taskId } of worktreesIn(ctx.db, state, PER_TICK)) start(ctx, taskId, `tree.${state}`, WORK[state] ?? makeTree);
  }
  for (const { taskId } of oldDiscarded(ctx.db, purgeBefore(ctx.clock.now(), ctx.config.retention), PER_TICK)) {
    start(ctx, taskId, "tree.purge", purgeTree);
  }
}

function start(ctx: Ctx, taskId: number, name: string, work: (ctx: Ctx, taskId: number) => Promise<void>): void {
  startTaskJob(ctx, mustFind(ctx, taskId), { name, timeoutMs: TREE_TIMEOUT_MS, work: () => work(ctx, taskId) });
}
