// Commits what an agent left uncommitted, wherever it left HEAD, without losing any of it.
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import {
  absolute,
  type Changes,
  changesIn,
  fields,
  inTree,
  isCopy,
  listed,
  type RawPath,
  type Reading,
  runInTree,
  shown,
} from "./changes.ts";
import { looseEnds, missing } from "./loose-ends.ts";
import { readPlainFile, readRef } from "./places.ts";
import { descends, mergedIn, type Position, position } from "./position.ts";
import { handIndex } from "./private.ts";
import { identity } from "./refs.ts";
import { run, type Wrap } from "./run.ts";
import type { CommitId, CommitText, KeepOrder, KeepOut, Left, SettledGit, TaskGit } from "./schema.ts";
import { forgetUnfinished, look, seal, unfinishedIn } from "./seal.ts";
import { showTree } from "./show.ts";

/** As much of a file as is searched for conflict markers. */
const MARKER_BYTES = 5_000_000;

/** A tree (by id or as `<commit>^{tree}`) of everything that may be committed, and how much differs from HEAD's. */
type Snapshot = { tree: string; committedFiles: number; left: Left[] };

/**
 * - HEAD on the branch, or on something that goes on from it: what is uncommitted becomes one commit on HEAD, and the
 *   branch moves there. A merge that was resolved but not committed becomes that merge.
 * - HEAD elsewhere (an old commit, another branch, the middle of a rebase): the branch's tip is the work. Uncommitted
 *   changes there are kept on a branch `ccm-aside-<commit>` of the private directory, and the tree shows the tip again.
 * - Paths in conflict whose files still hold conflict markers: a Fault `failed`; the tree stays as it is.
 */
export async function settleTree(task: TaskGit, base: CommitId, keepOut: KeepOut, message: string, wrap: Wrap): Promise<SettledGit> {
  const found = seal(task);
  const [at] = await Promise.all([position(task, base, wrap), refuseMarkers(task, wrap)]);
  const merged = await mergedIn(task, wrap);
  const snapshot = await take(task, base, at.head, keepOut, wrap);
  const dirty = snapshot.committedFiles > 0;
  const onTop = at.on === "branch" || (await descends(task, at.head, at.tip, wrap));
  if (!onTop) {
    if (dirty) found.push(await putAside(task, snapshot.tree, at, message, wrap));
    found.push(`The agent left ${at.what} checked out; the tree was put back on "${task.branch}".`);
    await showTree(task, at.tip, "branch", keepOut, wrap);
    return { commit: at.tip, committedFiles: 0, left: snapshot.left, found };
  }
  if (at.on === "elsewhere") found.push(`The agent left ${at.what} checked out; "${task.branch}" was moved to it.`);
  const commit = dirty || merged.length > 0 ? await commitIn(task, snapshot.tree, [at.head, ...merged], { message }, wrap) : at.head;
  await point(task, commit, at, wrap);
  return { commit, committedFiles: snapshot.committedFiles, left: snapshot.left, found };
}

/**
 * A commit of everything, on top of the branch's tip and HEAD, and of what was kept of an earlier tree of the task (`earlier`);
 * for the trash, so nothing is refused and nothing moves.
 */
export async function snapshotForTrash(
  task: TaskGit,
  base: CommitId,
  keepOut: KeepOut,
  { text, what }: KeepOrder,
  wrap: Wrap,
  earlier: CommitId | null,
): Promise<CommitId> {
  seal(task);
  const at = await position(task, base, wrap);
  const { tree, committedFiles } = await take(task, base, at.head, keepOut, wrap);
  const ends = what === "everything" ? await looseEnds(task, [at.tip, at.head], wrap) : [];
  if (earlier !== null) ends.push(...(await missing(task, earlier, [at.tip, at.head, ...ends], wrap)));
  if (committedFiles === 0 && at.head === at.tip && ends.length === 0) return at.tip;
  return commitIn(task, tree, [...new Set([at.tip, at.head, ...ends])], text, wrap);
}

/** Files with conflict markers. Conflicts are known only to the agent's own index; one that cannot be read holds none. */
export async function markedFiles(task: TaskGit, wrap: Wrap, through: TaskGit = task): Promise<RawPath[]> {
  const index = join(task.gitPath, "index");
  if (!look(index)?.isFile()) return [];
  const answer = await run(inTree(through, wrap, { args: ["ls-files", "--unmerged", "-z"], env: { GIT_INDEX_FILE: index } }));
  const paths = new Set(fields(answer).map((entry) => entry.slice(entry.indexOf("\t") + 1)));
  return [...paths].filter((path) => holdsMarkers(absolute(task, path)));
}

async function refuseMarkers(task: TaskGit, wrap: Wrap): Promise<void> {
  const marked = await markedFiles(task, wrap);
  if (marked.length === 0) return;
  throw new Fault(
    "failed",
    `The agent stopped in the middle of a ${unfinishedIn(task.gitPath) ?? "merge"} with conflicts in ${marked
      .slice(0, 5)
      .map((path) => `"${shown(path)}"`)
      .join(", ")}.`,
    "The tree is as it was left: `ccm retry-task` lets the agent go on, or resolve it there and retry.",
  );
}

function holdsMarkers(path: Buffer): boolean {
  const content = readPlainFile(path, MARKER_BYTES) ?? "";
  return /^<{7} /m.test(content) && /^>{7} /m.test(content);
}

/** Puts everything that may be committed into the task's index, as it differs from `head`. */
export async function take(
  task: TaskGit,
  base: CommitId,
  head: CommitId,
  keepOut: KeepOut,
  wrap: Wrap,
  reading: Reading = "opening",
): Promise<Snapshot> {
  // Keeps the stat data of every entry that HEAD has with the same content: the rest of the tree is not read again.
  await runInTree(task, wrap, { args: ["read-tree", "--reset", head] });
  const changes = await changesIn(task, keepOut, wrap, reading);
  await updateIndex(task, changes, wrap);
  const copies = await leaveCopiesOut(task, base, keepOut, wrap);
  const touched = changes.add.length + changes.remove.length + copies.forced > 0;
  const left = [...changes.left.map(({ path, why }) => ({ path: shown(path), why })), ...copies.left];
  return {
    ...(touched ? await writeTree(task, head, wrap) : { tree: `${head}^{tree}`, committedFiles: 0 }),
    left: left.filter((one, at) => left.findIndex((other) => other.path === one.path) === at),
  };
}

async function writeTree(task: TaskGit, head: CommitId, wrap: Wrap): Promise<{ tree: CommitId; committedFiles: number }> {
  const [tree, differing] = await Promise.all([
    runInTree(task, wrap, { args: ["write-tree"] }),
    runInTree(task, wrap, { args: ["diff-index", "--cached", "-z", "--name-only", "--no-renames", head] }),
  ]);
  return { tree: tree.toString().trim(), committedFiles: fields(differing).length };
}

async function updateIndex(task: TaskGit, changes: Changes, wrap: Wrap): Promise<void> {
  if (changes.remove.length > 0) {
    await runInTree(task, wrap, { args: ["update-index", "--force-remove", "-z", "--stdin"], stdin: listed(changes.remove) });
  }
  if (changes.add.length === 0) return;
  await runInTree(task, wrap, { args: ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"], stdin: listed(changes.add) });
}

/** An agent may have committed a copied file by force; it leaves the next commit again unless the base has it. */
async function leaveCopiesOut(task: TaskGit, base: CommitId, keepOut: KeepOut, wrap: Wrap): Promise<{ forced: number; left: Left[] }> {
  if (keepOut.copies.length === 0) return { forced: 0, left: [] };
  const tracked = fields(await runInTree(task, wrap, { args: ["ls-files", "--cached", "-z", "--", ...keepOut.copies] }));
  const atBase = fields(
    await runInTree(task, wrap, { args: ["ls-tree", "-r", "-z", "--name-only", "--full-tree", base, "--", ...keepOut.copies] }),
  );
  const forced = tracked.filter((path) => isCopy(path, keepOut) && !atBase.includes(path));
  if (forced.length > 0) await runInTree(task, wrap, { args: ["update-index", "--force-remove", "-z", "--stdin"], stdin: listed(forced) });
  const there = keepOut.copies.filter((copy) => look(join(task.treePath, copy)) && !atBase.includes(Buffer.from(copy).toString("latin1")));
  return { forced: forced.length, left: there.map((path) => ({ path, why: "copied" })) };
}

/** Commits in the task's git directory; without an author it is the person whose repository it is. */
export async function commitIn(
  task: TaskGit,
  tree: CommitId,
  parents: CommitId[],
  about: { message: string } & Partial<CommitText>,
  wrap: Wrap,
): Promise<CommitId> {
  const { author, at } = about;
  const answer = await runInTree(task, wrap, {
    args: ["commit-tree", ...parents.flatMap((parent) => ["-p", parent]), "-F", "-", tree],
    env: author && at !== undefined ? identity({ author, at }) : {},
    stdin: about.message.replaceAll("\0", ""),
  });
  return answer.toString().trim();
}

async function putAside(task: TaskGit, tree: CommitId, at: Position, message: string, wrap: Wrap): Promise<string> {
  const commit = await commitIn(task, tree, [at.head], { message }, wrap);
  const branch = `ccm-aside-${commit.slice(0, 12)}`;
  await runInTree(task, wrap, { args: ["update-ref", `refs/heads/${branch}`, commit] });
  return `Uncommitted changes on ${at.what} were kept on "${branch}" of the private git directory.`;
}

async function point(task: TaskGit, commit: CommitId, at: Position, wrap: Wrap): Promise<void> {
  const ours = `refs/heads/${task.branch}`;
  if (readRef(task.gitPath, ours) !== commit) await runInTree(task, wrap, { args: ["update-ref", "-m", "ccm: settle", ours, commit] });
  if (at.on === "elsewhere") await runInTree(task, wrap, { args: ["symbolic-ref", "HEAD", ours] });
  forgetUnfinished(task);
  handIndex(task);
}
