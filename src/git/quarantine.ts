// Moves objects from a private directory into the repository: packed, indexed strictly in a folder of their own, checked
// for completeness, and only then put beside the others.
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { type ObjectPlace, packedObjects } from "./objects.ts";
import { readPlainFile } from "./places.ts";
import { quotePath } from "./quoting.ts";
import { type ImportLimits, judgePack, OBJECTS, type Offence, offencesText, type PackedObject } from "./rules.ts";
import { BOUNDS, type Call, LONG_MS, pipe, refusal, run } from "./run.ts";
import type { CommitId, TaskGit } from "./schema.ts";
import { look } from "./seal.ts";

/** git's own `prune` also removes folders whose name begins so. */
const QUARANTINE = "tmp_objdir-ccm-";
const KEEP_TEXT = "ccm import";
/** No import lasts so long, also not one of another CCM_HOME that uses the same repository. */
const LEFT_OVER_MS = 4 * LONG_MS;

/** Files above this are packed as they are, without looking for what they resemble, which needs them in memory. */
const LARGE_FILE = "core.bigFileThreshold=64m";
/** Each thread holds objects in memory. */
const THREADS = "pack.threads=2";

/** Makes a call of git's where the repository's objects and the task's are both to be had. */
export type Source = (call: Pick<Call, "args" | "config" | "stdin" | "timeoutMs">) => Call;

/** `want` (a commit or a tree) needs objects that `have` (commits of the repository) has not. */
export type Order = { task: TaskGit; want: string; have: readonly CommitId[]; limits: ImportLimits };
/** Looks at sound objects that are not in the repository yet; null, or a Fault that it throws, keeps them out. */
export type Judge<Judged> = (place: ObjectPlace, objects: readonly PackedObject[]) => Promise<Judged | null>;
/** What the judge said, and the `.keep` files that hold the new packs until something points to them. */
export type Brought<Judged> = { keeps: string[]; judged: Judged };

/**
 * Brings in what is wanted, packed by the source, if the judge lets it; null if not. Faults: `failed` when the objects are not sound, `denied` when
 * they are more than the limits allow; the repository is as it was.
 */
export async function transfer<Judged>(order: Order, source: Source, judge: Judge<Judged>): Promise<Brought<Judged> | null> {
  const { task, want, have } = order;
  const objects = join(task.repo.gitDir, "objects");
  sweep(objects);
  const quarantine = mkdtempSync(join(objects, QUARANTINE));
  try {
    mkdirSync(join(quarantine, "pack"));
    const inside = {
      GIT_OBJECT_DIRECTORY: quarantine,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quotePath(objects),
      GIT_QUARANTINE_PATH: quarantine,
    };
    const revisions = [want, ...have.map((commit) => `^${commit}`)].map((line) => `${line}\n`).join("");
    await pack(order, revisions, source, inside);
    const brought = await requireWithin(order, quarantine);
    await requireComplete(task, revisions, inside);
    const judged = await judge({ repo: task.repo, env: inside }, brought);
    return judged === null ? null : { judged, keeps: moveIn(quarantine, join(objects, "pack")) };
  } finally {
    rmSync(quarantine, { recursive: true, force: true });
  }
}

/** What an import that was killed left behind: half a quarantine, or a `.keep` that would hold a pack for ever. */
function sweep(objects: string): void {
  const old = (path: string) => Date.now() - (look(path)?.mtimeMs ?? Date.now()) > LEFT_OVER_MS;
  for (const name of readdirSync(objects)) {
    if (name.startsWith(QUARANTINE) && old(join(objects, name))) rmSync(join(objects, name), { recursive: true, force: true });
  }
  for (const name of readdirSync(join(objects, "pack"))) {
    const path = join(objects, "pack", name);
    if (name.endsWith(".keep") && old(path) && readPlainFile(path, 200)?.startsWith(KEEP_TEXT)) rmSync(path, { force: true });
  }
}

async function pack({ task, limits }: Order, revisions: string, source: Source, inside: Record<string, string>): Promise<void> {
  const { from, into } = await pipe(
    source({
      config: [
        "core.commitGraph=false",
        "core.multiPackIndex=false",
        "pack.useBitmaps=false",
        "pack.writeReverseIndex=false",
        "pack.windowMemory=256m",
        LARGE_FILE,
        THREADS,
      ],
      args: ["pack-objects", "-q", "--revs", "--stdout", "--delta-base-offset"],
      stdin: revisions,
      timeoutMs: LONG_MS,
    }),
    indexing(task, limits, inside),
  );
  // index-pack first: when it refuses, pack-objects only fails because nobody reads on.
  if (into.code !== 0) throw unsound(task, refusal(["index-pack"], into).message);
  if (from.code !== 0) throw unsound(task, refusal(["pack-objects"], from).message);
}

/** Reads a pack from its input, whoever made it, and keeps it in a quarantine if every object is sound. */
export function indexing({ repo, taskId }: TaskGit, { packBytes }: ImportLimits, inside: Record<string, string>): Call {
  return {
    gitDir: repo.gitDir,
    env: inside,
    config: [LARGE_FILE, THREADS],
    args: ["index-pack", "--strict", `--max-input-size=${packBytes}`, `--keep=${KEEP_TEXT} of task ${taskId}`, "--stdin"],
    timeoutMs: LONG_MS,
    bounds: BOUNDS,
  };
}

async function requireWithin({ task, limits }: Order, quarantine: string): Promise<PackedObject[]> {
  const folder = join(quarantine, "pack");
  const count = readdirSync(folder).reduce((sum, name) => sum + (name.endsWith(".pack") ? objectsIn(join(folder, name)) : 0), 0);
  if (count > OBJECTS) throw tooMuch(task, `it brings ${count} objects, more than ${OBJECTS}`);
  const objects = await packedObjects(task.repo, quarantine);
  const why = judgePack(objects, limits);
  if (why) throw tooMuch(task, why);
  return objects;
}

/** The number at the twelfth byte of a pack that git has checked (gitformat-pack). */
function objectsIn(path: string): number {
  const header = Buffer.alloc(12);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header.readUInt32BE(8);
}

async function requireComplete(task: TaskGit, revisions: string, inside: Record<string, string>): Promise<void> {
  const answer = await run({
    gitDir: task.repo.gitDir,
    env: inside,
    config: ["core.commitGraph=false"],
    args: ["rev-list", "--objects", "--quiet", "--stdin"],
    stdin: revisions,
    timeoutMs: LONG_MS,
    bounds: BOUNDS,
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

export function unsound(task: TaskGit, why: string): Fault {
  return new Fault("failed", `What the agent committed on "${task.branch}" could not be imported: ${why}`, whereItIs(task));
}

function tooMuch(task: TaskGit, why: string): Fault {
  return new Fault("denied", `What the agent committed on "${task.branch}" may not come in: ${why}.`, whereItIs(task));
}

/** The Fault for work that is sound and holds what may not come in. */
export function refused(task: TaskGit, offences: readonly Offence[], hint = whereItIs(task)): Fault {
  return new Fault("denied", `What the agent committed on "${task.branch}" may not come in: ${offencesText(offences)}.`, hint);
}

/** Of what is not in the repository: the files can be looked at, and git in that folder is as its agent left it. */
function whereItIs(task: TaskGit): string {
  return `Nothing was changed in the repository. The files are in "${task.treePath}", the agent's commits in "${task.gitPath}"; \`ccm retry-task ${task.taskId}\` begins again without them.`;
}
