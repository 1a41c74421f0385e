// Making, keeping and discarding the trees that tasks work in.
import type { CommitId, TaskGit } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf, repositoryOf, settingsAt } from "../projects/actions.ts";
import { levelFault, policyOf } from "../sandbox/rules.ts";
import { mustFind, patchTask, record } from "../tasks/actions.ts";
import { isFinal, loweredRights } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { idleBefore, mayDiscard } from "./rules.ts";
import type { Snapshot, SnapshotAnswer, TreeMade, TreeOrder, Worktree } from "./schema.ts";
import type { SnapshotWish } from "./snapshots.ts";
import * as table from "./table.ts";

const MB = 1_000_000;

/** Asks for a task's tree; the loop makes it. Called again it changes nothing. */
export function wantWorktree(ctx: Ctx, taskId: number): void {
  ctx.db.transact(() => table.wantWorktree(ctx.db, taskId, ctx.clock.now()));
}

export function findWorktree(ctx: Ctx, taskId: number): Worktree | null {
  return table.findWorktree(ctx.db, taskId);
}

/** The newest tasks' trees, newest first, of those before a task if given; those in the trash are left out unless asked for. */
export function listWorktrees(ctx: Ctx, limit: number, which: "in place" | "trash too", before?: number): Worktree[] {
  return table.listWorktrees(ctx.db, limit, which === "in place" ? "discarded" : "purged", before);
}

/** Measures a tree with its private git directory, and keeps that for lists; in bytes. */
export async function measureTree(ctx: Ctx, taskId: number): Promise<number> {
  const sizeBytes = await ctx.outside.trees.measure(taskId);
  table.patchWorktree(ctx.db, taskId, { sizeBytes, measuredAt: ctx.clock.now() });
  return sizeBytes;
}

export function setupIsDone(ctx: Ctx, taskId: number): void {
  table.patchWorktree(ctx.db, taskId, { setup: "done" });
}

/** Where a task's git is. */
export function taskGit(ctx: Ctx, task: Task): TaskGit {
  const paths = ctx.paths.task(task.id);
  return {
    repo: repositoryOf(projectOf(ctx, task.projectId)),
    taskId: task.id,
    branch: task.branch,
    gitPath: paths.git,
    treePath: paths.tree,
    indexPath: paths.index,
  };
}

/** Everything that work in a task's tree needs. Faults: `denied` when the sandbox that its project asks for cannot be had. */
export function treeOrder(ctx: Ctx, task: Task): TreeOrder {
  const policy = policyOf(ctx.config.sandbox, projectOf(ctx, task.projectId).settings.sandbox);
  const level = ctx.outside.sandbox.level(policy.level);
  if (!level) throw levelFault(policy.level);
  if (!task.baseCommit) throw new Error(`Task ${task.id} has no base commit yet.`);
  const { treeMb, fileMb } = ctx.config.limits;
  return {
    git: taskGit(ctx, task),
    base: task.baseCommit,
    copies: table.findWorktree(ctx.db, task.id)?.copies ?? [],
    level,
    hide: policy.hide,
    limits: { treeBytes: treeMb * MB, fileBytes: fileMb * MB },
  };
}

/**
 * Makes a wanted tree. The base is recorded first, so that a repetition after a crash works on the same commit; one whose
 * settings nobody can use is not, so that a later try takes the corrected one.
 */
export async function makeTree(ctx: Ctx, taskId: number): Promise<void> {
  const asked = mustFind(ctx, taskId);
  const base = asked.baseCommit ?? (await newBase(ctx, asked));
  const settings = await settingsAt(ctx, projectOf(ctx, asked.projectId), base);
  if (!asked.baseCommit) patchTask(ctx, taskId, { baseCommit: base, tipCommit: base });
  const task = mustFind(ctx, taskId);
  const { copies, withheld } = copiesFor(task, settings.copies);
  const made = await ctx.outside.trees.create({ ...treeOrder(ctx, task), copies });
  made.skipped.push(...withheld);
  ready(ctx, task, "wanted", made, () =>
    table.patchWorktree(ctx.db, taskId, {
      setup: settings.setup ? "needed" : "none",
      setupCommand: settings.setup,
      copies: made.copied,
      skipped: made.skipped,
    }),
  );
}

/** Why a file was not copied into the tree of a task that others have a part in. */
const WITHHELD = "withheld: not all that this task says is yours";

function copiesFor(task: Task, wanted: readonly string[]): { copies: string[]; withheld: Worktree["skipped"] } {
  if (!loweredRights(task).includes("secrets")) return { copies: [...wanted], withheld: [] };
  return { copies: [], withheld: wanted.map((path) => ({ path, why: WITHHELD })) };
}

/** Copies what was withheld while the task's runs were to have no secrets; nothing where nothing was, or they still are. */
export async function copyWithheld(ctx: Ctx, task: Task): Promise<void> {
  const worktree = table.findWorktree(ctx.db, task.id);
  const withheld = (worktree?.skipped ?? []).filter(({ why }) => why === WITHHELD).map(({ path }) => path);
  if (!worktree || withheld.length === 0 || loweredRights(task).includes("secrets")) return;
  const made = await ctx.outside.trees.create({ ...treeOrder(ctx, task), copies: [...worktree.copies, ...withheld] });
  const others = worktree.skipped.filter(({ why }) => why !== WITHHELD);
  table.patchWorktree(ctx.db, task.id, { copies: made.copied, skipped: [...others, ...made.skipped] });
}

/** Brings a discarded tree back; its set-up runs again when it was made anew. */
export async function restoreTree(ctx: Ctx, taskId: number): Promise<void> {
  const task = mustFind(ctx, taskId);
  const worktree = table.findWorktree(ctx.db, taskId);
  if (!worktree?.trashCommit)
    throw new Fault("not_found", `Task ${taskId} has no work in the trash.`, "`ccm worktrees list` shows what there is.");
  const made = await ctx.outside.trees.restore(treeOrder(ctx, task), worktree.trashCommit);
  ready(ctx, task, "restoring", made, () => {
    table.patchWorktree(ctx.db, taskId, {
      copies: made.copied,
      skipped: made.skipped,
      setup: worktree.setupCommand ? "needed" : worktree.setup,
      trashCommit: null,
      unkept: null,
    });
  });
}

/**
 * For a tree that should be ready and is not there: made anew from the branch while its task goes on, discarded when
 * the task has ended, so that a retry makes it. False when the tree is in another state by now.
 */
export function replaceTree(ctx: Ctx, taskId: number): boolean {
  const task = mustFind(ctx, taskId);
  const to = isFinal(task.state) ? "discarding" : task.tipCommit ? "restoring" : "wanted";
  return ctx.db.transact(() => {
    if (!table.moveWorktree(ctx.db, taskId, "ready", to, ctx.clock.now())) return false;
    if (to === "restoring") table.patchWorktree(ctx.db, taskId, { trashCommit: task.tipCommit });
    record(ctx, task, "worktree.lost", "daemon", { tip: task.tipCommit });
    return true;
  });
}

function ready(ctx: Ctx, task: Task, from: "wanted" | "restoring", made: TreeMade, patch: () => void): void {
  ctx.db.transact(() => {
    if (!table.moveWorktree(ctx.db, task.id, from, "ready", ctx.clock.now())) return;
    patch();
    record(ctx, task, from === "wanted" ? "worktree.created" : "worktree.restored", "daemon", {
      base: task.baseCommit,
      copied: made.copied,
      skipped: made.skipped,
    });
  });
}

async function newBase(ctx: Ctx, task: Task): Promise<CommitId> {
  const project = projectOf(ctx, task.projectId);
  const base = await ctx.outside.git.tip(repositoryOf(project), `refs/heads/${project.base}`);
  if (base) return base;
  throw new Fault(
    "not_found",
    `The base branch "${project.base}" of "${project.name}" is gone.`,
    "Create it again, or register the project with another base.",
  );
}

/** Sends a tree to the trash when its time has come; the caller knows that no run is live in it. */
export function releaseTree(ctx: Ctx, task: Task): void {
  const readySince = table.findWorktree(ctx.db, task.id)?.updatedAt;
  if (mayDiscard(task, ctx.clock.now(), ctx.config.retention, readySince)) release(ctx, task);
}

/** Sends the tree of an ended task to the trash, whatever retention says; false when there is none in place. */
export function releaseNow(ctx: Ctx, task: Task): boolean {
  refuseOpen(task);
  return release(ctx, task);
}

function release(ctx: Ctx, task: Task): boolean {
  return ctx.db.transact(() => table.moveWorktree(ctx.db, task.id, "ready", "discarding", ctx.clock.now()));
}

/** Of a task that is done while its tree was in the trash, the refs go as well that only a task at work needs. */
export function releaseRefs(ctx: Ctx, taskId: number): void {
  const now = ctx.clock.now();
  for (const from of ["discarded", "purged"] as const) table.moveWorktree(ctx.db, taskId, from, "discarding", now);
}

/** Faults: `conflict` for a task that has not ended. */
export function refuseOpen(task: Task): void {
  if (isFinal(task.state)) return;
  throw new Fault("conflict", `Task ${task.id} is "${task.state}" and needs its tree.`, `\`ccm cancel-task ${task.id}\` ends it.`);
}

/**
 * Asks for a tree again: from the trash, or from the commit that was kept of it. Faults: `conflict` when nothing of it is
 * in the trash.
 */
export function wantRestored(ctx: Ctx, task: Task): void {
  if (ctx.db.transact(() => table.wantRestored(ctx.db, task.id, ctx.clock.now()))) return;
  if (findWorktree(ctx, task.id)?.state === "discarding")
    throw new Fault(
      "conflict",
      `The tree of task ${task.id} is still on its way to the trash.`,
      "Try again in a moment; `ccm start` if the daemon does not run.",
    );
  throw new Fault("conflict", `Nothing of task ${task.id} is in the trash.`, "`ccm worktrees list --all` shows what there is.");
}

/** What the trash may be emptied of, the oldest first, at most `limit`: everything of it is kept under a ref. */
export function keptInTrash(ctx: Ctx, limit: number): Worktree[] {
  return table.keptInTrash(ctx.db, limit);
}

/** Trees in the trash of which not everything could be kept under a ref, with why. */
export function unkeptTrees(ctx: Ctx): { taskId: number; unkept: string }[] {
  return table.unkeptTrees(ctx.db);
}

/** Lets the loop delete a tree in the trash for good, whatever retention says and was kept of it; false when it is not there. */
export function deleteFromTrash(ctx: Ctx, taskId: number): boolean {
  return ctx.db.transact(() => table.ageInTrash(ctx.db, taskId));
}

/** Tasks whose trees may be due for the trash, at most `limit`. */
export function idleWithTree(ctx: Ctx, limit: number): Task[] {
  const before = idleBefore(ctx.clock.now(), ctx.config.retention);
  return table.idleWorktrees(ctx.db, before, limit).map((worktree) => mustFind(ctx, worktree.taskId));
}

/** Ended tasks whose trees are still there, oldest first, at most `limit`. */
export function endedWithTree(ctx: Ctx, limit: number): Task[] {
  return table.endedWorktrees(ctx.db, limit).map((worktree) => mustFind(ctx, worktree.taskId));
}

/** Commits what is left, moves the folder to the trash, and lets go of the refs that only the task needed. */
export async function discardTree(ctx: Ctx, taskId: number): Promise<void> {
  const task = mustFind(ctx, taskId);
  const order = treeOrder(ctx, task);
  const { trashCommit, unkept } = await ctx.outside.trees.discard(order, task.finishedAt ?? task.updatedAt);
  const kept = trashCommit ?? task.tipCommit;
  if (kept) await ctx.outside.git.setRef(order.git.repo, `refs/ccm/trash/${taskId}`, kept, trashCommit ? kept : null);
  if (task.state === "done") await forgetBranch(ctx, task, order);
  ctx.db.transact(() => {
    if (!table.moveWorktree(ctx.db, taskId, "discarding", "discarded", ctx.clock.now())) return;
    table.patchWorktree(ctx.db, taskId, { trashCommit: kept, unkept });
    record(ctx, task, "worktree.discarded", "daemon", { trash: kept, ...(unkept === null ? {} : { unkept }) });
  });
}

/** A branch that moved since its last import, or that a person has checked out, stays. */
async function forgetBranch(ctx: Ctx, task: Task, order: TreeOrder): Promise<void> {
  const { git } = ctx.outside;
  const ref = `refs/heads/${task.branch}`;
  const tip = await git.tip(order.git.repo, ref);
  if (tip && tip === task.tipCommit && !(await git.isCheckedOut(order.git.repo, task.branch)))
    await git.setRef(order.git.repo, ref, null, tip);
  for (const own of [`refs/ccm/base/${task.id}`, `refs/ccm/refused/${task.id}`]) {
    const at = await git.tip(order.git.repo, own);
    if (at) await git.setRef(order.git.repo, own, null, at);
  }
}

/** Deletes a discarded folder for good; its trash ref stays. */
export async function purgeTree(ctx: Ctx, taskId: number): Promise<void> {
  await ctx.outside.trees.purge(taskId);
  ctx.db.transact(() => {
    if (table.moveWorktree(ctx.db, taskId, "discarded", "purged", ctx.clock.now()))
      record(ctx, mustFind(ctx, taskId), "worktree.purged", "daemon");
  });
}

/** The oldest first. */
export function snapshotsOf(ctx: Ctx, taskId: number): Snapshot[] {
  return table.snapshotsOf(ctx.db, taskId);
}

export function findSnapshot(ctx: Ctx, taskId: number, n: number): Snapshot | null {
  return table.findSnapshot(ctx.db, taskId, n);
}

/** When the task's work was last taken back to an earlier state, epoch ms; null if never. */
export function lastRollback(ctx: Ctx, taskId: number): number | null {
  return table.lastRollback(ctx.db, taskId);
}

/** Keeps the state of the work in its tree; see `takeSnapshot` of snapshots.ts. Only the daemon's work on the task may call it. */
export async function snapshotNow(ctx: Ctx, taskId: number, wish: SnapshotWish): Promise<SnapshotAnswer> {
  const { takeSnapshot } = await import("./snapshots.ts");
  return takeSnapshot(ctx, taskId, wish);
}

/** Keeps a commit of the task's branch as it is in the repository. */
export async function snapshotCommit(ctx: Ctx, task: Task, commit: CommitId, wish: Omit<SnapshotWish, "unfinished">): Promise<Snapshot> {
  const { keepCommit } = await import("./snapshots.ts");
  return keepCommit(ctx, task, commit, wish);
}
