// Runs in the loop: starts what is claimed, notices what ended, applies what came of it.
import type { Ctx } from "../kernel/context.ts";
import { mustFind, startTaskJob } from "../tasks/actions.ts";
import { idleWithTree, releaseTree } from "../worktrees/actions.ts";
import { liveRunOf, liveRuns } from "./actions.ts";
import { collectRun, finishAgentRun } from "./finish.ts";
import { ingestRuns, judgeRuns } from "./ingest.ts";
import { judgeEnd } from "./recovery/judge.ts";
import { stopReason } from "./rules.ts";
import type { Run } from "./schema.ts";
import { dropClaim, markRunning, sendStop, startRun } from "./start.ts";

/** Longest time for showing a commit in a big tree and starting a host. */
const START_TIMEOUT_MS = 5 * 60_000;
/** Longest time for killing survivors and for committing and importing a big change. */
const FINISH_TIMEOUT_MS = 10 * 60_000;
/** Trees looked at in one tick: more than there are tasks that wait for something else for days. */
const RELEASES_PER_TICK = 200;

/** Before all else: what agents have shown, and what that means by now. */
export function stepObserve(ctx: Ctx): void {
  ingestRuns(ctx);
  judgeRuns(ctx);
}

export function stepRuns(ctx: Ctx): void {
  for (const run of liveRuns(ctx)) {
    if (run.state === "claimed") stepClaimed(ctx, run);
    else if (run.state === "ended") stepEnded(ctx, run);
    else stepStarted(ctx, run);
  }
}

function stepClaimed(ctx: Ctx, run: Run): void {
  const task = mustFind(ctx, run.taskId);
  if (ctx.jobs.isRunning(`task:${run.taskId}`)) return;
  if (stopReason(run, task)) return dropClaim(ctx, run);
  startTaskJob(ctx, task, { name: "run.start", timeoutMs: START_TIMEOUT_MS, work: () => startRun(ctx, run) });
}

function stepStarted(ctx: Ctx, run: Run): void {
  const task = mustFind(ctx, run.taskId);
  const state = ctx.outside.hosts.look(run.id);
  if (state.kind === "new") {
    startTaskJob(ctx, task, { name: "run.launch", timeoutMs: START_TIMEOUT_MS, work: () => startRun(ctx, run) });
    return;
  }
  if (run.state === "starting") markRunning(ctx, run);
  if (state.kind !== "live") {
    startTaskJob(ctx, task, { name: "run.collect", timeoutMs: FINISH_TIMEOUT_MS, work: () => collectRun(ctx, run) });
    return;
  }
  const why = stopReason(run, task);
  if (why) sendStop(ctx, run, why);
}

function stepEnded(ctx: Ctx, run: Run): void {
  if (run.kind === "gate") return;
  if (run.kind === "setup") return judgeEnd(ctx, run, "changed");
  startTaskJob(ctx, mustFind(ctx, run.taskId), { name: "run.finish", timeoutMs: FINISH_TIMEOUT_MS, work: () => finishAgentRun(ctx, run) });
}

/** Trees that nobody needs go to the trash once no run is live in them. */
export function stepRelease(ctx: Ctx): void {
  for (const task of idleWithTree(ctx, RELEASES_PER_TICK)) {
    if (!liveRunOf(ctx, task.id)) releaseTree(ctx, task);
  }
}
