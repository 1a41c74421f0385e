// A home with a project on a small repository, and what tests ask about its tasks and its refusals.
import { expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterThisTest } from "./clean-up.ts";
import { type Ended, type HomeUnderTest, openHome } from "./home-under-test.ts";
import { waitFor } from "./wait.ts";

/** Starting a daemon and running one short task, on a loaded machine. */
export const SLOW_MS = 60_000;

/** A home without a database; removed, with all its processes, after the test. */
export function emptyHome(): HomeUnderTest {
  const home = openHome("e2e");
  afterThisTest(() => home.remove());
  return home;
}

/** A home with a project `repo` on a repository of one commit, whose demo agent needs no approval. */
export async function newHome(): Promise<HomeUnderTest & { repo: string }> {
  const home = emptyHome();
  return Object.assign(home, { repo: await furnish(home) });
}

export async function furnish(home: HomeUnderTest): Promise<string> {
  const repo = join(home.root, "repo");
  makeRepository(home, repo);
  await home.json("init", "--yes");
  await home.json("register-project", "--path", repo, "--agent", "demo", "--approval", "auto");
  return repo;
}

export function makeRepository(home: HomeUnderTest, path: string): void {
  mkdirSync(path);
  writeFileSync(join(path, "README.md"), "# Sample\n");
  git(home, path, "init", "-q", "-b", "main");
  git(home, path, "add", ".");
  git(home, path, "commit", "-q", "-m", "First");
}

export function git(home: HomeUnderTest, path: string, ...words: string[]): string {
  const run = Bun.spawnSync(["git", ...words], { cwd: path, env: home.env });
  if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")}: ${run.stderr}`);
  return run.stdout.toString().trimEnd();
}

/** Refused as a person sees it: a sentence that begins with `ccm:`, a hint below it, nothing on standard output. */
export function expectFault(ended: Ended, code: number, sentence: RegExp, hint: RegExp): void {
  const [first = "", ...rest] = ended.stderr.trimEnd().split("\n");
  expect(ended.stderr).not.toContain("This is a bug");
  expect({ code: ended.code, stdout: ended.stdout, begins: first.slice(0, 5) }).toEqual({ code, stdout: "", begins: "ccm: " });
  expect(first).toMatch(sentence);
  expect(rest.join(" ")).toMatch(hint);
}

export type Task = {
  id: number;
  state: string;
  result: string | null;
  error: { message: string; hint: string } | null;
  waiting: { text: string } | null;
};

export const addTask = (home: HomeUnderTest, name: string) =>
  home.json<Task>("create-task", "--title", name, "--prompt", `demo: write ${name}.txt done`);
export const statusOf = (home: HomeUnderTest, task: Task) => home.json<Task>("task-status", String(task.id));

export async function waitForState(home: HomeUnderTest, task: Task, state: string): Promise<Task> {
  return await waitFor(
    `task ${task.id} to be ${state}`,
    async () => {
      const now = await statusOf(home, task);
      return now.state === state ? now : null;
    },
    SLOW_MS,
  );
}

/** The home is still whole: the database answers, and every room agrees with what is there. */
export async function expectWhole(home: HomeUnderTest, tasks: number): Promise<void> {
  expect(await home.json<Task[]>("list-tasks")).toHaveLength(tasks);
  expect(await home.json<unknown[]>("fsck")).toEqual([]);
}
