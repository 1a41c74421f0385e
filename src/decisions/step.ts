// Decisions in the loop: what waits for a person says so, and what was approved before its base moved goes on.
import type { Ctx } from "../kernel/context.ts";
import { findCandidate } from "../review/actions.ts";
import { activeTasks, moveTask, setWaiting } from "../tasks/actions.ts";
import { lastDecision } from "./actions.ts";
import { approvalHolds } from "./rules.ts";

export function stepDecisions(ctx: Ctx): void {
  for (const task of activeTasks(ctx)) {
    if (task.state !== "approving") continue;
    const candidate = findCandidate(ctx, task.id);
    if (candidate?.state !== "passed") continue;
    if (approvalHolds(lastDecision(ctx, task.id), candidate))
      moveTask(ctx, { task, to: "merging", why: "The same change was approved before its base moved." });
    else
      setWaiting(ctx, task, { reason: "approval", text: `Waits for a person: \`ccm diff ${task.id}\`, then \`ccm approve ${task.id}\`.` });
  }
}
