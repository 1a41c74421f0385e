// The real git behind the interfaces of this room.
import { createLanes, type Lanes } from "../kernel/lane.ts";
import { isCheckedOut, moveBase } from "./base.ts";
import { candidate, diff, mergeCommit, patchId, readFile, trackedAt } from "./content.ts";
import { changedFiles, patches } from "./differences.ts";
import { IMPORT_BYTES, type InTurn, importBranch, importTo } from "./import.ts";
import { inspect } from "./inspect.ts";
import { claim, makePrivate } from "./private.ts";
import { containsCommit, moveRefs, refsBelow, tipOf } from "./refs.ts";
import type { Wrap } from "./run.ts";
import type { Git, Repository, TaskGit, TaskGits } from "./schema.ts";
import { settleTree, snapshotForTrash } from "./settle.ts";
import { showTree } from "./show.ts";
import { keepState } from "./snapshot.ts";

/** Where writes of one repository queue. One for a process: the daemon's `Git` and its `TaskGits` share it. */
export type GitOptions = { lanes: Lanes; importBytes: number };

export const defaultGitOptions = (): GitOptions => ({ lanes: createLanes(), importBytes: IMPORT_BYTES });

/** Repositories through the git of this machine. Writes to one repository happen one after another. */
export function createGit({ lanes }: GitOptions = defaultGitOptions()): Git {
  const inLane = <T>(repo: Repository, work: () => Promise<T>) => lanes.run(repo.gitDir, work);
  return {
    inspect,
    tip: tipOf,
    contains: (repo, commit, ancestor) => containsCommit(repo, commit, ancestor),
    refs: refsBelow,
    setRef: (repo, ref, to, from) => inLane(repo, () => moveRefs(repo, [{ ref, to, from }], "ccm")),
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
  const inTurnFor =
    (task: TaskGit): InTurn =>
    (write) =>
      lanes.run(task.repo.gitDir, write);
  return {
    create: makePrivate,
    tracked: trackedAt,
    claim: (task, base) => lanes.run(task.repo.gitDir, () => claim(task, base)),
    importBranch: (task, base, old, about, fileBytes, wrap) =>
      importBranch({ task, base, about, limits: { packBytes: importBytes, fileBytes }, wrap, inTurn: inTurnFor(task) }, old),
    settle: settleTree,
    show: showTree,
    async keep(task, base, order, keepOut, wrap) {
      const earlier = await tipOf(task.repo, order.ref);
      const commit = await snapshotForTrash(task, base, keepOut, order, wrap, earlier);
      // What is kept is for nobody but a person who looks for it, so its files may have any size.
      const limits = { packBytes: importBytes, fileBytes: importBytes };
      const importing = { task, base, about: order.text, limits, wrap, inTurn: inTurnFor(task) };
      return importTo(importing, commit, { ref: order.ref, earlier });
    },
    snapshot: (task, base, order, keepOut, wrap) =>
      keepState({ task, base, order, keepOut, wrap, limitBytes: importBytes, inTurn: (write) => lanes.run(task.repo.gitDir, write) }),
  };
}
