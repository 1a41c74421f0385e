// Brings what an agent committed into the repository: packed inside the sandbox, indexed strictly in quarantine, checked for
// completeness, looked at, and only then moved in and pointed to.
import { rmSync } from "node:fs";
import { inTree } from "./changes.ts";
import { bringContent } from "./content-store.ts";
import { isOddOnTheWay, type Judged, judgeWork } from "./judge-work.ts";
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
  const { commit, grafted, keeps, judged } = await bringIn(order, tip, { have, old }, async (work) => {
    const all = await judgeAll(work, [task.gitPath]);
    if (all?.offences.some(({ takeable }) => !takeable)) throw refused(task, all.offences);
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
  const { commit, keeps } = await bringIn(order, tip, { have: earlier === null ? [base] : [base, earlier], old: base }, (work) =>
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

/**
 * Brings in a commit that goes on from one of `have`, and points a ref to it that may be there already. `from`: git directories
 * with its content. Returns what the ref points to.
 */
export async function importSnapshot(
  task: TaskGit,
  tip: CommitId,
  order: { ref: string; base: CommitId; have: readonly CommitId[]; limits: ImportLimits; about: CommitText; from: readonly string[] },
  source: Source,
): Promise<CommitId> {
  const bringing: Bringing = { ...order, task, ways: ["as it is", "its files"], onto: async () => order.base };
  const { commit, keeps } = await bring(bringing, source, tip, async (work) => {
    const judged = await judgeAll(work, order.from);
    if (judged && judged.offences.length > 0) throw refused(task, judged.offences);
    return judged;
  });
  try {
    await moveRefs(task.repo, [{ ref: order.ref, to: commit, from: null }], "ccm: snapshot");
    return commit;
  } finally {
    release(keeps);
  }
}

/** What came in, still in quarantine. */
type Work = { place: ObjectPlace; objects: Parameters<Judge<unknown>>[1]; want: string; have: readonly CommitId[] };

/** Null for work whose last files may come in, and not the commits on the way to them. */
async function judgeAll({ place, objects, want, have }: Work, from: readonly string[]): Promise<Judged | null> {
  const work = { ...place, want, have };
  const judged = await judgeWork(work);
  if (judged.offences.length > 0) return judged;
  const commits = objects.filter(({ type }) => type === "commit").map(({ id }) => id);
  const onTheWay = commits.includes(want) ? commits.filter((id) => id !== want) : [];
  if (await isOddOnTheWay(work, onTheWay)) return null;
  const offences = await bringContent({ place, objects }, from, judged.changes);
  return { ...judged, offences };
}

/** What the agent says in the sandbox about its commit is checked again outside, on sound objects. */
async function bringIn<T>(
  order: ImportOrder,
  tip: CommitId,
  { have, old }: { have: readonly CommitId[]; old: CommitId },
  judge: (work: Work) => Promise<T | null>,
) {
  const { task, base, wrap } = order;
  const source: Source = (call) => inTree(task, wrap, call);
  const ways: Way[] = (await goesOn(task, source, tip, base)) ? ["as it is", "its files"] : ["its files"];
  const onto = async () => ((await goesOn(task, source, tip, old)) ? old : base);
  return bring({ ...order, have, ways, onto }, source, tip, async (work) => {
    if (work.want === tip && !(await containsCommit(task.repo, tip, base, work.place.env)))
      throw unsound(task, `"${tip}" does not go on from "${base}"`);
    return judge(work);
  });
}

/** `its files`: as one commit `onto` another, because its history is not the base's, or holds what may not come in. */
type Way = "as it is" | "its files";
type Bringing = Pick<ImportOrder, "task" | "about" | "limits"> & {
  have: readonly CommitId[];
  ways: readonly Way[];
  onto: () => Promise<CommitId>;
};

/**
 * Brings a commit in on the first way that the judge lets it. Until a ref points to what came in, a `.keep` file holds the
 * pack against a `git repack -ad` of the person's that runs at the same time.
 */
async function bring<T>(
  { task, about, limits, have, ways, onto }: Bringing,
  source: Source,
  tip: CommitId,
  judge: (work: Work) => Promise<T | null>,
) {
  for (const way of ways) {
    const grafted = way === "its files";
    const want = grafted ? await treeOf(task, source, tip) : tip;
    const brought = await transfer({ task, want, have, limits }, source, (place, objects) => judge({ place, objects, want, have }));
    if (brought) return { ...brought, grafted, commit: grafted ? await commitTree(task.repo, want, [await onto()], about) : tip };
  }
  throw new Error("Files by themselves have no history that could be odd.");
}

async function goesOn(task: TaskGit, source: Source, tip: CommitId, from: CommitId): Promise<boolean> {
  const answer = await run(source({ args: ["merge-base", "--is-ancestor", from, tip] }));
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
