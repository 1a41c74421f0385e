// Snapshots: states of a task's work that can be gone back to, each under a ref of its own, the newest hundred of a task.
import type { CommitId, CommitText, Repository } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { mustFind, record } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { treeOrder } from "./actions.ts";
import { snapshotRef, snapshotsToDrop } from "./rules.ts";
import { NOTE_CHARS, type Snapshot, type SnapshotAnswer, type SnapshotReason } from "./schema.ts";
import * as table from "./table.ts";

/** What is kept and why; `unfinished` as in `SnapshotOrder`. */
export type SnapshotWish = { why: SnapshotReason; note: string; unfinished: "refuse" | "keep" };

/**
 * Keeps the state of a task's work as it is in its tree. When nothing differs from the last snapshot, that is the answer,
 * unless the work is about to be taken back, which has a snapshot of its own. Faults: `conflict` without a tree, or in the
 * middle of a rebase or of conflicts; `invalid` for a note that is no line; `failed` when files change all the time.
 */
export async function takeSnapshot(ctx: Ctx, taskId: number, wish: SnapshotWish): Promise<SnapshotAnswer> {
  const task = mustFind(ctx, taskId);
  const note = checkedNote(wish.note);
  requireTree(ctx, task);
  const order = treeOrder(ctx, task);
  const { repo } = order.git;
  const last = wish.why === "rollback" ? null : (table.snapshotsOf(ctx.db, taskId).at(-1) ?? null);
  const n = await nextNumber(ctx, repo, taskId);
  const made = await ctx.outside.trees.snapshot(order, {
    ref: snapshotRef(taskId, n),
    have: await held(ctx, repo, [task.tipCommit, table.snapshotsOf(ctx.db, taskId).at(-1)?.commit ?? null]),
    last: (await held(ctx, repo, [last?.commit ?? null]))[0] ?? null,
    unfinished: wish.unfinished,
    text: textOf(ctx, task, n, note),
  });
  if (!made.isNew && last) return { snapshot: last, isNew: false };
  const { commit, unfinished } = made;
  const snapshot = { taskId, n, commit, base: order.base, why: wish.why, note, unfinished, at: ctx.clock.now() };
  keep(ctx, task, snapshot);
  await makeRoom(ctx, repo, taskId);
  return { snapshot, isNew: true };
}

/** Keeps a commit that the repository has, such as the branch's, as a snapshot; not again when the last one is the same. */
export async function keepCommit(ctx: Ctx, task: Task, commit: CommitId, wish: Omit<SnapshotWish, "unfinished">): Promise<Snapshot> {
  const last = table.snapshotsOf(ctx.db, task.id).at(-1);
  if (last?.commit === commit && last.why === wish.why) return last;
  if (!task.baseCommit) throw new Error(`Task ${task.id} has no base commit yet.`);
  const repo = repositoryOf(projectOf(ctx, task.projectId));
  const n = await nextNumber(ctx, repo, task.id);
  await ctx.outside.git.setRef(repo, snapshotRef(task.id, n), commit, null);
  const { why, note } = wish;
  const snapshot = { taskId: task.id, n, commit, base: task.baseCommit, why, note, unfinished: null, at: ctx.clock.now() };
  keep(ctx, task, snapshot);
  await makeRoom(ctx, repo, task.id);
  return snapshot;
}

function checkedNote(note: string): string {
  if (note.length <= NOTE_CHARS && !/[\n\r\0]/.test(note)) return note.trim();
  throw new Fault("invalid", `A note is one line of at most ${NOTE_CHARS} characters.`, "Say in a few words what the state is.", {
    field: "note",
  });
}

function requireTree(ctx: Ctx, task: Task): void {
  const state = table.findWorktree(ctx.db, task.id)?.state;
  if (state === "ready" && ctx.outside.trees.exists(task.id)) return;
  const isGone = state === "discarding" || state === "discarded" || state === "purged";
  const text = isGone ? `The tree of task ${task.id} is in the trash.` : `Task ${task.id} has no tree yet.`;
  throw new Fault(
    "conflict",
    text,
    isGone ? `\`ccm worktrees restore ${task.id}\` brings it back.` : "It gets one when it begins: `ccm plan` says when.",
  );
}

/** One above every number that a row or a ref has: a ref is made before its row, and an older database may have been put back. */
async function nextNumber(ctx: Ctx, repo: Repository, taskId: number): Promise<number> {
  const prefix = `refs/ccm/snapshots/${taskId}/`;
  const refs = (await ctx.outside.git.refs(repo, prefix)).map(({ ref }) => Number(ref.slice(prefix.length)) || 0);
  const rows = table.snapshotsOf(ctx.db, taskId).map(({ n }) => n);
  return 1 + [...refs, ...rows].reduce((highest, n) => Math.max(highest, n), 0);
}

/** Those of the commits that the repository has: a person may have deleted a ref of ours. */
async function held(ctx: Ctx, repo: Repository, commits: readonly (CommitId | null)[]): Promise<CommitId[]> {
  const tips = await Promise.all(commits.map((commit) => (commit === null ? null : ctx.outside.git.tip(repo, commit))));
  return tips.flatMap((tip) => (tip === null ? [] : [tip]));
}

function textOf(ctx: Ctx, task: Task, n: number, note: string): CommitText {
  const { authorName, authorEmail } = projectOf(ctx, task.projectId);
  const message = `Snapshot ${n} of task ${task.id}${note === "" ? "" : `: ${note}`}\n`;
  return { message, author: { name: authorName, email: authorEmail }, at: ctx.clock.now() };
}

function keep(ctx: Ctx, task: Task, snapshot: Snapshot): void {
  ctx.db.transact(() => {
    table.insertSnapshot(ctx.db, snapshot);
    const { n, commit, why, note, unfinished } = snapshot;
    const source = why === "asked" || why === "rollback" ? "person" : "daemon";
    record(ctx, task, "snapshot.taken", source, { n, commit, why, ...(note ? { note } : {}), ...(unfinished ? { unfinished } : {}) });
  }, "durable");
}

async function makeRoom(ctx: Ctx, repo: Repository, taskId: number): Promise<void> {
  for (const snapshot of snapshotsToDrop(table.snapshotsOf(ctx.db, taskId))) await drop(ctx, repo, snapshot);
}

async function drop(ctx: Ctx, repo: Repository, { taskId, n }: Snapshot): Promise<void> {
  const ref = snapshotRef(taskId, n);
  const at = await ctx.outside.git.tip(repo, ref);
  if (at) await ctx.outside.git.setRef(repo, ref, null, at);
  ctx.db.transact(() => table.deleteSnapshot(ctx.db, taskId, n));
}

/** Lets go of the snapshots of a task whose work is merged: the base holds what came of them. */
export async function dropSnapshots(ctx: Ctx, taskId: number): Promise<void> {
  const task = mustFind(ctx, taskId);
  const repo = repositoryOf(projectOf(ctx, task.projectId));
  const all = table.snapshotsOf(ctx.db, taskId);
  for (const snapshot of all) await drop(ctx, repo, snapshot);
  // A crash may have come between a ref and its row.
  for (const { ref, commit } of await ctx.outside.git.refs(repo, `refs/ccm/snapshots/${taskId}/`))
    await ctx.outside.git.setRef(repo, ref, null, commit);
  if (all.length > 0) ctx.db.transact(() => record(ctx, task, "snapshots.dropped", "daemon", { snapshots: all.length }));
}

/** A snapshot by itself after so many commits, beside the agent that makes them; what keeps it from being taken is only logged. */
export async function snapshotAtWork(ctx: Ctx, taskId: number): Promise<void> {
  try {
    await takeSnapshot(ctx, taskId, { why: "commits", note: "", unfinished: "refuse" });
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    ctx.log.info(`no snapshot of task ${taskId} now`, { text: thrown.message });
  }
}
