// Moves objects from a private directory into the repository: packed, indexed strictly in a folder of their own, checked
// for completeness, and only then put beside the others.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { placesOf, readPlainFile } from "./places.ts";
import { quotePath } from "./quoting.ts";
import { type Call, LONG_MS, pipe, refusal, run } from "./run.ts";
import type { CommitId, TaskGit } from "./schema.ts";
import { look } from "./seal.ts";

/** git's own `prune` also removes folders whose name begins so. */
const QUARANTINE = "tmp_objdir-ccm-";
const KEEP_TEXT = "ccm import";
/** No import lasts so long, also not one of another CCM_HOME that uses the same repository. */
const LEFT_OVER_MS = 4 * LONG_MS;

/** Makes a call of git's where the repository's objects and the task's are both to be had. */
export type Source = (call: Pick<Call, "args" | "config" | "stdin" | "timeoutMs">) => Call;

/**
 * Brings in what `want` (a commit or a tree) needs and `have` (commits of the repository) has not, packed by the source.
 * Returns the `.keep` files that hold the new packs until something points to them. Faults: `failed` with the repository as
 * it was when the objects are not sound.
 */
export async function transfer(
  task: TaskGit,
  want: string,
  have: readonly CommitId[],
  limitBytes: number,
  source: Source,
): Promise<string[]> {
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
    await pack(task, revisions, limitBytes, source, inside);
    await requireComplete(task, revisions, inside);
    return moveIn(quarantine, join(objects, "pack"));
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

async function pack(task: TaskGit, revisions: string, limitBytes: number, source: Source, inside: Record<string, string>): Promise<void> {
  const { from, into } = await pipe(
    source({
      config: ["core.commitGraph=false", "core.multiPackIndex=false", "pack.useBitmaps=false", "pack.writeReverseIndex=false"],
      args: ["pack-objects", "-q", "--revs", "--stdout", "--delta-base-offset"],
      stdin: revisions,
      timeoutMs: LONG_MS,
    }),
    {
      gitDir: task.repo.gitDir,
      env: inside,
      args: ["index-pack", "--strict", `--max-input-size=${limitBytes}`, `--keep=${KEEP_TEXT} of task ${task.taskId}`, "--stdin"],
      timeoutMs: LONG_MS,
    },
  );
  // index-pack first: when it refuses, pack-objects only fails because nobody reads on.
  if (into.code !== 0) throw unsound(task, refusal(["index-pack"], into).message);
  if (from.code !== 0) throw unsound(task, refusal(["pack-objects"], from).message);
}

async function requireComplete(task: TaskGit, revisions: string, inside: Record<string, string>): Promise<void> {
  const answer = await run({
    gitDir: task.repo.gitDir,
    env: inside,
    config: ["core.commitGraph=false"],
    args: ["rev-list", "--objects", "--quiet", "--stdin"],
    stdin: revisions,
    timeoutMs: LONG_MS,
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
  return new Fault(
    "failed",
    `What the agent committed on "${task.branch}" could not be imported: ${why}`,
    `Nothing was changed in the repository; the agent's own copy is in "${placesOf(task).root}".`,
  );
}
