// Decisions in the loop: what waits for a person says so, and what was approved before its base moved goes on.
import type { Ctx } from "../kernel/context.ts";
import { findCandidate } from "../review/actions.ts";
import { activeTasks, moveTask, setWaiting } from "../tasks/actions.ts";
import { loweredRights } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { lastDecision } from "./actions.ts";
import { approvalHolds } from "./rules.ts";

export function stepDecisions(ctx: Ctx): void {
  for (const task of activeTasks(ctx)) {
    if (task.state === "merging") holdBack(ctx, task);
    if (task.state !== "approving") continue;
    const candidate = findCandidate(ctx, task.id);
    if (candidate?.state !== "passed") continue;
    if (approvalHolds(lastDecision(ctx, task.id), candidate))
      moveTask(ctx, { task, to: "merging", why: "The same change was approved before its base moved." });
    else
      setWaiting(ctx, task, { reason: "approval", text: `Waits for a person: \`ccm diff ${task.id}\`, then \`ccm approve ${task.id}\`.` });
  }
}

/** A person may take the right to merge by itself while it waits for its turn, or for a checkout. */
function holdBack(ctx: Ctx, task: Task): void {
  const candidate = findCandidate(ctx, task.id);
  if (!candidate || !loweredRights(task).includes("auto-merge") || approvalHolds(lastDecision(ctx, task.id), candidate)) return;
  moveTask(ctx, { task, to: "approving", why: "It may not merge by itself any more." });
}
