// Brings what an agent committed into the repository: packed with the repository's own configuration, indexed strictly
// in quarantine, checked for completeness, and only then moved in and pointed to.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { placesOf, readRef } from "./places.ts";
import { borrowedObjects, hasCommit, quotePath } from "./private.ts";
import { commitTree, containsCommit, moveRefs } from "./refs.ts";
import { LONG_MS, pipe, refusal, run, text } from "./run.ts";
import type { CommitId, CommitText, Imported, Repository, TaskGit } from "./schema.ts";
import { seal } from "./seal.ts";

/** Largest pack of one import. A repository's own history of many years is smaller; it is disk that an agent could fill. */
export const IMPORT_BYTES = 2_000_000_000;

/** Moves a branch that a person may have checked out; throws a Fault `conflict` when that cannot be done. */
export type MoveBranch = (repo: Repository, branch: string, to: CommitId, from: CommitId) => Promise<void>;

export async function importBranch(
  task: TaskGit,
  base: CommitId,
  old: CommitId,
  about: CommitText,
  limitBytes: number,
  move: MoveBranch,
): Promise<Imported> {
  seal(task);
  const tip = readRef(task.gitPath, `refs/heads/${task.branch}`) ?? base;
  const brought = await bringIn(task, base, tip, about, limitBytes, (commit) => move(task.repo, task.branch, commit, old));
  return brought;
}

/** Brings one commit of the private directory in under a ref of ours. */
export async function importTo(
  task: TaskGit,
  base: CommitId,
  tip: CommitId,
  ref: string,
  about: CommitText,
  limitBytes: number,
): Promise<Imported> {
  seal(task);
  const from = (await text({ gitDir: task.repo.gitDir, args: ["for-each-ref", "--format=%(objectname)", ref] })) || null;
  return bringIn(task, base, tip, about, limitBytes, (commit) =>
    moveRefs(task.repo, [{ ref, to: commit, from }], "ccm: keep a discarded tree"),
  );
}

/**
 * `publish` points a ref to the commit; until it has, a `.keep` file holds the pack against a `git repack -ad` of the
 * person's that runs at the same time.
 */
async function bringIn(
  task: TaskGit,
  base: CommitId,
  tip: CommitId,
  about: CommitText,
  limitBytes: number,
  publish: (commit: CommitId) => Promise<void>,
): Promise<Imported> {
  const repo = task.repo;
  const borrowed = borrowedObjects(join(task.gitPath, "objects"));
  if (!(await hasCommit(repo, tip, borrowed))) throw unsound(task, `"${tip}" is no commit`);
  const grafted = !(await containsCommit(repo, tip, base, borrowed));
  const want = grafted ? await treeOf(repo, tip, borrowed) : tip;
  const keeps = await transfer(task, want, base, limitBytes, borrowed);
  try {
    const commit = grafted ? await commitTree(repo, want, [base], about) : tip;
    await publish(commit);
    return { tip: commit, grafted };
  } finally {
    for (const keep of keeps) rmSync(keep, { force: true });
  }
}

/** Of a rewritten history only the last tree is brought in. */
function treeOf(repo: Repository, tip: CommitId, borrowed: Record<string, string>): Promise<CommitId> {
  return text({ gitDir: repo.gitDir, env: borrowed, args: ["rev-parse", "-q", "--verify", `${tip}^{tree}`] });
}

async function transfer(
  task: TaskGit,
  want: string,
  base: CommitId,
  limitBytes: number,
  borrowed: Record<string, string>,
): Promise<string[]> {
  const objects = join(task.repo.gitDir, "objects");
  // git's own `prune` removes folders of this name when a crash leaves one behind.
  const quarantine = mkdtempSync(join(objects, "tmp_objdir-ccm-"));
  try {
    mkdirSync(join(quarantine, "pack"));
    const inside = {
      GIT_OBJECT_DIRECTORY: quarantine,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quotePath(objects),
      GIT_QUARANTINE_PATH: quarantine,
    };
    await pack(task, want, base, limitBytes, borrowed, inside);
    await requireComplete(task, want, base, inside);
    return moveIn(quarantine, join(objects, "pack"));
  } finally {
    rmSync(quarantine, { recursive: true, force: true });
  }
}

async function pack(
  task: TaskGit,
  want: string,
  base: CommitId,
  limitBytes: number,
  borrowed: Record<string, string>,
  inside: Record<string, string>,
): Promise<void> {
  const gitDir = task.repo.gitDir;
  const { from, into } = await pipe(
    {
      gitDir,
      env: borrowed,
      config: ["core.commitGraph=false", "core.multiPackIndex=false", "pack.useBitmaps=false", "pack.writeReverseIndex=false"],
      args: ["pack-objects", "-q", "--revs", "--stdout", "--delta-base-offset"],
      stdin: `${want}\n^${base}\n`,
      timeoutMs: LONG_MS,
    },
    {
      gitDir,
      env: inside,
      args: ["index-pack", "--strict", `--max-input-size=${limitBytes}`, `--keep=ccm import of task ${task.taskId}`, "--stdin"],
      timeoutMs: LONG_MS,
    },
  );
  // index-pack first: when it refuses, pack-objects only fails because nobody reads on.
  if (into.code !== 0) throw unsound(task, refusal(["index-pack"], into).message);
  if (from.code !== 0) throw unsound(task, refusal(["pack-objects"], from).message);
}

async function requireComplete(task: TaskGit, want: string, base: CommitId, inside: Record<string, string>): Promise<void> {
  const answer = await run({
    gitDir: task.repo.gitDir,
    env: inside,
    config: ["core.commitGraph=false"],
    args: ["rev-list", "--objects", "--quiet", "--stdin"],
    stdin: `${want}\n^${base}\n`,
    timeoutMs: LONG_MS,
  });
  if (answer.code !== 0) throw unsound(task, refusal(["rev-list"], answer).message);
}

/** The index last: a pack counts from the moment its index is there. Returns the `.keep` files that now hold the packs. */
function moveIn(quarantine: string, packs: string): string[] {
  const order = [".keep", ".pack", ".rev", ".idx"];
  const rank = (name: string) => order.findIndex((ending) => name.endsWith(ending));
  const names = readdirSync(join(quarantine, "pack")).sort((a, b) => rank(a) - rank(b));
  for (const name of names) renameSync(join(quarantine, "pack", name), join(packs, name));
  return names.filter((name) => name.endsWith(".keep")).map((name) => join(packs, name));
}

function unsound(task: TaskGit, why: string): Fault {
  return new Fault(
    "failed",
    `What the agent committed on "${task.branch}" could not be imported: ${why}`,
    `Nothing was changed in the repository; the agent's own copy is in "${placesOf(task).root}".`,
  );
}
