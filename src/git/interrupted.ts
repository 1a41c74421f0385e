// A fast-forward of a person's checkout that was killed half-way: recognised by its lock, and taken back file by file.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Call, LONG_MS, mustRun, run } from "./run.ts";
import type { CommitId, Repository } from "./schema.ts";
import { look } from "./seal.ts";
import { isStale } from "./stale-locks.ts";

/** A checkout and the move of it that may have been cut short. */
export type Move = { repo: Repository; gitDir: string; path: string; from: CommitId; to: CommitId };

/**
 * Takes a half-made fast-forward back: git's lock is left, the index is still at `from`, and every file that differs is
 * as `to` has it or was being written. Anything else is a person's work: then nothing is touched, the lock included.
 */
export async function takeBack(move: Move): Promise<void> {
  const lock = join(move.gitDir, "index.lock");
  if (!isStale(move.repo, lock, [move.path]) || !(await indexHolds(move, move.from))) return;
  const changed = new Set(await changedPaths(move));
  const added = (await changedPaths(move, "--diff-filter=A")).filter((path) => look(join(move.path, path)));
  const differing = await differingFrom(move);
  const unlikeTo = new Set(await differingFrom(move, "to"));
  for (const path of [...differing, ...added]) {
    if (unlikeTo.has(path) && !(changed.has(path) && (await isUnfinished(move, path)))) return;
  }
  const paths = differing.map((path) => `${path}\0`).join("");
  await mustRun({ ...inside(move), args: ["checkout-index", "-f", "-q", "-z", "--stdin"], stdin: paths });
  for (const path of added) rmSync(join(move.path, path));
  rmSync(lock);
}

/** True when index and files are at `to` already, and only the branch was not moved any more. */
export async function hasArrived(move: Move): Promise<boolean> {
  return (await indexHolds(move, move.to)) && (await differingFrom(move)).length === 0;
}

async function indexHolds(move: Move, commit: CommitId): Promise<boolean> {
  return (await run({ ...inside(move), args: ["diff-index", "--cached", "--quiet", "--ignore-submodules=all", commit] })).code === 0;
}

function changedPaths(move: Move, ...filter: string[]): Promise<string[]> {
  return pathsFrom({ ...inside(move), args: ["diff-tree", "-r", "-z", "--name-only", "--no-renames", ...filter, move.from, move.to] });
}

/** Tracked files that are not as the checkout's own index has them, or as one of `to` would have them. */
async function differingFrom(move: Move, index: "own" | "to" = "own"): Promise<string[]> {
  const args = ["diff-files", "-z", "--name-only", "--no-renames", "--ignore-submodules=all"];
  if (index === "own") return pathsFrom({ ...inside(move), args });
  const folder = mkdtempSync(join(tmpdir(), "ccm-index-"));
  const env = { GIT_INDEX_FILE: join(folder, "index") };
  try {
    await mustRun({ ...inside(move), env, args: ["read-tree", move.to] });
    await run({ ...inside(move), env, args: ["update-index", "-q", "--refresh"] }); // It exits with 1 when something differs.
    return await pathsFrom({ ...inside(move), env, args });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** git removes a file, makes it anew and fills it: it may be gone, or end early. */
async function isUnfinished(move: Move, path: string): Promise<boolean> {
  const found = look(join(move.path, path));
  if (!found) return true;
  if (!found.isFile()) return false;
  const whole = await run({ ...inside(move), args: ["cat-file", "--filters", `${move.to}:${path}`] });
  return whole.code === 0 && whole.stdout.subarray(0, found.size).equals(readFileSync(join(move.path, path)));
}

/** With the person's configuration, whose filters and line ends decide what a file should look like. */
function inside(move: Move): Pick<Call, "gitDir" | "workTree" | "trust" | "timeoutMs"> {
  return { gitDir: move.gitDir, workTree: move.path, trust: "person", timeoutMs: LONG_MS };
}

async function pathsFrom(call: Call): Promise<string[]> {
  const answer = await mustRun(call);
  return answer.stdout
    .toString()
    .split("\0")
    .filter((path) => path !== "");
}
