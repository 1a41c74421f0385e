// Keeps a state of the work while its agent may be at work, from a git directory of the daemon's own.
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { inTree, runInTree, shown } from "./changes.ts";
import { type InTurn, importSnapshot } from "./import.ts";
import { placesOf } from "./places.ts";
import { descends, mergedIn, type Position, position } from "./position.ts";
import { quoteAlternate } from "./quoting.ts";
import { moveRefs } from "./refs.ts";
import type { Wrap } from "./run.ts";
import type { CommitId, KeepOut, SnapshotMade, SnapshotOrder, TaskGit } from "./schema.ts";
import { look, unfinishedIn } from "./seal.ts";
import { commitIn, markedFiles, take } from "./settle.ts";

/** Tries when files change while they are read; an agent that writes all the time is caught between two writes. */
const TRIES = 3;
const PAUSE_MS = 200;

type Work = { task: TaskGit; base: CommitId; order: SnapshotOrder; keepOut: KeepOut; wrap: Wrap; limitBytes: number; inTurn: InTurn };

/**
 * The private directory is not sealed meanwhile: its agent may be in the middle of a commit, and could change it again
 * between a look and a read. So git works in a scratch directory with the daemon's copies of the configuration, borrows the
 * objects of both sides, and runs in the sandbox from its first read to the pack that it prints.
 */
export async function keepState(work: Work): Promise<SnapshotMade> {
  for (let attempt = 1; ; attempt++) {
    const scratch = makeScratch(work.task);
    try {
      return await keepFrom(work, scratch);
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== "failed" || attempt === TRIES) throw thrown;
      await Bun.sleep(PAUSE_MS * attempt);
    } finally {
      rmSync(scratch.gitPath, { recursive: true, force: true });
    }
  }
}

async function keepFrom(work: Work, scratch: TaskGit): Promise<SnapshotMade> {
  const { task, base, order, keepOut, wrap } = work;
  const at = await position(task, base, wrap, scratch);
  const unfinished = await unfinishedWork(task, scratch, wrap);
  if (unfinished !== null && order.unfinished === "refuse") throw inTheMiddle(unfinished);
  const { tree, committedFiles, left } = await take(scratch, base, at.head, keepOut, wrap, "looking");
  const parents = [...(await parentsOf(scratch, at, base, wrap)), ...(await mergedIn(task, wrap, scratch))];
  const isCommitted = committedFiles === 0 && parents.length === 1 && parents[0] === at.head;
  const commit = isCommitted ? at.head : await commitIn(scratch, tree, parents, order.text, wrap);
  if (order.last !== null && (await isSame(scratch, commit, order.last, wrap)))
    return { commit: order.last, isNew: false, left, unfinished };
  return { commit: await bringIn(work, scratch, commit), isNew: true, left, unfinished };
}

/** Where the branch and HEAD are, as far as they go on from the base: of a history that was rewritten only the files are kept. */
async function parentsOf(scratch: TaskGit, { tip, head }: Position, base: CommitId, wrap: Wrap): Promise<CommitId[]> {
  const onBase: CommitId[] = [];
  for (const commit of new Set([tip, head])) if (await descends(scratch, commit, base, wrap)) onBase.push(commit);
  if (onBase.length === 2 && (await descends(scratch, head, tip, wrap))) return [head];
  return onBase.length > 0 ? onBase : [base];
}

async function isSame(scratch: TaskGit, commit: CommitId, last: CommitId, wrap: Wrap): Promise<boolean> {
  if (commit === last) return true;
  const [now, then] = await Promise.all(
    [commit, last].map(async (id) => (await runInTree(scratch, wrap, { args: ["rev-parse", `${id}^{tree}`, `${id}^@`] })).toString()),
  );
  return now === then;
}

async function bringIn(
  { task, base, order, keepOut, wrap, limitBytes, inTurn }: Work,
  scratch: TaskGit,
  commit: CommitId,
): Promise<CommitId> {
  const have = [...new Set([base, ...order.have, ...(order.last === null ? [] : [order.last])])];
  const { ref, text: about } = order;
  const limits = { packBytes: limitBytes, fileBytes: keepOut.fileBytes };
  const importing = { ref, base, have, limits, about, from: [task.gitPath, scratch.gitPath] };
  return inTurn(async () => {
    if (!have.includes(commit)) return importSnapshot(task, commit, importing, (call) => inTree(scratch, wrap, call));
    await moveRefs(task.repo, [{ ref, to: commit, from: null }], "ccm: snapshot");
    return commit;
  });
}

/** What somebody would have to finish first, in words; a merge whose conflicts are resolved is as good as committed. */
async function unfinishedWork(task: TaskGit, scratch: TaskGit, wrap: Wrap): Promise<string | null> {
  const what = unfinishedIn(task.gitPath);
  const marked = (await markedFiles(task, wrap, scratch)).map((path) => `"${shown(path)}"`);
  if (marked.length === 0) return what === "rebase" ? "in the middle of a rebase" : null;
  return `in the middle of a ${what ?? "merge"}, with conflicts in ${marked.slice(0, 3).join(", ")}${marked.length > 3 ? ", …" : ""}`;
}

function inTheMiddle(unfinished: string): Fault {
  const hint = "Nothing was changed. Try again when its agent has finished that.";
  return new Fault("conflict", `The work is ${unfinished}.`, hint);
}

/** A bare git directory beside the private one; its index begins as the daemon's own, so that unchanged files are not read again. */
function makeScratch(task: TaskGit): TaskGit {
  const { root, sealed } = placesOf(task);
  const gitPath = join(root, "snapshot");
  rmSync(gitPath, { recursive: true, force: true });
  for (const folder of ["objects/info", "objects/pack", "refs/heads", "info"])
    mkdirSync(join(gitPath, folder), { recursive: true, mode: 0o700 });
  const copies = { config: "config", exclude: "info/exclude", shallow: "shallow" };
  for (const [copy, path] of Object.entries(copies))
    if (existsSync(join(sealed, copy))) copyFileSync(join(sealed, copy), join(gitPath, path));
  const objects = [join(task.gitPath, "objects"), join(task.repo.gitDir, "objects")];
  writeFileSync(join(gitPath, "objects/info/alternates"), objects.map((path) => `${quoteAlternate(path)}\n`).join(""));
  writeFileSync(join(gitPath, "HEAD"), "ref: refs/heads/none\n");
  const indexPath = join(gitPath, "index");
  if (look(task.indexPath)?.isFile()) copyFileSync(task.indexPath, indexPath);
  return { ...task, gitPath, indexPath };
}
