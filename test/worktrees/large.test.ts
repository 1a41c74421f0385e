// A repository of 20,000 files goes through every step. Prints the times; CCM_SLOW=1 takes four rounds, for times worth reading.
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { bench, git, makeRepository, TEXT, write } from "../git/repositories.ts";

const ROUNDS = process.env.CCM_SLOW ? 4 : 1;

test("each step on 20,000 files, beside `git worktree add`", async () => {
  const path = makeRepository(manyFiles());
  git(path, "gc", "-q");
  const { trees, order, tree, base } = await bench({ path });
  const times: Record<string, number[]> = {};
  const timed = async (name: string, work: () => unknown) => {
    const start = performance.now();
    await work();
    times[name] = [...(times[name] ?? []), Math.round(performance.now() - start)];
  };
  for (let round = 0; round < ROUNDS; round++) {
    const linked = join(path, "..", `linked-${round}`);
    await timed("git worktree add", () => git(path, "worktree", "add", "-q", "--detach", linked));
    await timed("git worktree remove", () => git(path, "worktree", "remove", "--force", linked));
    await timed("create", () => trees.create(order));
    write(tree, { "new.txt": "new\n", "folder-1/file-1.txt": "changed\n" });
    await timed("settle", () => trees.settle(order, "work"));
    await timed("settle again", () => trees.settle(order, "work"));
    await timed("agent's git status", () => git(tree, "status", "--porcelain"));
    await timed("import", () => trees.importBranch(order, base, TEXT));
    await timed("show base", () => trees.show(order, base, "detached"));
    await timed("measure", () => trees.measure(1));
    await timed("discard", () => trees.discard(order, TEXT.at));
    await timed("purge", () => trees.purge(1));
    for (const ref of ["refs/ccm/base/1", "refs/heads/ccm/task-1", "refs/ccm/trash/1"]) git(path, "update-ref", "-d", ref);
  }
  const best = (name: string) => Math.min(...(times[name] ?? []));
  console.log(times, `create / git worktree add: ${(best("create") / best("git worktree add")).toFixed(2)}`);
  expect(git(path, "status", "--porcelain")).toBe("");
  rmSync(path, { recursive: true }); // Here, because hooks have less time than this test.
}, 300_000);

function manyFiles(): Record<string, string> {
  const names = Array.from({ length: 20_000 }, (_, at) => `folder-${at % 200}/file-${Math.floor(at / 200)}.txt`);
  return Object.fromEntries(names.map((name) => [name, `${name}\n`.repeat(60)]));
}
