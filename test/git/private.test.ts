// Making a private git directory: every kind of repository, every kind of path, and what is refused.
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folders.ts";
import { bench, commitAll, faultOf, git, gitCode, makeRepository, write } from "./repositories.ts";

test("branches and tags can be read inside; writes stay inside", async () => {
  const path = makeRepository();
  git(path, "tag", "-a", "-m", "tag", "v1");
  git(path, "branch", "side branch".replace(" ", "-"));
  const { trees, order, tree } = await bench({ path });
  await trees.create(order);
  expect(git(tree, "log", "--format=%s", "main", "v1")).toBe("first");
  expect(git(tree, "describe")).toBe("v1");
  write(tree, { "b.txt": "b" });
  commitAll(tree);
  git(tree, "branch", "-q", "-f", "main", "HEAD");
  expect(git(path, "log", "--format=%s", "main")).toBe("first");
  expect(git(tree, "fsck")).toBe("");
});

test("the base stays when the person rewrites their branch and collects everything else", async () => {
  const { path, trees, order, tree } = await bench();
  await trees.create(order);
  git(path, "commit", "-q", "--amend", "-m", "rewritten");
  git(path, "reflog", "expire", "--expire=now", "--all");
  git(path, "gc", "-q", "--prune=now");
  expect(git(tree, "log", "--format=%s")).toBe("first");
});

test("a path with a newline, quotes and a colon", async () => {
  const folder = join(temporaryFolder(), 'new\nline "q" a:b \\ #x');
  mkdirSync(folder);
  const made = makeRepository();
  renameSync(made, join(folder, "repo"));
  const { trees, order, tree, base } = await bench({ path: join(folder, "repo") });
  await trees.create(order);
  write(tree, { "b.txt": "b" });
  const tip = commitAll(tree);
  expect((await trees.importBranch(order, base, { message: "m", author: { name: "a", email: "b" }, at: 0 })).tip).toBe(tip);
});

test("a branch name that is taken is a conflict; a half-made tree is made anew", async () => {
  const { path, trees, order, task, tree, paths } = await bench();
  git(path, "branch", "ccm/task-1");
  expect(await faultOf(trees.create(order))).toMatchObject({ code: "conflict" });
  expect(gitCode(path, "rev-parse", "-q", "--verify", "refs/ccm/base/1")).toBe(1);
  git(path, "branch", "-D", "ccm/task-1");
  await trees.create(order);
  renameSync(join(paths.task(1).root, "task.json"), join(paths.home, "mark"));
  write(task.gitPath, { HEAD: "half\n" });
  expect(trees.exists(1)).toBe(false);
  await trees.create(order);
  expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1");
});

test("a branch named `ccm` leaves no room for task branches", async () => {
  const { path, trees, order } = await bench();
  git(path, "branch", "ccm");
  expect(await faultOf(trees.create(order))).toMatchObject({ code: "conflict", message: expect.stringContaining('"ccm"') });
});

test("submodules are left out and named; a partial clone is refused with what to do", async () => {
  const inner = makeRepository();
  const path = makeRepository();
  git(path, "submodule", "add", "-q", inner, "lib/inner");
  commitAll(path);
  const { trees, order, tree, git: outside } = await bench({ path });
  expect((await trees.create(order)).skipped).toEqual([{ path: "lib/inner", why: "a submodule: trees are made without them" }]);
  write(tree, { "b.txt": "b" });
  const { commit } = await trees.settle(order, "work");
  expect(git(tree, "ls-tree", commit, "lib/")).toContain("160000 commit");
  expect((await outside.inspect(path)).hasSubmodules).toBe(true);

  git(inner, "config", "uploadpack.allowFilter", "true");
  const partial = join(inner, "..", "partial");
  git(inner, "clone", "-q", "--filter=blob:none", `file://${inner}`, partial);
  const other = await bench({ path: partial });
  expect(await faultOf(other.trees.create(other.order))).toMatchObject({ code: "invalid" });
});

test("nothing of the person's checkout or configuration is changed", async () => {
  const { path, trees, order, tree } = await bench();
  const before = readFileSync(join(path, ".git/config"), "utf8");
  await trees.create(order);
  await trees.settle(order, "nothing");
  expect(readFileSync(join(path, ".git/config"), "utf8")).toBe(before);
  expect(git(path, "status", "--porcelain")).toBe("");
  expect(existsSync(join(path, ".git/worktrees"))).toBe(false);
  expect(git(tree, "config", "user.name")).toBe("Pat");
});
