// Real repositories for tests, made with the machine's own git, and a task's git in a home of its own.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createGit, createTaskGits, defaultGitOptions } from "../../src/git/outside.ts";
import type { Git, TaskGit } from "../../src/git/schema.ts";
import { type Paths, pathsAt } from "../../src/kernel/paths.ts";
import { createTrees, type Sandboxed } from "../../src/worktrees/outside.ts";
import type { TreeOrder, Trees } from "../../src/worktrees/schema.ts";
import { temporaryFolder } from "../support/folders.ts";

/** Spaces, quotes and letters that are not ASCII in every path of every test. */
export const AWKWARD = `it's a "täst" dir`;

const ENV = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Pat",
  GIT_AUTHOR_EMAIL: "pat@example.org",
  GIT_COMMITTER_NAME: "Pat",
  GIT_COMMITTER_EMAIL: "pat@example.org",
  // The same commits have the same ids each time.
  GIT_AUTHOR_DATE: "1700000000 +0000",
  GIT_COMMITTER_DATE: "1700000000 +0000",
  LC_ALL: "C",
};

/** Runs git as a person or an agent would, in a folder; throws with git's words when it fails. */
export function git(cwd: string, ...args: string[]): string {
  const done = Bun.spawnSync(["git", "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", ...args], { cwd, env: ENV });
  if (done.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${done.stderr.toString()}`);
  return done.stdout.toString().trimEnd();
}

/** The exit code only, for git that is expected to fail. */
export function gitCode(cwd: string, ...args: string[]): number {
  return Bun.spawnSync(["git", ...args], { cwd, env: ENV, stderr: "ignore", stdout: "ignore" }).exitCode;
}

export function write(folder: string, files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

export function commitAll(folder: string, message = "change"): string {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

/** A repository with one commit on `main`; the person's name is in its configuration. */
export function makeRepository(files: Record<string, string> = { "a.txt": "one\n" }, ...init: string[]): string {
  const path = join(temporaryFolder("repository"), AWKWARD);
  mkdirSync(path);
  git(path, "init", "-q", ...init);
  git(path, "config", "user.name", "Pat");
  git(path, "config", "user.email", "pat@example.org");
  git(path, "config", "gc.auto", "0"); // No collection in the background while a test runs.
  write(path, files);
  commitAll(path, "first");
  return path;
}

/** The sandbox is tested in its own room; here a command runs as it is. */
export const passThrough: Sandboxed = async (command) => command;

export type Bench = { path: string; paths: Paths; git: Git; trees: Trees; order: TreeOrder; task: TaskGit; tree: string; base: string };

/** A repository and an order for task 1 on its `main`; nothing of the task is made yet. */
export async function bench(
  options: { path?: string; copies?: string[]; fileBytes?: number; importBytes?: number; sandboxed?: Sandboxed } = {},
): Promise<Bench> {
  const path = options.path ?? makeRepository();
  const paths = pathsAt(join(temporaryFolder("home"), AWKWARD));
  mkdirSync(paths.home);
  const gitOptions = { ...defaultGitOptions(), ...(options.importBytes === undefined ? {} : { importBytes: options.importBytes }) };
  const outside = createGit(gitOptions);
  const repo = await outside.inspect(path);
  const base = (await outside.tip(repo, "HEAD")) ?? "";
  const place = paths.task(1);
  const task: TaskGit = {
    repo: { path: repo.path, gitDir: repo.gitDir },
    taskId: 1,
    branch: "ccm/task-1",
    gitPath: place.git,
    treePath: place.tree,
    indexPath: place.index,
  };
  const order: TreeOrder = {
    git: task,
    base,
    copies: options.copies ?? [],
    level: "none",
    hide: [],
    limits: { treeBytes: 1e9, fileBytes: options.fileBytes ?? 1_000_000 },
  };
  const trees = createTrees({ paths, git: outside, taskGits: createTaskGits(gitOptions), sandboxed: options.sandboxed ?? passThrough });
  return { path, paths, git: outside, trees, order, task, tree: place.tree, base };
}

export const TEXT = { message: "Do the task\n", author: { name: "Pat", email: "pat@example.org" }, at: 1_700_000_000_000 };

/** What `fsck` complains about in a repository; empty when it is sound. */
export function complaints(path: string): string {
  const done = Bun.spawnSync(["git", "fsck", "--full", "--strict", "--no-dangling"], { cwd: path, env: ENV });
  return done.exitCode === 0 ? "" : done.stderr.toString() + done.stdout.toString();
}

/** The code of the Fault that a promise ends with. */
export async function faultOf(work: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> {
  try {
    await work;
  } catch (thrown) {
    const fault = thrown as { code: string; message: string; hint: string };
    return { code: fault.code, message: fault.message, hint: fault.hint };
  }
  throw new Error("It did not fail.");
}
