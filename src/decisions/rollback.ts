// Taking a task's work back to a snapshot: what is there now is kept first, then tree, branch and row follow.
import { branchTip, liveRunOf } from "../agents/actions.ts";
import type { CommitId, Repository } from "../git/schema.ts";
import { actingFor, type Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { findCandidate, markStale } from "../review/actions.ts";
import { mustFind, patchTask, record, runTaskJob } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { findSnapshot, findWorktree, snapshotCommit, snapshotNow, treeOrder } from "../worktrees/actions.ts";
import type { Snapshot } from "../worktrees/schema.ts";
import { rollbackFault } from "./rules.ts";
import type { RolledBack } from "./schema.ts";
import * as table from "./table.ts";

/** Longest time for one: git reads the whole tree, and writes it again. */
const ROLLBACK_MS = 20 * 60_000;

/**
 * The daemon's answer to whoever asks. It begins in the tick in which the request is read, before any other step of the loop
 * looks at the task: a daemon that died in the middle of it goes on with it first. Faults: those of `rollbackFault`;
 * `conflict` where a person has the branch checked out.
 */
export async function answerRollback(ctx: Ctx, input: Record<string, unknown>): Promise<RolledBack> {
  const acting = actingFor(ctx, String(input.by ?? ""));
  const taskId = Number(input.taskId);
  return runTaskJob(ctx, taskId, { timeoutMs: ROLLBACK_MS, work: () => rollBack(acting, taskId, Number(input.to)) });
}

async function rollBack(ctx: Ctx, taskId: number, to: number): Promise<RolledBack> {
  const { task, snapshot } = begin(ctx, taskId, to);
  const repo = repositoryOf(projectOf(ctx, task.projectId));
  await refuseCheckedOut(ctx, repo, task);
  const before = await keepPresent(ctx, repo, task, to);
  const branch = await ctx.outside.git.tip(repo, `refs/heads/${task.branch}`);
  await ctx.outside.trees.show({ ...treeOrder(ctx, task), base: snapshot.base }, snapshot.commit, "branch");
  await moveTo(ctx, repo, `refs/ccm/base/${taskId}`, snapshot.base);
  await ctx.outside.git.setRef(repo, `refs/heads/${task.branch}`, snapshot.commit, branch);
  ctx.db.transact(() => {
    patchTask(ctx, taskId, { tipCommit: snapshot.commit, baseCommit: snapshot.base, conflicts: 0, notBefore: null });
    record(ctx, task, "task.rolled-back", "person", { to, commit: snapshot.commit, kept: before });
  }, "durable");
  return { task: taskId, to, commit: snapshot.commit, kept: before };
}

/** From now on nobody can approve or merge what was there. */
function begin(ctx: Ctx, taskId: number, to: number): { task: Task; snapshot: Snapshot } {
  return ctx.db.transact(() => {
    const task = mustFind(ctx, taskId);
    const snapshot = findSnapshot(ctx, taskId, to);
    const tree = findWorktree(ctx, taskId)?.state ?? null;
    const fault = rollbackFault({ task, to, snapshot, run: liveRunOf(ctx, taskId), tree, isMerging: table.isMerging(ctx.db, taskId) });
    if (fault || !snapshot) throw fault ?? new Error("A snapshot that is not there was not refused.");
    table.voidDecisions(ctx.db, taskId, ctx.clock.now());
    if (findCandidate(ctx, taskId)) markStale(ctx, task, `The work goes back to snapshot ${to}.`);
    return { task, snapshot };
  }, "durable");
}

/** Their files would not follow, and would look like changes. */
async function refuseCheckedOut(ctx: Ctx, repo: Repository, task: Task): Promise<void> {
  if (!(await ctx.outside.git.isCheckedOut(repo, task.branch))) return;
  throw new Fault(
    "conflict",
    `"${task.branch}" is checked out in a folder of yours.`,
    "Switch that folder to another branch; then roll back.",
  );
}

/**
 * The state of the tree, and the branch where it holds what the tree does not: a base that was merged, a person's commits.
 * Gives the numbers of their snapshots.
 */
async function keepPresent(ctx: Ctx, repo: Repository, task: Task, to: number): Promise<number[]> {
  const note = `before going back to ${to}`;
  const { snapshot } = await snapshotNow(ctx, task.id, { why: "rollback", note, unfinished: "keep" });
  const tip = await tipNow(ctx, repo, task);
  if (tip === null || (await ctx.outside.git.contains(repo, snapshot.commit, tip))) return [snapshot.n];
  const branch = await snapshotCommit(ctx, task, tip, { why: "rollback", note: `the branch ${note}` });
  return [snapshot.n, branch.n];
}

/** A rollback that was cut short has moved the branch already: then what it left is as good as the row's. */
async function tipNow(ctx: Ctx, repo: Repository, task: Task): Promise<CommitId | null> {
  try {
    return await branchTip(ctx, task);
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== "conflict") throw thrown;
    return ctx.outside.git.tip(repo, `refs/heads/${task.branch}`);
  }
}

async function moveTo(ctx: Ctx, repo: Repository, ref: string, to: CommitId): Promise<void> {
  await ctx.outside.git.setRef(repo, ref, to, await ctx.outside.git.tip(repo, ref));
}
