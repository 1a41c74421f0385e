// Moves the branch of a task, which people may look at, commit to, move or delete, and loses neither their work nor the agent's.
import { Fault } from "../kernel/fault.ts";
import { isCheckedOut, moveBase } from "./base.ts";
import { mergeCommit, mergeTrees } from "./content.ts";
import { containsCommit, moveRefs, tipOf } from "./refs.ts";
import type { CommitId, CommitText, Repository, TaskGit } from "./schema.ts";

/** Where the task's branch was when the run began, and the commit that the agent made of it. */
export type BranchWork = { old: CommitId; work: CommitId; about: CommitText };

/**
 * Brings the work onto the branch and returns where the branch is then: at the work, or at a merge with what a person
 * committed there meanwhile. Where they have it checked out, their files move along. Faults: `conflict` when that cannot be
 * done; the work is then on a branch of its own beside it, which the hint names.
 */
export async function moveTaskBranch({ repo, branch, taskId }: TaskGit, order: BranchWork): Promise<CommitId> {
  const { work } = order;
  const beside = `${branch}-${work.slice(0, 12)}`;
  const ref = `refs/heads/${beside}`;
  try {
    const at = await bringOnto(repo, branch, order);
    if ((await tipOf(repo, ref)) === work && !(await isCheckedOut(repo, beside)))
      await moveRefs(repo, [{ ref, to: null, from: work }], "ccm: import");
    return at;
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== "conflict") throw thrown;
    await moveRefs(repo, [{ ref, to: work, from: await tipOf(repo, ref) }], "ccm: keep what could not be brought in");
    const hint = `The agent's work is on "${beside}": merge it into "${branch}", then \`ccm retry-task ${taskId}\`.`;
    throw new Fault("conflict", thrown.message, `${thrown.hint} ${hint}`.trim());
  }
}

async function bringOnto(repo: Repository, branch: string, order: BranchWork): Promise<CommitId> {
  const { work, old } = order;
  const ref = `refs/heads/${branch}`;
  const at = await tipOf(repo, ref);
  // Deleted by a person, or by ccm when the task was done: the work still needs a name.
  if (!at) {
    await moveRefs(repo, [{ ref, to: work, from: null }], "ccm: import");
    return work;
  }
  if (at !== old && (await containsCommit(repo, at, work))) return at; // It was brought in before.
  const to = at === old ? work : await mergeBoth(repo, branch, order, at);
  if (await containsCommit(repo, to, at)) {
    const move = await moveBase(repo, branch, to, at);
    if (move.kind === "moved") return to;
    if (move.kind === "dirty") {
      throw new Fault(
        "conflict",
        `"${branch}" is checked out in "${move.path}" and could not be moved on: ${move.text}`,
        "Commit or stash there, or switch that folder to another branch.",
      );
    }
  }
  await moveRefs(repo, [{ ref, to, from: at }], "ccm: import");
  return to;
}

/** The merge of a person's commits, on top of where the branch was, with the work: the same commit each time. */
async function mergeBoth(repo: Repository, branch: string, { work, old, about }: BranchWork, at: CommitId): Promise<CommitId> {
  if (!(await containsCommit(repo, at, old))) {
    throw new Fault(
      "conflict",
      `"${branch}" was moved to ${at}, away from the task's work at ${old}.`,
      `Put it back: \`git branch -f ${branch} ${old}\`.`,
    );
  }
  const merge = await mergeTrees(repo, at, work);
  if (merge.kind === "clean") {
    return mergeCommit(repo, merge.tree, at, work, { ...about, message: `Merge the agent's work into ${branch}` });
  }
  const files = merge.files
    .slice(0, 3)
    .map((file) => `"${file}"`)
    .join(", ");
  throw new Fault("conflict", `Somebody committed on "${branch}" while its agent worked, and both changed ${files}.`);
}
