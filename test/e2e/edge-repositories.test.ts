// Repositories that are not the usual one: a task goes from its prompt to the base branch, or says why it cannot.
import { beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import {
  addTask,
  emptyHome,
  expectFault,
  git,
  makeRepository,
  SLOW_MS,
  statusOf,
  type Task,
  waitForState,
} from "../support/home-with-project.ts";
import { waitFor } from "../support/wait.ts";

let home: HomeUnderTest;
const at = (...parts: string[]) => join(home.root, ...parts);
const inRepo = (path: string, ...words: string[]) => git(home, path, "-c", "protocol.file.allow=always", ...words);

beforeAll(() => {
  binary();
}, 120_000);

/** A home whose daemon runs, without a project. */
async function open(): Promise<void> {
  home = emptyHome();
  await home.json("init", "--yes");
  await home.startDaemon();
}

const register = (path: string, ...words: string[]) =>
  home.json("register-project", "--path", path, "--agent", "demo", "--approval", "auto", "--gate", "full=test -s result.txt", ...words);

/** One task that adds result.txt, merged into `main` of the repository. */
async function expectMerge(path: string): Promise<Task> {
  const task = await waitForState(home, await addTask(home, "result"), "done");
  expect(task.result).toBe("merged");
  expect(inRepo(path, "show", "main:result.txt")).toBe("done");
  expect(inRepo(path, "fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
  return task;
}

/** The task's own branch goes with its tree, a moment after the merge. */
async function expectBranches(path: string, ...names: string[]): Promise<void> {
  const branches = () => inRepo(path, "for-each-ref", "--format=%(refname:short)", "refs/heads");
  await waitFor(`the branches ${names.join(", ")}`, () => branches() === names.join("\n"));
}

const isClean = (path: string) => expect(inRepo(path, "status", "--porcelain", "--branch")).toBe("## main");

describe("a task is merged", () => {
  test(
    "where the path has spaces, quotes and letters that are not ASCII",
    async () => {
      await open();
      const path = at(`it's a "täst" ✓ $HOME`);
      makeRepository(home, path);
      await register(path);
      await expectMerge(path);
      isClean(path);
      expect(readFileSync(join(path, "result.txt"), "utf8")).toBe("done\n");
    },
    SLOW_MS,
  );

  test(
    "into a bare repository",
    async () => {
      await open();
      makeRepository(home, at("origin"));
      inRepo(home.root, "clone", "-q", "--bare", "origin", "bare.git");
      await register(at("bare.git"));
      await expectMerge(at("bare.git"));
    },
    SLOW_MS,
  );

  test(
    "into a base that nobody has checked out",
    async () => {
      await open();
      makeRepository(home, at("repo"));
      inRepo(at("repo"), "checkout", "-q", "-b", "mine");
      await register(at("repo"), "--base", "main");
      await expectMerge(at("repo"));
      expect(inRepo(at("repo"), "status", "--porcelain", "--branch")).toBe("## mine");
      expect(existsSync(at("repo/result.txt"))).toBe(false);
    },
    SLOW_MS,
  );

  test(
    "into a base that is checked out in a linked worktree",
    async () => {
      await open();
      makeRepository(home, at("repo"));
      inRepo(at("repo"), "checkout", "-q", "-b", "mine");
      inRepo(at("repo"), "worktree", "add", "-q", "../linked", "main");
      await register(at("repo"), "--base", "main");
      await expectMerge(at("repo"));
      isClean(at("linked"));
      expect(existsSync(at("linked/result.txt"))).toBe(true);
    },
    SLOW_MS,
  );

  test(
    "into a shallow clone",
    async () => {
      await open();
      makeRepository(home, at("origin"));
      inRepo(at("origin"), "commit", "-q", "--allow-empty", "-m", "Second");
      inRepo(home.root, "clone", "-q", "--depth=1", `file://${at("origin")}`, "shallow");
      await register(at("shallow"));
      const before = inRepo(at("shallow"), "rev-list", "--count", "main");
      await expectMerge(at("shallow"));
      expect([before, inRepo(at("shallow"), "rev-list", "--count", "main")]).toEqual(["1", "2"]);
    },
    SLOW_MS,
  );

  test(
    "beside submodules, whose folders stay as they are",
    async () => {
      await open();
      makeRepository(home, at("library"));
      makeRepository(home, at("repo"));
      inRepo(at("repo"), "submodule", "--quiet", "add", at("library"), "library");
      inRepo(at("repo"), "commit", "-q", "-m", "Add the library");
      await register(at("repo"));
      await expectMerge(at("repo"));
      isClean(at("repo"));
      expect(existsSync(at("repo/library/README.md"))).toBe(true);
    },
    SLOW_MS,
  );

  test(
    "beside files that a filter keeps elsewhere: the person sees their content, the tree its pointer",
    async () => {
      await open();
      const filter = `\n[filter "elsewhere"]\n\tclean = sed s/content/pointer/\n\tsmudge = sed s/pointer/content/\n\trequired = true\n`;
      appendFileSync(at("person/.gitconfig"), filter);
      makeRepository(home, at("repo"));
      appendFileSync(at("repo/.gitattributes"), "*.bin filter=elsewhere -text\n");
      appendFileSync(at("repo/large.bin"), "content\n");
      inRepo(at("repo"), "add", ".");
      inRepo(at("repo"), "commit", "-q", "-m", "Keep large files elsewhere");
      await register(at("repo"), "--gate", "quick=true");
      await expectMerge(at("repo"));
      isClean(at("repo"));
      expect([inRepo(at("repo"), "show", "main:large.bin"), readFileSync(at("repo/large.bin"), "utf8")]).toEqual(["pointer", "content\n"]);
    },
    SLOW_MS,
  );

  test(
    "after the branches of an earlier life: numbers start above them",
    async () => {
      await open();
      makeRepository(home, at("repo"));
      inRepo(at("repo"), "branch", "ccm/task-41");
      await register(at("repo"));
      expect((await expectMerge(at("repo"))).id).toBe(42);
      await expectBranches(at("repo"), "ccm/task-41", "main");
    },
    SLOW_MS,
  );
});

describe("a task says why it waits, and goes on", () => {
  test(
    "when the checkout it merges into has changes",
    async () => {
      await open();
      makeRepository(home, at("repo"));
      await register(at("repo"));
      appendFileSync(at("repo/README.md"), "A person's own line.\n");
      const task = await addTask(home, "result");
      const waiting = await waitFor("the reason", async () => (await statusOf(home, task)).waiting, SLOW_MS);
      expect(waiting.text).toMatch(/"README\.md".*Commit or stash/s);
      expect(readFileSync(at("repo/README.md"), "utf8")).toEndWith("A person's own line.\n");
      inRepo(at("repo"), "stash", "-q");
      expect((await waitForState(home, task, "done")).result).toBe("merged");
      inRepo(at("repo"), "stash", "pop", "-q");
      expect(readFileSync(at("repo/README.md"), "utf8")).toEndWith("A person's own line.\n");
    },
    SLOW_MS,
  );

  test(
    "when a person has taken the name of its branch",
    async () => {
      await open();
      makeRepository(home, at("repo"));
      await register(at("repo"));
      await home.stopDaemon();
      const task = await addTask(home, "result");
      inRepo(at("repo"), "branch", `ccm/task-${task.id}`);
      await home.startDaemon();
      const held = await waitFor("the reason", async () => (await statusOf(home, task)).waiting?.text);
      expect(held).toMatch(/"ccm\/task-1" exists already.*git branch -m/s);
      inRepo(at("repo"), "branch", "-m", `ccm/task-${task.id}`, "mine");
      expect((await waitForState(home, task, "done")).result).toBe("merged");
      await expectBranches(at("repo"), "main", "mine");
    },
    SLOW_MS,
  );
});

test(
  "a partial clone is refused, with the commands that complete it",
  async () => {
    await open();
    makeRepository(home, at("origin"));
    inRepo(at("origin"), "config", "uploadpack.allowFilter", "true");
    inRepo(home.root, "clone", "-q", "--filter=blob:none", `file://${at("origin")}`, "partial");
    expectFault(await home.ccm("register-project", "--path", at("partial")), 2, /partial clone/, /git fetch --refetch/);
  },
  SLOW_MS,
);
