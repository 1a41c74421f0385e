// Trees in the loop: makes what is wanted, discards what was released, deletes what has been in the trash long enough.
import type { Ctx } from "../kernel/context.ts";
import type { Step } from "../kernel/module.ts";
import { mustFind, startTaskJob } from "../tasks/actions.ts";
import { discardTree, makeTree, measureTree, purgeTree, restoreTree } from "./actions.ts";
import { dropBefore, purgeBefore, SNAPSHOT_COMMITS } from "./rules.ts";
import type { WorktreeState } from "./schema.ts";
import { dropSnapshots, snapshotAtWork } from "./snapshots.ts";
import { doneWithSnapshots, oldDiscarded, snapshotsOf, treesAtWork, treeToMeasure, worktreesIn } from "./table.ts";

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

/** Between two looks at how many commits an agent has made: often enough for ten of them, and no work for a loop that is awake anyway. */
const COMMITS_LOOK_MS = 5_000;
/** Between two tries to keep a state: the agent may be in the middle of a merge for some time. */
const SNAPSHOT_REST_MS = 60_000;
/** Between two looks for snapshots that time takes away. */
const DROP_LOOK_MS = 60 * 60_000;

/** The step that keeps the work of agents that commit a lot; what was tried when is remembered for each daemon. */
export function snapshotStep(): Step {
  const rests = new WeakMap<Ctx, { look: number; drop: number; tasks: Map<number, number> }>();
  return {
    name: "snapshots",
    run(ctx) {
      const now = ctx.clock.elapsed();
      const rest = rests.get(ctx) ?? { look: 0, drop: 0, tasks: new Map<number, number>() };
      rests.set(ctx, rest);
      if (now >= rest.look) {
        rest.look = now + COMMITS_LOOK_MS;
        for (const taskId of treesAtWork(ctx.db))
          if (now >= (rest.tasks.get(taskId) ?? 0) && hasCommittedMuch(ctx, taskId)) keep(ctx, taskId);
      }
      if (now >= rest.drop) {
        rest.drop = now + DROP_LOOK_MS;
        const before = dropBefore(ctx.clock.now(), ctx.config.retention);
        for (const taskId of doneWithSnapshots(ctx.db, before, PER_TICK)) start(ctx, taskId, "snapshots.drop", dropSnapshots);
      }

      function keep(ctx: Ctx, taskId: number): void {
        if (start(ctx, taskId, "snapshot.take", snapshotAtWork)) rest.tasks.set(taskId, now + SNAPSHOT_REST_MS);
      }
    },
  };
}

/** Between two measurements of a tree in which somebody works: walking 200,000 files takes a second. */
const MEASURED_MS = 5 * 60_000;
/** Between two looks for a tree to measure. */
const MEASURE_LOOK_MS = 15_000;

/** The step that keeps up what trees take on the disk: one at a time, those first that were measured longest ago. */
export function measureStep(): Step {
  const looks = new WeakMap<Ctx, number>();
  return {
    name: "measure",
    run(ctx) {
      if (ctx.clock.elapsed() < (looks.get(ctx) ?? 0)) return;
      looks.set(ctx, ctx.clock.elapsed() + MEASURE_LOOK_MS);
      const taskId = treeToMeasure(ctx.db, ctx.clock.now() - MEASURED_MS);
      if (taskId === null) return;
      ctx.jobs.start({ key: "tree.measure", timeoutMs: TREE_TIMEOUT_MS, work: () => measureTree(ctx, taskId).then(() => undefined) });
    },
  };
}

function hasCommittedMuch(ctx: Ctx, taskId: number): boolean {
  const since = snapshotsOf(ctx.db, taskId).at(-1)?.at ?? 0;
  return ctx.outside.trees.commitsSince(taskId, since) >= SNAPSHOT_COMMITS;
}

function start(ctx: Ctx, taskId: number, name: string, work: (ctx: Ctx, taskId: number) => Promise<void>): boolean {
  return startTaskJob(ctx, mustFind(ctx, taskId), { name, timeoutMs: TREE_TIMEOUT_MS, work: () => work(ctx, taskId) });
}
