// Where an agent left its private git directory.
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { inTree, runInTree } from "./changes.ts";
import { isCommitId, placesOf, readHead, readPlainFile, readRef } from "./places.ts";
import { run, type Wrap } from "./run.ts";
import type { CommitId, TaskGit } from "./schema.ts";

/** Where the agent left the private directory: the branch's tip, what HEAD is at, and whether HEAD is on the branch. */
export type Position = { tip: CommitId; head: CommitId; on: "branch" | "elsewhere"; what: string };

/**
 * A branch that was deleted counts as being where HEAD is. `through` is the git directory that looks for the commits.
 * Faults: `failed` when the branch's is not there.
 */
export async function position(task: TaskGit, base: CommitId, wrap: Wrap, through: TaskGit = task): Promise<Position> {
  const ours = `refs/heads/${task.branch}`;
  const head = readHead(task.gitPath);
  const at = head === null ? null : "commit" in head ? head.commit : readRef(task.gitPath, head.ref);
  const tip = readRef(task.gitPath, ours) ?? at ?? base;
  const [tipType, headType] = await typesOf(through, [tip, at ?? tip], wrap);
  if (tipType !== "commit") {
    throw new Fault(
      "failed",
      `"${task.branch}" points to ${tip}, which is not there.`,
      `The task's folder "${placesOf(task).root}" keeps everything.`,
    );
  }
  const on = head !== null && "ref" in head && head.ref === ours ? "branch" : "elsewhere";
  const what = head !== null && "ref" in head ? `"${head.ref.replace(/^refs\/heads\//, "")}"` : `commit ${(at ?? "unknown").slice(0, 12)}`;
  return { tip, head: headType === "commit" && at ? at : tip, on, what };
}

/** True when `commit` goes on from `ancestor`. */
export async function descends(task: TaskGit, commit: CommitId, ancestor: CommitId, wrap: Wrap): Promise<boolean> {
  return commit === ancestor || (await run(inTree(task, wrap, { args: ["merge-base", "--is-ancestor", ancestor, commit] }))).code === 0;
}

/** The other parents of a merge that was begun and not committed. */
export async function mergedIn(task: TaskGit, wrap: Wrap, through: TaskGit = task): Promise<CommitId[]> {
  const ids = (readPlainFile(join(task.gitPath, "MERGE_HEAD"), 10_000) ?? "").split("\n").filter(isCommitId);
  if (ids.length === 0) return [];
  const types = await typesOf(through, ids, wrap);
  return ids.filter((_, index) => types[index] === "commit");
}

async function typesOf(task: TaskGit, ids: CommitId[], wrap: Wrap): Promise<string[]> {
  const call = { args: ["cat-file", "--batch-check=%(objecttype)"], stdin: ids.map((id) => `${id}\n`).join("") };
  return (await runInTree(task, wrap, call)).toString().split("\n");
}
