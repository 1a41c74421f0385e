// Puts back what must be ccm's own in a private git directory, before any git reads it, and says what was changed.
import {
  chmodSync,
  type Dirent,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { openUp } from "../kernel/open-folders.ts";
import { placesOf, readHead, readPlainFile } from "./places.ts";
import type { TaskGit } from "./schema.ts";

/** The daemon's copies are small; an agent's version that is larger than this is not the same. */
const SEALED_BYTES = 1_000_000;

/** What sealing restores: the path in the private directory and the name of the daemon's copy. */
const SEALED = [
  { path: "config", copy: "config" },
  { path: "info/exclude", copy: "exclude" },
  { path: "objects/info/alternates", copy: "alternates" },
];

/** Real folders, outermost first: a link here would lead git's reads and writes elsewhere. */
const FOLDERS = ["objects", "objects/info", "objects/pack", "refs", "refs/heads", "info", "hooks"];
/** Each would make git take its configuration or objects from a place the agent chose. */
const NEVER = ["commondir", "config.worktree", "gitdir", "objects/info/http-alternates"];
/** Left by a git that was killed. Nothing of the run is alive when a tree is settled. */
const LOCKS = ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock"];
/** What a merge, rebase or bisect that was not finished leaves. */
const UNFINISHED = [
  "MERGE_HEAD",
  "MERGE_MSG",
  "MERGE_MODE",
  "MERGE_RR",
  "AUTO_MERGE",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "REBASE_HEAD",
  "rebase-merge",
  "rebase-apply",
  "sequencer",
];

/** Keeps the daemon's copies of what the private directory starts with; `shallow` is null for a complete clone. */
export function keepSealed(task: TaskGit, texts: { config: string; exclude: string; alternates: string; shallow: string | null }): void {
  const { sealed } = placesOf(task);
  mkdirSync(sealed, { recursive: true, mode: 0o700 });
  for (const [name, content] of Object.entries(texts)) if (content !== null) writeFileSync(join(sealed, name), content);
}

/**
 * Restores the private directory's own files and the tree's `.git` file; what was in their place is moved to the task's
 * `aside` folder or, when it is only text, replaced. Returns a sentence for each change that was found.
 * Faults: `failed` when the private directory or the tree is not a folder any more.
 */
export function seal(task: TaskGit): string[] {
  const found: string[] = [];
  for (const path of [task.gitPath, task.treePath]) {
    if (!look(path)?.isDirectory())
      throw new Fault(
        "failed",
        `"${path}" is not a folder any more.`,
        "`ccm retry-task` starts again from the last commit that was imported.",
      );
  }
  openFolders(task);
  for (const folder of [...FOLDERS, `refs/heads/${task.branch.split("/").slice(0, -1).join("/")}`]) requireFolder(task, folder, found);
  for (const { path, copy } of SEALED) restoreFile(task, join(task.gitPath, path), path, sealedText(task, copy), found);
  restoreFile(task, join(task.gitPath, "shallow"), "shallow", sealedText(task, "shallow"), found);
  for (const path of NEVER) restoreFile(task, join(task.gitPath, path), path, null, found);
  empty(task, "hooks", [], found);
  empty(task, "info", ["exclude", "refs"], found);
  empty(task, "objects/info", ["alternates", "packs", "commit-graph", "commit-graphs"], found);
  for (const path of ["HEAD", "index", "packed-refs"]) requireFile(task, path, found);
  requirePlainObjects(task, found);
  if (!readHead(task.gitPath)) {
    replaceFile(join(task.gitPath, "HEAD"), `ref: refs/heads/${task.branch}\n`); // Without one git sees no repository at all.
    found.push(`"HEAD" of the private git directory was not readable.`);
  }
  // Only hints for speed, but hints that could lie about parents.
  for (const path of ["objects/info/commit-graph", "objects/info/commit-graphs", "objects/pack/multi-pack-index"])
    remove(join(task.gitPath, path));
  for (const lock of [...LOCKS, `refs/heads/${task.branch}.lock`]) remove(join(task.gitPath, lock));
  remove(`${task.indexPath}.lock`);
  restoreDotGit(task, found);
  return found;
}

/** Forgets a merge, rebase or cherry-pick that was under way; the branch and the tree stay. */
export function forgetUnfinished(task: TaskGit): void {
  for (const path of UNFINISHED) remove(join(task.gitPath, path));
}

/** The word for what is under way in a git directory, or null. */
export function unfinishedIn(gitDir: string): "merge" | "rebase" | "cherry-pick" | "revert" | null {
  const there = (name: string) => look(join(gitDir, name)) !== null;
  if (there("rebase-merge") || there("rebase-apply")) return "rebase";
  if (there("MERGE_HEAD")) return "merge";
  if (there("CHERRY_PICK_HEAD")) return "cherry-pick";
  return there("REVERT_HEAD") ? "revert" : null;
}

/** The text of the tree's `.git` file. */
export const dotGitText = (task: TaskGit): string => `gitdir: ${task.gitPath}\n`;

/** Writes a file by rename, so that neither a link nor an open file of the same name is written through. */
export function replaceFile(path: string, content: string): void {
  const fresh = `${path}.ccm-${process.pid}`;
  remove(fresh);
  writeFileSync(fresh, content, { flag: "wx" });
  if (look(path)?.isDirectory()) remove(path);
  renameSync(fresh, path);
}

/** Moves something out of the way into the task's `aside` folder, under a name that is free. */
export function moveAside(task: TaskGit, path: string | Buffer): string {
  const { aside } = placesOf(task);
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const name = basename(path.toString()).replaceAll("\uFFFD", "_");
  let target = join(aside, name);
  for (let n = 2; look(target); n++) target = join(aside, `${name}-${n}`);
  renameSync(path, target);
  return target;
}

export function look(path: string | Buffer): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

/** An agent may have taken its own rights away; git in the sandbox has no capability that would help it. */
function openFolders(task: TaskGit): void {
  for (const path of [task.treePath, task.gitPath, join(task.gitPath, "objects")]) openFolder(path);
  if (look(join(task.gitPath, "objects"))?.isDirectory()) {
    for (const name of readdirSync(join(task.gitPath, "objects"))) openFolder(join(task.gitPath, "objects", name));
  }
  for (const name of ["refs", "logs", "info", "hooks"]) if (look(join(task.gitPath, name))?.isDirectory()) openUp(join(task.gitPath, name));
}

function openFolder(path: string): void {
  const found = look(path);
  if (found?.isDirectory() && (found.mode & 0o700) !== 0o700) chmodSync(path, (found.mode & 0o7777) | 0o700);
}

function restoreDotGit(task: TaskGit, found: string[]): void {
  const path = join(task.treePath, ".git");
  if (readPlainFile(path, SEALED_BYTES) === dotGitText(task)) return;
  const there = look(path);
  if (there) moveAside(task, path);
  replaceFile(path, dotGitText(task));
  found.push(
    there
      ? `The tree's ".git" file was replaced; what was there is kept in the task's "aside" folder.`
      : `The tree's ".git" file was deleted.`,
  );
}

function sealedText(task: TaskGit, name: string): string | null {
  const path = join(placesOf(task).sealed, name);
  return look(path) ? readFileSync(path, "utf8") : null;
}

/** `content` null means that the file must not be there. */
function restoreFile(task: TaskGit, path: string, name: string, content: string | null, found: string[]): void {
  const there = look(path);
  if (content === null ? !there : readPlainFile(path, SEALED_BYTES) === content) return;
  if (there) moveAside(task, path);
  if (content !== null) replaceFile(path, content);
  found.push(`"${name}" of the private git directory was ${there ? "changed" : "deleted"}.`);
}

function requireFolder(task: TaskGit, name: string, found: string[]): void {
  const path = join(task.gitPath, name);
  const there = look(path);
  if (there?.isDirectory()) return;
  if (there) {
    moveAside(task, path);
    found.push(`"${name}" of the private git directory was not a folder.`);
  }
  mkdirSync(path, { recursive: true });
}

function requireFile(task: TaskGit, name: string, found: string[]): void {
  const path = join(task.gitPath, name);
  const there = look(path);
  if (!there || there.isFile()) return;
  moveAside(task, path);
  found.push(`"${name}" of the private git directory was not a file.`);
}

/** A pipe among the objects would hold git up for ever, a link would let it read elsewhere. */
function requirePlainObjects(task: TaskGit, found: string[]): void {
  const objects = join(task.gitPath, "objects");
  const isPlain = (entry: Dirent) => entry.isFile() || entry.isDirectory();
  for (const folder of ["", ...readdirSync(objects)].map((name) => join(objects, name))) {
    if (!look(folder)?.isDirectory()) continue;
    for (const entry of readdirSync(folder, { withFileTypes: true }).filter((one) => !isPlain(one))) {
      moveAside(task, join(folder, entry.name));
      found.push(`"${entry.name}" among the objects of the private git directory was no file.`);
    }
  }
}

function empty(task: TaskGit, name: string, allowed: string[], found: string[]): void {
  for (const entry of readdirSync(join(task.gitPath, name))) {
    if (allowed.includes(entry)) continue;
    moveAside(task, join(task.gitPath, name, entry));
    found.push(`"${name}/${entry}" appeared in the private git directory.`);
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
