// Task folders: what is listed and measured, and that nothing but a task's own folder in the trash is ever deleted.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, faultOf, git, write } from "../git/repositories.ts";
import { deepFolders, temporaryFolder } from "../support/folders.ts";

test("purging deletes a discarded folder, also one with closed folders, and again it is no error", async () => {
  const { trees, order, tree, paths } = await bench();
  await trees.create(order);
  write(tree, { "closed/deep/file": "x" });
  chmodSync(join(tree, "closed/deep"), 0);
  await trees.discard(order, 0);
  await trees.purge(1);
  await trees.purge(1);
  expect(existsSync(join(paths.trash, "1"))).toBe(false);
});

test("folders so deep that no path names them keep no tree from being settled, discarded and purged", async () => {
  const { trees, order, tree, task, paths, path } = await bench();
  await trees.create(order);
  write(tree, { "work.txt": "w" });
  deepFolders(tree, 60);
  deepFolders(join(task.gitPath, "refs"), 60);
  chmodSync(join(tree, `${"0".repeat(199)}1`), 0o500);
  await trees.settle(order, "work");
  const { trashCommit, unkept } = await trees.discard(order, 0);
  expect(unkept).toBeNull();
  expect(git(path, "show", `${trashCommit}:work.txt`)).toBe("w");
  await trees.purge(1);
  expect(readdirSync(paths.trash)).toEqual([]);
});

test("a tree that is not in the trash is not purged", async () => {
  const { trees, order, tree } = await bench();
  await trees.create(order);
  await trees.purge(1);
  expect(existsSync(join(tree, "a.txt"))).toBe(true);
});

test("neither a folder that ccm did not make nor a link is deleted, nor what links in a tree lead to", async () => {
  const { trees, order, tree, paths } = await bench();
  const precious = temporaryFolder();
  write(precious, { "precious.txt": "keep", "task.json": '{"taskId":3}' });
  write(paths.trash, { "2/by-a-person.txt": "x" });
  symlinkSync(precious, join(paths.trash, "3"));
  expect(await faultOf(trees.purge(2))).toMatchObject({ code: "denied" });
  expect(await faultOf(trees.purge(3))).toMatchObject({ code: "denied" });
  await expect(trees.purge(Number.NaN)).rejects.toThrow();
  await trees.create(order);
  symlinkSync(precious, join(tree, "link"));
  await trees.discard(order, 0);
  await trees.purge(1);
  expect([existsSync(join(precious, "precious.txt")), existsSync(join(paths.trash, "2/by-a-person.txt"))]).toEqual([true, true]);
});

test("a purge that was cut short goes on", async () => {
  const { trees, order, paths } = await bench();
  await trees.create(order);
  await trees.discard(order, 0);
  renameSync(join(paths.trash, "1"), join(paths.trash, "1.gone"));
  rmSync(join(paths.trash, "1.gone/task.json"));
  await trees.purge(1);
  expect(existsSync(join(paths.trash, "1.gone"))).toBe(false);
});

test("a discarded folder whose objects are destroyed still goes to the trash, without a commit", async () => {
  const { trees, order, task, paths } = await bench();
  await trees.create(order);
  writeFileSync(join(task.gitPath, "refs/heads/ccm/task-1"), "f".repeat(40));
  expect(await trees.discard(order, 0)).toMatchObject({ trashCommit: null, unkept: expect.stringContaining("which is not there") });
  expect(existsSync(join(paths.trash, "1/tree/a.txt"))).toBe(true);
});

test("copied, oversized and ignored files stay in the trash folder only", async () => {
  const all = await bench({ copies: [".env"], fileBytes: 100 });
  write(all.path, { ".env": "KEY=1" });
  const { trees, order, tree, path, paths } = all;
  await trees.create(order);
  write(tree, { "big.bin": "x".repeat(200), ".gitignore": "*.log\n", "run.log": "log", "work.txt": "w" });
  const { trashCommit } = await trees.discard(order, 0);
  expect(git(path, "ls-tree", "--name-only", trashCommit ?? "").split("\n")).toEqual([".gitignore", "a.txt", "work.txt"]);
  for (const name of [".env", "big.bin", "run.log"]) expect(existsSync(join(paths.trash, "1/tree", name))).toBe(true);
});

test("folders are listed where they are; bytes are counted as on disk and links are not followed", async () => {
  const { trees, order, tree, paths } = await bench();
  await trees.create(order);
  const before = await trees.measure(1);
  symlinkSync("/usr", join(tree, "link"));
  writeFileSync(join(tree, "sparse"), "");
  truncateSync(join(tree, "sparse"), 1_000_000_000);
  writeFileSync(join(tree, "large"), Buffer.alloc(1_000_000, 1));
  const grown = (await trees.measure(1)) - before;
  expect(grown).toBeGreaterThanOrEqual(1_000_000);
  expect(grown).toBeLessThan(1_100_000);
  mkdirSync(join(paths.tasks, "not-a-task"));
  expect((await trees.list()).map(({ taskId, where }) => `${where}/${taskId}`)).toEqual(["tasks/1"]);
  await trees.discard(order, 0);
  expect((await trees.list()).map(({ taskId, where }) => `${where}/${taskId}`)).toEqual(["trash/1"]);
  expect(await trees.measure(2)).toBe(0);
});
