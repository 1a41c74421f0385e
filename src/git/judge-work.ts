// Looks at what an agent's work would bring into the repository, before it does: compares its folders with those it began from.
import { Fault } from "../kernel/fault.ts";
import { type ObjectPlace, readObjects, settingsIn } from "./objects.ts";
import {
  type Change,
  changesOf,
  DEPTH,
  foldersIn,
  judgeFolder,
  judgeLinks,
  judgeSettings,
  LINK,
  type Link,
  type Offence,
  offence,
  quoted,
  SETTINGS,
  treeEntries,
} from "./rules.ts";
import { LONG_MS, mustRun } from "./run.ts";
import type { CommitId, Repository } from "./schema.ts";

/** Folders that one piece of work changes, and names in them: beyond any. A tree that holds itself many times has more. */
const FOLDERS = 50_000;
const NAMES = 500_000;
/** Folders between two pauses, so that the loop and the web go on: some milliseconds. */
const FOLDERS_A_SLICE = 500;
/** Commits of the person's that work goes on from are few; work that merged more is compared with the first of them. */
const BOUNDARY = 20;

/** The work: a commit or a tree, and commits of the repository that it goes on from; the first is its base. */
export type Work = ObjectPlace & { want: string; have: readonly CommitId[] };
/** Commits on the way to the work's last that are looked at, and of those whose links are: a long day of an agent's. */
const ON_THE_WAY = 1_000;
const WITH_LINKS = 50;

/** What changed from the base, and what of it may not come in. */
export type Judged = { changes: Change[]; offences: Offence[] };

/**
 * What the work has that neither its base nor any other commit it goes on from had: an honest repository that holds such
 * things already keeps working. Faults: `denied` for more folders and links than can be looked at.
 */
export async function judgeWork(work: Work): Promise<Judged> {
  const [base = ""] = work.have;
  const judged = await since(work, [work.want], base);
  return { ...judged, offences: await onlyNew(work, [work.want], judged.offences) };
}

/**
 * True when a commit on the way to the work's last holds what may not come in, or when there is more to look at than can be:
 * then only the last one's files may.
 */
export async function isOddOnTheWay(work: Work, commits: readonly CommitId[]): Promise<boolean> {
  if (commits.length === 0) return false;
  if (commits.length > ON_THE_WAY) return true;
  try {
    const { changes, offences } = await since(work, commits, work.have[0] ?? "");
    if (commits.length > WITH_LINKS && touchesLinks(changes)) return true;
    return (await onlyNew(work, commits, offences)).length > 0;
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === "denied") return true; // More to read than is read at once.
    throw thrown;
  }
}

/** Of the offences those that are in no commit of the person's which the work goes on from. */
async function onlyNew(work: Work, commits: readonly string[], offences: Offence[]): Promise<Offence[]> {
  let left = offences;
  for (const known of left.length > 0 ? await boundary(work, work.have[0] ?? "") : []) {
    const there = (await since(work, commits, known)).offences.map(({ what }) => what);
    left = left.filter(({ what }) => there.includes(what));
  }
  return left;
}

/** Paths of what neither side of a merge has by itself: two names that are one, a link that leads out through the other's link. */
export async function oddInMerge(repo: Repository, tree: CommitId, sides: readonly [CommitId, CommitId]): Promise<string[]> {
  const merged = { repo, env: {}, want: tree, have: sides };
  let { offences } = await since(merged, [tree], sides[0]);
  if (offences.length === 0) return [];
  const there = (await since(merged, [tree], sides[1])).offences.map(({ what }) => what);
  offences = offences.filter(({ what }) => there.includes(what));
  return [...new Set(offences.map(({ path }) => Buffer.from(path, "latin1").toString("utf8")))];
}

async function since(work: Work, commits: readonly string[], known: CommitId): Promise<Judged> {
  const judged = await walk(work, commits, known);
  if (judged.offences.some(({ what }) => what === DEEP || what === TOO_MANY.what)) return judged; // git itself would look at all of it.
  if (touchesLinks(judged.changes)) {
    const before = await linksOf(work, known);
    for (const commit of commits.slice(0, WITH_LINKS)) judged.offences.push(...judgeLinks(await linksOf(work, commit), before));
  }
  judged.offences.push(...(await settings(work, judged.changes)));
  return judged;
}

const touchesLinks = (changes: readonly Change[]) => changes.some(({ now, was }) => now?.mode === LINK || was?.mode === LINK);

/**
 * Level by level, and only into folders that differ: the cost follows what was changed. A folder that several of the commits
 * have is looked at once.
 */
async function walk(work: Work, commits: readonly string[], known: CommitId): Promise<Judged> {
  const judged: Judged = { changes: [], offences: [] };
  const tops = commits.map((commit) => ({ path: "", now: `${commit}^{tree}`, was: `${known}^{tree}` as string | null }));
  let [folders, names] = [0, 0];
  for (let level = tops, depth = 0; level.length > 0; depth++) {
    const [first] = level;
    folders += level.length;
    if (depth > DEPTH) return { ...judged, offences: [tooDeep(first?.path ?? "")] };
    if (folders > FOLDERS || names > NAMES) return { ...judged, offences: [TOO_MANY] };
    const trees = await entriesOf(
      work,
      level.flatMap(({ now, was }) => (was ? [now, was] : [now])),
    );
    const next = new Map<string, (typeof level)[number]>();
    for (const [at, { path, now, was }] of level.entries()) {
      if (at % FOLDERS_A_SLICE === FOLDERS_A_SLICE - 1) await Bun.sleep(0);
      const entries = trees.get(now) ?? [];
      names += entries.length;
      if (names > NAMES) return { ...judged, offences: [TOO_MANY] };
      const changes = changesOf(path, entries, was ? (trees.get(was) ?? []) : []);
      judged.offences.push(...judgeFolder(path, entries, changes));
      judged.changes.push(...changes);
      for (const folder of foldersIn(changes)) next.set(`${folder.now} ${folder.path}`, folder);
    }
    level = [...next.values()];
  }
  return judged;
}

const TOO_MANY = offence("", "many", `it changes more than ${FOLDERS} folders or ${NAMES} names`, "broken");
const DEEP = "deep";
const tooDeep = (path: string) => offence(path, DEEP, `${quoted(path)} lies below more than ${DEPTH} folders`, "broken");

async function entriesOf(work: Work, names: readonly string[]) {
  const unique = [...new Set(names)];
  const idBytes = (work.have[0] ?? "").length / 2;
  const contents = await readObjects(work, unique);
  return new Map(unique.map((name, at) => [name, treeEntries(contents[at] ?? Buffer.alloc(0), idBytes)]));
}

async function linksOf(work: Work, commit: string): Promise<Link[]> {
  const { stdout } = await mustRun({
    gitDir: work.repo.gitDir,
    env: work.env,
    args: ["ls-tree", "-r", "-z", "--full-tree", commit],
    timeoutMs: LONG_MS,
  });
  const listed = stdout.toString("latin1").split("\0");
  const links = listed.filter((line) => line.startsWith(`${LINK} `)).map((line) => line.split("\t"));
  const ids = links.map(([meta = ""]) => meta.split(" ")[2] ?? "");
  const targets = await readObjects(work, ids);
  return links.map(([, ...path], at) => ({ path: path.join("\t"), target: (targets[at] ?? "").toString("latin1") }));
}

async function settings(work: Work, changes: readonly Change[]): Promise<Offence[]> {
  const offences: Offence[] = [];
  const texts = new Map(
    changes.flatMap((change) => (SETTINGS.includes(change.path) ? [[`${change.now?.id} ${change.path}`, change]] : [])),
  );
  for (const { path, now, was } of texts.values()) {
    if (!now) continue;
    const says = now.mode === LINK ? null : await settingsIn(work, now.id);
    if (says) offences.push(...judgeSettings(path, says, (was && (await settingsIn(work, was.id))) ?? []));
    else offences.push(offence(path, `setting ${path}`, `${quoted(path)} cannot be read as settings`));
  }
  return offences;
}

async function boundary({ repo, env, want, have }: Work, base: CommitId): Promise<CommitId[]> {
  const { stdout } = await mustRun({
    gitDir: repo.gitDir,
    env,
    config: ["core.commitGraph=false"],
    args: ["rev-list", "--boundary", "--stdin"],
    stdin: [want, ...have.map((commit) => `^${commit}`)].map((line) => `${line}\n`).join(""),
    timeoutMs: LONG_MS,
  });
  const commits = stdout
    .toString()
    .split("\n")
    .filter((line) => line.startsWith("-"))
    .map((line) => line.slice(1));
  return commits.filter((commit) => commit !== base).slice(0, BOUNDARY);
}
