// A task's tree from its making to its import: what the agent sees, what is committed, what the person sees.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bench, commitAll, complaints, git, TEXT, write } from "../git/repositories.ts";

test("an agent's commits become a branch of the person's repository", async () => {
  const { path, trees, order, tree, base } = await bench();
  expect(await trees.create(order)).toEqual({ copied: [], skipped: [] });
  expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1");
  write(tree, { "a.txt": "two\n", "new/file.txt": "new\n" });
  const tip = commitAll(tree, "work");

  const imported = await trees.importBranch(order, base, TEXT);

  expect(imported).toEqual({ tip, grafted: false });
  expect(git(path, "log", "--format=%s", "ccm/task-1")).toBe("work\nfirst");
  expect(git(path, "status", "--porcelain")).toBe("");
  expect(complaints(path)).toBe("");
});

test("what an agent left uncommitted is committed, deletions and all", async () => {
  const { trees, order, tree, base } = await bench();
  await trees.create(order);
  write(tree, { "b.txt": "b\n", "deep/er/c.txt": "c\n" });
  rmSync(join(tree, "a.txt"));

  const settled = await trees.settle(order, "Save what the run left\n");

  expect(settled).toMatchObject({ committedFiles: 3, left: [], found: [] });
  expect(git(tree, "log", "--format=%s|%an", "-1")).toBe("Save what the run left|Pat");
  expect(git(tree, "rev-parse", "HEAD^")).toBe(base);
  expect(git(tree, "status", "--porcelain")).toBe("");
  expect((await trees.settle(order, "again")).commit).toBe(settled.commit);
});

test("gates see a commit and nothing else; the branch comes back with everything the agent had", async () => {
  const { trees, order, tree, base } = await bench({ fileBytes: 100 });
  await trees.create(order);
  write(tree, { "b.txt": "b\n", "big.bin": "x".repeat(1_000) });
  const { commit, left } = await trees.settle(order, "work");
  expect(left).toEqual([{ path: "big.bin", why: "oversized" }]);

  await trees.show(order, base, "detached");
  expect([existsSync(join(tree, "b.txt")), existsSync(join(tree, "big.bin"))]).toEqual([false, false]);
  write(tree, { "gate-output.txt": "made by a gate\n" });

  await trees.show(order, commit, "branch");
  expect(readFileSync(join(tree, "big.bin"), "utf8").length).toBe(1_000);
  expect(existsSync(join(tree, "gate-output.txt"))).toBe(false);
  expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1\n?? big.bin");
});

test("a discarded tree leaves a commit, comes back as it was, and is made anew when its folder is gone", async () => {
  const { path, paths, trees, order, tree } = await bench();
  await trees.create(order);
  write(tree, { "b.txt": "b\n" });

  const { trashCommit } = await trees.discard(order, TEXT.at);
  expect(git(path, "show", "refs/ccm/trash/1:b.txt")).toBe("b");
  expect(existsSync(paths.task(1).root)).toBe(false);
  expect(await trees.discard(order, TEXT.at)).toEqual({ trashCommit, unkept: null });

  await trees.restore(order, trashCommit ?? "");
  expect(git(tree, "status", "--porcelain")).toBe("?? b.txt");

  await trees.discard(order, TEXT.at);
  await trees.purge(1);
  expect(existsSync(join(paths.trash, "1"))).toBe(false);
  await trees.restore(order, trashCommit ?? "");
  expect(readFileSync(join(tree, "b.txt"), "utf8")).toBe("b\n");
  expect(complaints(path)).toBe("");
});
