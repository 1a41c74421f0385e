// The real git behind the interfaces of this room.
import { createLanes, type Lanes } from "../kernel/lane.ts";
import { isCheckedOut, moveBase } from "./base.ts";
import { candidate, diff, mergeCommit, patchId, readFile, trackedAt } from "./content.ts";
import { changedFiles, patches } from "./differences.ts";
import { IMPORT_BYTES, importBranch, importTo } from "./import.ts";
import { inspect } from "./inspect.ts";
import { claim, makePrivate } from "./private.ts";
import { containsCommit, moveRefs, refsBelow, tipOf } from "./refs.ts";
import type { Wrap } from "./run.ts";
import type { Git, Repository, TaskGits } from "./schema.ts";
import { settleTree, snapshotForTrash } from "./settle.ts";
import { showTree } from "./show.ts";

/** Where writes of one repository queue. One for a process: the daemon's `Git` and its `TaskGits` share it. */
export type GitOptions = { lanes: Lanes; importBytes: number };

export const defaultGitOptions = (): GitOptions => ({ lanes: createLanes(), importBytes: IMPORT_BYTES });

/** Repositories through the git of this machine. Writes to one repository happen one after another. */
export function createGit({ lanes, importBytes }: GitOptions = defaultGitOptions()): Git {
  const inLane = <T>(repo: Repository, work: () => Promise<T>) => lanes.run(repo.gitDir, work);
  return {
    inspect,
    tip: tipOf,
    contains: (repo, commit, ancestor) => containsCommit(repo, commit, ancestor),
    refs: refsBelow,
    setRef: (repo, ref, to, from) => inLane(repo, () => moveRefs(repo, [{ ref, to, from }], "ccm")),
    importBranch: (task, base, old, text) => inLane(task.repo, () => importBranch(task, base, old, text, importBytes)),
    candidate,
    mergeCommit,
    moveBase: (repo, branch, to, from) => inLane(repo, () => moveBase(repo, branch, to, from)),
    isCheckedOut,
    patchId,
    diff,
    changedFiles,
    patches: (repo, base, commit, { files, limitBytes }) => patches(repo, base, commit, files, limitBytes),
    readFile,
  };
}

/** Private git directories and trees of tasks, with the same queue for writes to the repository. */
export function createTaskGits({ lanes, importBytes }: GitOptions = defaultGitOptions()): TaskGits<Wrap> {
  return {
    create: makePrivate,
    tracked: trackedAt,
    claim: (task, base) => lanes.run(task.repo.gitDir, () => claim(task, base)),
    settle: settleTree,
    show: showTree,
    async keep(task, base, ref, keepOut, text, wrap) {
      const commit = await snapshotForTrash(task, base, keepOut, text, wrap);
      const kept = await lanes.run(task.repo.gitDir, () => importTo(task, base, commit, ref, text, importBytes));
      return kept.tip;
    },
  };
}
