// A task whose agent has done its part: its branch in a real repository, and its row as the loop would have left it.
import type { Ctx } from "../../src/kernel/context.ts";
import { moveTask, mustFind, patchTask } from "../../src/tasks/actions.ts";
import type { TestRepository } from "./repository.ts";

/** Commits `files` on the task's branch from where the base branch is, and marks the stage as done. Gives base and tip. */
export function finishWork(
  ctx: Ctx,
  repository: TestRepository,
  taskId: number,
  files: Record<string, string>,
): { base: string; tip: string } {
  const { branch } = mustFind(ctx, taskId);
  const base = repository.git("rev-parse", "refs/heads/main");
  repository.git("checkout", "--quiet", "-b", branch, base);
  const tip = repository.commit(`Work on ${taskId}`, files);
  repository.git("checkout", "--quiet", "main");
  repository.git("update-ref", `refs/ccm/base/${taskId}`, base);
  moveTask(ctx, { task: mustFind(ctx, taskId), to: "executing" });
  patchTask(ctx, taskId, { baseCommit: base, tipCommit: tip, stageDone: true });
  return { base, tip };
}
