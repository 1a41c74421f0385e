// Brings what an agent committed into the repository: packed inside the sandbox, indexed strictly in quarantine, checked for
// completeness, looked at, and only then moved in and pointed to.
import { rmSync } from "node:fs";
import { inTree } from "./changes.ts";
import { bringContent } from "./content-store.ts";
import { type Judged, judgeWork } from "./judge-work.ts";
import type { ObjectPlace } from "./objects.ts";
import { isCommitId, readRef } from "./places.ts";
import { type Judge, refused, type Source, transfer, unsound } from "./quarantine.ts";
import { commitTree, containsCommit, moveRefs, tipOf } from "./refs.ts";
import type { ImportLimits, Offence } from "./rules.ts";
import { run, text, type Wrap } from "./run.ts";
import type { CommitId, CommitText, Imported, Repository, TaskGit } from "./schema.ts";
import { look, seal } from "./seal.ts";
import { moveTaskBranch } from "./task-branch.ts";

/** Largest pack of one import. A repository's own history of many years is smaller; it is disk that an agent could fill. */
export const IMPORT_BYTES = 2_000_000_000;
/** Branches of the person's that work may have been merged with; of a repository with more only the base counts. */
const BRANCHES = 1_000;

/** Runs a write to the repository when its turn has come. */
export type InTurn = <T>(write: () => Promise<T>) => Promise<T>;
export type ImportOrder = { task: TaskGit; base: CommitId; about: CommitText; limits: ImportLimits; wrap: Wrap; inTurn: InTurn };

/** The ref of work that is sound and may not come in by itself: a person can look at it, and take it. */
export const refusedRef = (taskId: number): string => `refs/ccm/refused/${taskId}`;

/** Only the move of the branch waits for its turn: work that takes long to look at holds up no other task. */
export async function importBranch(order: ImportOrder, old: CommitId): Promise<Imported> {
  const { task, base, about } = order;
  seal(task);
  const tip = readRef(task.gitPath, `refs/heads/${task.branch}`) ?? base;
  const publish = (work: CommitId) => order.inTurn(() => moveTaskBranch(task, { old, work, about }));
  if (tip === old || tip === base) return { tip: await publish(tip), grafted: false }; // Both are in the repository, held by refs of ours.
  const have = [base, old, ...(await branchesOf(task.repo))];
  const { commit, grafted, keeps, judged } = await bringIn(order, tip, have, async (work) => {
    const all = await judgeAll(work, [task.gitPath]);
    if (all.offences.some(({ takeable }) => !takeable)) throw refused(task, all.offences);
    return all;
  });
  try {
    if (judged.offences.length > 0) throw await keepRefused(order, commit, judged.offences);
    return { tip: await publish(commit), grafted };
  } finally {
    release(keeps);
  }
}

/** Brings one commit of the private directory in under a ref of ours, whatever it holds, as long as it is sound. `earlier`: where the ref is. */
export async function importTo(
  order: ImportOrder,
  tip: CommitId,
  { ref, earlier }: { ref: string; earlier: CommitId | null },
): Promise<CommitId> {
  const { task, base } = order;
  seal(task);
  const { commit, keeps } = await bringIn(order, tip, earlier === null ? [base] : [base, earlier], (work) =>
    bringContent(work, [task.gitPath]),
  );
  try {
    await order.inTurn(async () => {
      await moveRefs(task.repo, [{ ref, to: commit, from: earlier }], "ccm: keep a discarded tree");
    });
    return commit;
  } finally {
    release(keeps);
  }
}

/** Brings in a commit that goes on from one of `have`, and points a ref to it that may be there already. `from`: git directories with its content. */
export async function importSnapshot(
  task: TaskGit,
  commit: CommitId,
  order: { ref: string; have: readonly CommitId[]; limits: ImportLimits; from: readonly string[] },
  source: Source,
): Promise<void> {
  const transferring = { task, want: commit, have: order.have, limits: order.limits };
  const { keeps } = await transfer(transferring, source, async (place, objects) => {
    const { offences } = await judgeAll({ place, objects, want: commit, have: order.have }, order.from);
    if (offences.length > 0) throw refused(task, offences);
  });
  try {
    await moveRefs(task.repo, [{ ref: order.ref, to: commit, from: null }], "ccm: snapshot");
  } finally {
    release(keeps);
  }
}

/** What came in, still in quarantine. */
type Work = { place: ObjectPlace; objects: Parameters<Judge<unknown>>[1]; want: string; have: readonly CommitId[] };

async function judgeAll({ place, objects, want, have }: Work, from: readonly string[]): Promise<Judged> {
  const judged = await judgeWork({ ...place, want, have });
  if (judged.offences.length > 0) return judged;
  const offences = await bringContent({ place, objects }, from, judged.changes);
  return { ...judged, offences };
}

/**
 * Until a ref points to what came in, a `.keep` file holds the pack against a `git repack -ad` of the person's that runs at
 * the same time. What git says inside the sandbox is the agent's word, so it is checked again outside, on sound objects.
 */
async function bringIn<T>(
  order: ImportOrder,
  tip: CommitId,
  have: readonly CommitId[],
  judge: (work: Work) => Promise<T>,
): Promise<{ commit: CommitId; grafted: boolean; keeps: string[]; judged: T }> {
  const { task, base, wrap, limits } = order;
  const source: Source = (call) => inTree(task, wrap, call);
  const grafted = !(await goesOn(order, source, tip));
  const want = grafted ? await treeOf(task, source, tip) : tip;
  const { keeps, judged } = await transfer({ task, want, have, limits }, source, async (place, objects) => {
    if (!grafted && !(await containsCommit(task.repo, tip, base, place.env))) throw unsound(task, `"${tip}" does not go on from "${base}"`);
    return judge({ place, objects, want, have });
  });
  const commit = grafted ? await commitTree(task.repo, want, [base], order.about) : tip;
  return { commit, grafted, keeps, judged };
}

async function goesOn({ task, base }: ImportOrder, source: Source, tip: CommitId): Promise<boolean> {
  const answer = await run(source({ args: ["merge-base", "--is-ancestor", base, tip] }));
  if (answer.code > 1) throw unsound(task, `"${tip}" is no commit`);
  return answer.code === 0;
}

/** Of a rewritten history only the last tree is brought in. */
async function treeOf(task: TaskGit, source: Source, tip: CommitId): Promise<CommitId> {
  const answer = await run(source({ args: ["rev-parse", "-q", "--verify", `${tip}^{tree}`] }));
  const id = answer.stdout.toString().trim();
  if (!isCommitId(id)) throw unsound(task, `"${tip}" has no tree`);
  return id;
}

/** Commits that the repository has on its branches. Where history is cut off, git cannot follow them everywhere. */
async function branchesOf(repo: Repository): Promise<CommitId[]> {
  if (look(`${repo.gitDir}/shallow`)) return [];
  const listed = await text({ gitDir: repo.gitDir, args: ["for-each-ref", "--format=%(objectname)", "refs/heads", "refs/remotes"] });
  const ids = [...new Set(listed.split("\n").filter(isCommitId))];
  if (ids.length > BRANCHES) return [];
  const types = await text({
    gitDir: repo.gitDir,
    args: ["cat-file", "--batch-check=%(objecttype)"],
    stdin: ids.map((id) => `${id}\n`).join(""),
  });
  return ids.filter((_, at) => types.split("\n")[at] === "commit");
}

async function keepRefused({ task, base, inTurn }: ImportOrder, commit: CommitId, offences: readonly Offence[]) {
  const ref = refusedRef(task.taskId);
  await inTurn(async () => moveRefs(task.repo, [{ ref, to: commit, from: await tipOf(task.repo, ref) }], "ccm: keep what was refused"));
  const look = `\`git -C '${task.repo.path}' diff ${base.slice(0, 12)} ${ref}\` shows it`;
  const take = `\`git merge ${ref}\` there takes it all the same`;
  return refused(task, offences, `The work is kept: ${look}, ${take}; \`ccm retry-task ${task.taskId}\` begins again without it.`);
}

function release(keeps: readonly string[]): void {
  for (const keep of keeps) rmSync(keep, { force: true });
}
