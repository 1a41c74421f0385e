// The real trees: task folders on this disk, with git in the sandbox wherever an agent has written.
import type { CommitId, CommitText, Git, KeepOrder, KeepOut, TaskGits } from "../git/schema.ts";
import { Fault } from "../kernel/fault.ts";
import type { Paths } from "../kernel/paths.ts";
import { createCommitCounter } from "./commits.ts";
import { copyFiles, isInside } from "./copies.ts";
import {
  beginFolder,
  deleteFromTrash,
  deleteHalfMade,
  isTaskFolder,
  listFolders,
  markComplete,
  moveFolder,
  noteUnkept,
  sizeOf,
  trashPath,
  unkeptIn,
} from "./folders.ts";
import type { Discarded, TreeMade, TreeOrder, Trees } from "./schema.ts";

/** A process with its whole environment. */
export type Command = { argv: string[]; env: Record<string, string>; cwd: string };

/** Puts a command into the sandbox of a task's tree; `write` are folders it may write besides the task's own. */
export type Sandboxed = (command: Command, order: TreeOrder, write: string[]) => Promise<Command>;

type Wrap = (command: Command, write: string[]) => Promise<Command>;

export type TreesOptions = { paths: Paths; git: Git; taskGits: TaskGits<Wrap>; sandboxed: Sandboxed };

/** Trees below `paths.tasks` and `paths.trash`. A task's folder counts from the moment it is complete. */
export function createTrees(options: TreesOptions): Trees {
  const { paths, taskGits } = options;
  return {
    create: (order) => create(options, order),
    settle: (order, message) => taskGits.settle(order.git, order.base, keepOut(order), message, wrapFor(options, order)),
    importBranch: (order, old, text) =>
      taskGits.importBranch(order.git, order.base, old, text, order.limits.fileBytes, wrapFor(options, order)),
    show: (order, commit, on) => taskGits.show(order.git, commit, on, keepOut(order), wrapFor(options, order)),
    snapshot: (order, snapshot) => taskGits.snapshot(order.git, order.base, snapshot, keepOut(order), wrapFor(options, order)),
    commitsSince: createCommitCounter(paths),
    measure: async (taskId) => (await sizeOf(paths.task(taskId).tree)) + (await sizeOf(paths.task(taskId).git)),
    discard: (order, at) => discard(options, order, at),
    restore: (order, trashCommit) => restore(options, order, trashCommit),
    purge: (taskId) => deleteFromTrash(paths, taskId),
    exists: (taskId) => exists(paths, taskId),
    list: () => listFolders(paths),
  };
}

async function create(options: TreesOptions, order: TreeOrder): Promise<TreeMade> {
  if (exists(options.paths, order.git.taskId)) return copyIn(options, order);
  await requireUsable(options.git, order);
  await options.taskGits.claim(order.git, order.base);
  return make(options, order);
}

async function make(options: TreesOptions, order: TreeOrder): Promise<TreeMade> {
  const root = await beginFolder(options.paths, order.git.taskId);
  const { submodules, unfiltered } = await options.taskGits.create(
    order.git,
    order.base,
    order.copies.filter(isInside),
    wrapFor(options, order),
  );
  const { copied, skipped } = await copyIn(options, order);
  markComplete(root, order.git.taskId);
  for (const path of submodules) skipped.push({ path, why: "a submodule: trees are made without them" });
  if (unfiltered !== null)
    skipped.push({ path: ".gitattributes", why: `large files are pointers, since the filter failed: ${unfiltered}` });
  return { copied, skipped };
}

async function discard(options: TreesOptions, order: TreeOrder, at: number): Promise<Discarded> {
  const { paths, git, taskGits } = options;
  const { taskId, repo } = order.git;
  const ref = `refs/ccm/trash/${taskId}`;
  if (!exists(paths, taskId)) {
    await deleteHalfMade(paths, taskId);
    return { trashCommit: await git.tip(repo, ref), unkept: unkeptIn(paths, taskId) };
  }
  const text = trashText(taskId, at);
  const keep = (what: KeepOrder["what"]) =>
    keepIfSound(() => taskGits.keep(order.git, order.base, { ref, text, what }, keepOut(order), wrapFor(options, order)));
  const all = await keep("everything");
  const work = "commit" in all ? all : await keep("the work");
  // Only the folder of an earlier life of the same task can be there: it was restored from its ref, not from this.
  await deleteFromTrash(paths, taskId);
  const unkept = "commit" in all ? null : all.why;
  if (unkept !== null) noteUnkept(paths, taskId, unkept);
  moveFolder(paths.task(taskId).root, trashPath(paths, taskId), paths.trash);
  return { trashCommit: "commit" in work ? work.commit : null, unkept };
}

async function restore(options: TreesOptions, order: TreeOrder, trashCommit: CommitId): Promise<TreeMade> {
  const { paths, git, taskGits } = options;
  const { taskId, repo } = order.git;
  if (exists(paths, taskId)) return copyIn(options, order);
  await git.setRef(repo, `refs/ccm/base/${taskId}`, order.base, null);
  if (isTaskFolder(trashPath(paths, taskId), taskId)) {
    moveFolder(trashPath(paths, taskId), paths.task(taskId).root, paths.tasks);
    return copyIn(options, order);
  }
  await requireUsable(git, order);
  const made = await make(options, order);
  await taskGits.show(order.git, trashCommit, "branch", keepOut(order), wrapFor(options, order));
  return made;
}

async function copyIn({ taskGits }: TreesOptions, order: TreeOrder): Promise<TreeMade> {
  return copyFiles(order, new Set(await taskGits.tracked(order.git.repo, order.base, order.copies.filter(isInside))));
}

const exists = (paths: Paths, taskId: number): boolean => isTaskFolder(paths.task(taskId).root, taskId);

function wrapFor({ sandboxed }: TreesOptions, order: TreeOrder): Wrap {
  return (command, write) => sandboxed(command, order, write);
}

const keepOut = (order: TreeOrder): KeepOut => ({ copies: order.copies.filter(isInside), fileBytes: order.limits.fileBytes });

async function requireUsable(git: Git, order: TreeOrder): Promise<void> {
  const facts = await git.inspect(order.git.repo.path);
  if (!facts.partial) return;
  throw new Fault(
    "invalid",
    `"${facts.path}" is a partial clone: objects that a sandboxed agent needs would have to be fetched while it works.`,
    "Complete it once: `git config --unset-all remote.origin.promisor; git config --unset-all remote.origin.partialclonefilter; git fetch --refetch`.",
  );
}

/** An agent that destroyed its own objects must not keep its folder from being discarded; the folder itself stays in the trash. */
async function keepIfSound(keep: () => Promise<CommitId>): Promise<{ commit: CommitId } | { why: string }> {
  try {
    return { commit: await keep() };
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.code === "failed" || thrown.code === "denied")) return { why: thrown.message };
    throw thrown;
  }
}

const trashText = (taskId: number, at: number): CommitText => ({
  message: `Keep what was left in the tree of task ${taskId}\n`,
  author: { name: "ccm", email: "ccm@localhost" },
  at,
});
