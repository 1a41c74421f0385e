// Brings what an agent committed into the repository: packed with the repository's own configuration, indexed strictly
// in quarantine, checked for completeness, and only then moved in and pointed to.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readRef } from "./places.ts";
import { type Source, transfer, unsound } from "./quarantine.ts";
import { borrowedObjects } from "./quoting.ts";
import { commitTree, containsCommit, moveRefs } from "./refs.ts";
import { run, text } from "./run.ts";
import type { CommitId, CommitText, Imported, Repository, TaskGit } from "./schema.ts";
import { seal } from "./seal.ts";
import { moveTaskBranch } from "./task-branch.ts";

/** Largest pack of one import. A repository's own history of many years is smaller; it is disk that an agent could fill. */
export const IMPORT_BYTES = 2_000_000_000;

export async function importBranch(task: TaskGit, base: CommitId, old: CommitId, about: CommitText, limitBytes: number): Promise<Imported> {
  seal(task);
  const tip = readRef(task.gitPath, `refs/heads/${task.branch}`) ?? base;
  const publish = (work: CommitId) => moveTaskBranch(task, { old, work, about });
  if (tip !== old && tip !== base) return bringIn(task, base, tip, about, limitBytes, publish);
  return { tip: await publish(tip), grafted: false }; // Both are in the repository, held by refs of ours.
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
  return bringIn(task, base, tip, about, limitBytes, async (commit) => {
    await moveRefs(task.repo, [{ ref, to: commit, from }], "ccm: keep a discarded tree");
    return commit;
  });
}

/**
 * `publish` points a ref to the commit, or to one that goes on from it, and returns that; until it has, a `.keep` file holds the pack against a `git repack -ad` of the
 * person's that runs at the same time.
 */
async function bringIn(
  task: TaskGit,
  base: CommitId,
  tip: CommitId,
  about: CommitText,
  limitBytes: number,
  publish: (commit: CommitId) => Promise<CommitId>,
): Promise<Imported> {
  const repo = task.repo;
  const borrowed = borrowedObjects(join(task.gitPath, "objects"));
  if (!(await hasCommit(repo, tip, borrowed))) throw unsound(task, `"${tip}" is no commit`);
  const grafted = !(await containsCommit(repo, tip, base, borrowed));
  const want = grafted ? await treeOf(repo, tip, borrowed) : tip;
  const keeps = await transfer(task, want, [base], limitBytes, (call) => ({ ...call, gitDir: repo.gitDir, env: borrowed }));
  try {
    const commit = grafted ? await commitTree(repo, want, [base], about) : tip;
    return { tip: await publish(commit), grafted };
  } finally {
    for (const keep of keeps) rmSync(keep, { force: true });
  }
}

/** Brings in a commit that goes on from one of `have`, and points a ref to it that may be there already. */
export async function importSnapshot(
  task: TaskGit,
  commit: CommitId,
  order: { ref: string; have: readonly CommitId[]; limitBytes: number },
  source: Source,
): Promise<void> {
  const keeps = await transfer(task, commit, order.have, order.limitBytes, source);
  try {
    await moveRefs(task.repo, [{ ref: order.ref, to: commit, from: null }], "ccm: snapshot");
  } finally {
    for (const keep of keeps) rmSync(keep, { force: true });
  }
}

/** Of a rewritten history only the last tree is brought in. */
function treeOf(repo: Repository, tip: CommitId, borrowed: Record<string, string>): Promise<CommitId> {
  return text({ gitDir: repo.gitDir, env: borrowed, args: ["rev-parse", "-q", "--verify", `${tip}^{tree}`] });
}

async function hasCommit(repo: Repository, id: CommitId, env: Record<string, string>): Promise<boolean> {
  return (await run({ gitDir: repo.gitDir, env, args: ["cat-file", "-e", `${id}^{commit}`] })).code === 0;
}
