// What an agent left in its private git directory beside its branch: branches, stashes, what ccm put aside there.
import { inTree } from "./changes.ts";
import { isCommitId } from "./places.ts";
import { run, type Wrap } from "./run.ts";
import type { CommitId, TaskGit } from "./schema.ts";

/** Most of them, the newest: an agent has some; a parent each makes a commit that git still shows. */
const LOOSE_ENDS = 100;
/** Commits that are listed to find out which of them the person's own refs do not hold. */
const LISTED = 20_000;

/**
 * Tips of work that neither these commits nor the person's own refs hold. The private directory has copies of the person's
 * branches to read, which are nobody's work here; those may have moved on since. The directory is sealed.
 */
export async function looseEnds(task: TaskGit, held: readonly CommitId[], wrap: Wrap): Promise<CommitId[]> {
  const [branches, stashes] = await Promise.all([
    listed(task, wrap, [
      "for-each-ref",
      "--format=%(if)%(*objectname)%(then)%(*objecttype) %(*objectname)%(else)%(objecttype) %(objectname)%(end)",
      "--sort=-committerdate",
      ...held.flatMap((commit) => ["--no-merged", commit]),
      "refs/heads",
      "refs/tags",
    ]),
    listed(task, wrap, ["log", "--walk-reflogs", "--format=commit %H", `--max-count=${LOOSE_ENDS}`, "refs/stash"]),
  ]);
  const unknown: CommitId[] = [];
  const known: CommitId[] = [];
  for (const id of new Set([...branches, ...stashes])) ((await isInRepository(task, id)) ? known : unknown).push(id);
  return [...unknown, ...(await unheld(task, known))].slice(0, LOOSE_ENDS);
}

/** The commit, unless one of these or the person's own refs hold it. */
export async function missing(task: TaskGit, commit: CommitId, held: readonly CommitId[], wrap: Wrap): Promise<CommitId[]> {
  const answer = await run(inTree(task, wrap, { args: ["rev-list", "--max-count=1", commit, "--not", ...held] }));
  return answer.stdout.toString().trim() === "" ? [] : unheld(task, [commit]);
}

async function listed(task: TaskGit, wrap: Wrap, args: string[]): Promise<CommitId[]> {
  const answer = await run(inTree(task, wrap, { args }));
  const lines = answer.stdout.toString().split("\n");
  return lines.flatMap((line) => (line.startsWith("commit ") && isCommitId(line.slice(7)) ? [line.slice(7)] : []));
}

async function isInRepository({ repo }: TaskGit, id: CommitId): Promise<boolean> {
  return (await run({ gitDir: repo.gitDir, args: ["cat-file", "-e", `${id}^{commit}`] })).code === 0;
}

/** ccm's own refs do not count: each is about to be moved or is time's to delete. */
async function unheld({ repo }: TaskGit, ids: readonly CommitId[]): Promise<CommitId[]> {
  if (ids.length === 0) return [];
  const ours = ["--exclude=refs/ccm/*", "--exclude=refs/heads/ccm/*"];
  const args = ["rev-list", `--max-count=${LISTED}`, ...ids.slice(0, LISTED), "--not", ...ours, "--all"];
  const found = (await run({ gitDir: repo.gitDir, args })).stdout.toString().split("\n");
  const missing = new Set(found);
  return found.length > LISTED ? [...ids] : ids.filter((id) => missing.has(id));
}
