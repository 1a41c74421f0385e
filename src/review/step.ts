// Checking in the loop: makes candidates where work is done or the base has moved, and applies what gates said.
import { liveRunOf, liveRuns } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { activeTasks, startTaskJob } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { findCandidate, finishGateRun, makeCandidate } from "./actions.ts";

/** Longest time for merging in memory and for a patch id of a very big change. */
const CANDIDATE_TIMEOUT_MS = 5 * 60_000;

export function stepReview(ctx: Ctx): void {
  for (const run of liveRuns(ctx)) {
    if (run.kind === "gate" && run.state === "ended") finishGateRun(ctx, run);
  }
  for (const task of activeTasks(ctx)) {
    if (needsCandidate(ctx, task) && !liveRunOf(ctx, task.id)) {
      startTaskJob(ctx, task, { name: "candidate.make", timeoutMs: CANDIDATE_TIMEOUT_MS, work: () => makeCandidate(ctx, task.id) });
    }
  }
}

function needsCandidate(ctx: Ctx, task: Task): boolean {
  if (task.state === "executing") return task.stageDone;
  if (task.state !== "verifying" && task.state !== "approving" && task.state !== "merging") return false;
  const candidate = findCandidate(ctx, task.id);
  return candidate === null || candidate.state === "stale";
}
