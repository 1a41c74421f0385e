// Merging in the loop: one task a project at a time, the others wait their turn.
import type { Ctx } from "../kernel/context.ts";
import { findCandidate } from "../review/actions.ts";
import { activeTasks, mustFind, setWaiting, startTaskJob } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { mergeTask, openIntents } from "./actions.ts";
import { splitByTurn } from "./rules.ts";

/** Longest time for one merge: a fast-forward of a big checkout. */
const MERGE_TIMEOUT_MS = 5 * 60_000;

export function stepMerge(ctx: Ctx): void {
  for (const intent of openIntents(ctx)) start(ctx, mustFind(ctx, intent.taskId));
  const { first, rest } = splitByTurn(activeTasks(ctx).filter((task) => task.state === "merging"));
  for (const task of first) if (findCandidate(ctx, task.id)?.state === "passed") start(ctx, task);
  for (const task of rest) setWaiting(ctx, task, { reason: "merge_queue", text: "Waits for another merge of its project." });
}

function start(ctx: Ctx, task: Task): void {
  startTaskJob(ctx, task, { name: "merge", timeoutMs: MERGE_TIMEOUT_MS, work: () => mergeTask(ctx, task.id) });
}
