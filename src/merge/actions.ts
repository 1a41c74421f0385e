// Moving a base branch to the commit that the gates passed on, exactly once.
import type { BaseMove, CommitId } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { findCandidate, markStale } from "../review/actions.ts";
import { moveTask, mustFind, patchTask, record, setWaiting } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { releaseRefs } from "../worktrees/actions.ts";
import { judgeTurn } from "./rules.ts";
import * as table from "./table.ts";

export function openIntents(ctx: Ctx): { taskId: number }[] {
  return table.openIntents(ctx.db);
}

/** Time between two looks at a checkout that is dirty, in ms: a person commits or stashes, and the merge follows. */
const DIRTY_LOOK_MS = 3_000;

/**
 * Merges the task's candidate: writes the intent to disk, moves the base, records it. After a crash the intent tells
 * what was about to happen and the repository tells whether it did.
 */
export async function mergeTask(ctx: Ctx, taskId: number): Promise<void> {
  if (await settleIntent(ctx, taskId)) return;
  const task = mustFind(ctx, taskId);
  const candidate = findCandidate(ctx, taskId);
  if (task.state !== "merging" || !candidate) return;
  const project = projectOf(ctx, task.projectId);
  const base = await baseOf(ctx, project);
  const holdsCommit = await ctx.outside.git.contains(repositoryOf(project), base, candidate.commit);
  const turn = judgeTurn({ base, holdsCommit, candidate });
  if (turn === "stale") return markStale(ctx, task, `"${project.base}" is at ${base} by now.`);
  if (!intend(ctx, project, candidate.commit, candidate.base, taskId)) return;
  if (turn === "merged") return complete(ctx, taskId);
  apply(ctx, project, taskId, await ctx.outside.git.moveBase(repositoryOf(project), project.base, candidate.commit, candidate.base));
}

async function baseOf(ctx: Ctx, project: Project): Promise<CommitId> {
  const base = await ctx.outside.git.tip(repositoryOf(project), `refs/heads/${project.base}`);
  if (!base)
    throw new Fault(
      "not_found",
      `The base branch "${project.base}" of "${project.name}" is gone.`,
      "Create it again; the merge goes on by itself.",
    );
  return base;
}

/** Finds out what became of an earlier intent; true when the task is merged. */
async function settleIntent(ctx: Ctx, taskId: number): Promise<boolean> {
  const intent = table.findMerge(ctx.db, taskId);
  if (intent?.state !== "intended") return false;
  const project = projectOf(ctx, intent.projectId);
  const tip = await ctx.outside.git.tip(repositoryOf(project), `refs/heads/${intent.branch}`);
  if (tip && (await ctx.outside.git.contains(repositoryOf(project), tip, intent.commit))) {
    complete(ctx, taskId);
    return true;
  }
  ctx.db.transact(() => table.settleMerge(ctx.db, taskId, "dropped", ctx.clock.now()), "durable");
  return false;
}

function intend(ctx: Ctx, project: Project, commit: CommitId, from: CommitId, taskId: number): boolean {
  return ctx.db.transact(() => {
    const task = mustFind(ctx, taskId);
    if (task.state !== "merging") return false;
    table.putIntent(ctx.db, { taskId, projectId: project.id, branch: project.base, commit, from, intendedAt: ctx.clock.now() });
    record(ctx, task, "merge.intended", "daemon", { branch: project.base, commit, from });
    return true;
  }, "durable");
}

function apply(ctx: Ctx, project: Project, taskId: number, move: BaseMove): void {
  if (move.kind === "moved") return complete(ctx, taskId);
  ctx.db.transact(() => {
    table.settleMerge(ctx.db, taskId, "dropped", ctx.clock.now());
    const task = mustFind(ctx, taskId);
    if (move.kind === "stale") return markStale(ctx, task, `"${project.base}" moved to ${move.tip ?? "nowhere"} meanwhile.`);
    patchTask(ctx, taskId, { notBefore: ctx.clock.now() + DIRTY_LOOK_MS });
    setWaiting(ctx, task, {
      reason: "dirty_checkout",
      text: `${move.text} Commit or stash what is in "${move.path}"; the merge then goes on by itself.`,
    });
  });
}

/** The base holds the commit: a fact that wins over whatever was said about the task in the same moment. */
function complete(ctx: Ctx, taskId: number): void {
  ctx.db.transact(() => {
    const intent = table.findMerge(ctx.db, taskId);
    if (!intent || !table.settleMerge(ctx.db, taskId, "merged", ctx.clock.now())) return;
    const task: Task = mustFind(ctx, taskId);
    moveTask(ctx, { task, to: "done", patch: { result: "merged", mergedCommit: intent.commit, error: null, instruction: null } });
    releaseRefs(ctx, taskId);
    record(ctx, task, "task.merged", "daemon", { branch: intent.branch, commit: intent.commit, from: intent.from });
  }, "durable");
}
