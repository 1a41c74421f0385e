// Locks in a repository whose git was killed: everything that needs them would wait for ever, so they are removed, if nobody can hold them.
import { rmSync } from "node:fs";
import { uptime } from "node:os";
import { allProcesses, commandOf, type Process, placesOf } from "../kernel/process.ts";
import type { Repository } from "./schema.ts";
import { look } from "./seal.ts";

/** git's own words about a lock it could not take (lockfile.c), which runs of ours say in English. */
const REFUSED = /Unable to create '([^\n]+\.lock)': File exists/;

/** A program that uses git's files without being git (an editor's library) holds a lock for milliseconds. */
const STALE_MS = 5_000;
/** A process that started later than its lock did not make it; so far may the clocks of the two be apart. */
const CLOCKS_APART_MS = 2_000;
/** USER_HZ, the same on every architecture that ccm runs on: /proc counts start times in it. */
const TICKS_PER_SECOND = 100;

/** Removes the lock that git complains about, unless somebody may hold it; true when trying again is worth it. */
export function removeStaleLock(repo: Repository, complaint: string): boolean {
  const path = REFUSED.exec(complaint)?.[1];
  if (!path?.startsWith(`${repo.gitDir}/`) || !isStale(repo, path)) return false;
  rmSync(path, { force: true });
  return true;
}

/** True for a lock that is there, is older than 5 s, and no git at work in the repository could hold. */
export function isStale(repo: Repository, lock: string, folders: readonly string[] = []): boolean {
  const found = look(lock);
  if (!found?.isFile() || Date.now() - found.mtimeMs < STALE_MS) return false;
  const ours = [repo.path, repo.gitDir, ...folders];
  return !allProcesses().some((one) => isGit(one) && startedAt(one) < found.mtimeMs + CLOCKS_APART_MS && mayWorkIn(one, ours));
}

/** Epoch ms. */
function startedAt(one: Process): number {
  return Date.now() - uptime() * 1_000 + (one.startTicks / TICKS_PER_SECOND) * 1_000;
}

/** The daemon that watches files for git writes nothing of the repository's. */
function isGit(one: Process): boolean {
  return one.name.startsWith("git") && one.state !== "Z" && !commandOf(one.pid).includes("fsmonitor--daemon");
}

/** Another user's process does not show where it works, and so may work anywhere. */
function mayWorkIn(one: Process, folders: readonly string[]): boolean {
  const places = placesOf(one.pid);
  const words = commandOf(one.pid);
  if (places.length === 0) return true;
  return folders.some((folder) => words.includes(folder) || places.some((place) => place === folder || place.startsWith(`${folder}/`)));
}
