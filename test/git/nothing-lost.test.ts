// Nothing that an agent made and nobody has merged is without a ref, wherever it left it, once its tree is thrown away for good.
import { expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, commitAll, complaints, git, TEXT, write } from "./repositories.ts";

const USER = ["-c", "user.name=a", "-c", "user.email=a@b"];

/** Does something in the tree, and says which commits must be found again; `undefined` where there is no commit to name. */
type Deed = (tree: string) => string | undefined;

const DEEDS: Record<string, Deed> = {
  "commits on the branch": (tree) => {
    write(tree, { "branch.txt": "1\n" });
    return commitAll(tree);
  },
  "changes that are not committed": (tree) => void write(tree, { "loose.txt": "loose\n", "a.txt": "changed\n" }),
  "another branch": (tree) => {
    git(tree, ...USER, "switch", "-q", "-c", "idea");
    write(tree, { "idea.txt": "idea\n" });
    const commit = commitAll(tree);
    git(tree, "switch", "-q", "ccm/task-1");
    return commit;
  },
  "a branch whose history does not have the base": (tree) => {
    git(tree, "checkout", "-q", "--orphan", "fresh");
    write(tree, { "fresh.txt": "fresh\n" });
    const commit = commitAll(tree);
    git(tree, "checkout", "-q", "ccm/task-1");
    return commit;
  },
  "a detached HEAD": (tree) => {
    git(tree, "checkout", "-q", "--detach");
    write(tree, { "detached.txt": "d\n" });
    return commitAll(tree);
  },
  "two stashes": (tree) => {
    write(tree, { "a.txt": "stashed once\n" });
    git(tree, ...USER, "stash", "-q");
    const first = git(tree, "rev-parse", "stash@{0}");
    write(tree, { "a.txt": "stashed twice\n" });
    git(tree, ...USER, "stash", "-q");
    return first;
  },
  "an annotated tag beside any branch": (tree) => {
    git(tree, "checkout", "-q", "--detach");
    write(tree, { "tagged.txt": "t\n" });
    const commit = commitAll(tree);
    git(tree, ...USER, "tag", "-a", "-m", "tag", "v9");
    git(tree, "checkout", "-q", "ccm/task-1");
    return commit;
  },
};

const names = Object.keys(DEEDS);

async function thrownAway(deeds: readonly string[], rounds = 1) {
  const all = await bench();
  const made: string[] = [];
  await all.trees.create(all.order);
  for (let round = 1; round <= rounds; round++) {
    for (const name of deeds) {
      const commit = DEEDS[name]?.(all.tree);
      if (commit) made.push(commit);
      // A commit that an agent leaves for another branch without a name of its own is its to forget, as it is in git.
      if (name !== "a detached HEAD" && (round < rounds || name !== deeds.at(-1))) git(all.tree, "checkout", "-q", "-f", "ccm/task-1");
    }
    const { trashCommit, unkept } = await all.trees.discard(all.order, TEXT.at + round);
    expect(unkept).toBeNull();
    if (round === rounds) await all.trees.purge(1);
    else await all.trees.restore(all.order, trashCommit ?? "");
  }
  expect(existsSync(all.paths.task(1).root)).toBe(false);
  git(all.path, "reflog", "expire", "--expire=now", "--all");
  git(all.path, "gc", "-q", "--prune=now");
  const reachable = new Set(git(all.path, "rev-list", "--all").split("\n"));
  expect(made.filter((commit) => !reachable.has(commit))).toEqual([]);
  expect(complaints(all.path)).toBe("");
  return all;
}

test.each(names)("%s", async (name) => {
  await thrownAway([name]);
});

test("all of it at once, with HEAD elsewhere and changes that are not committed", async () => {
  const last = ["a detached HEAD", "changes that are not committed"];
  const { path } = await thrownAway([...names.filter((name) => !last.includes(name)), ...last]);
  expect(git(path, "show", "refs/ccm/trash/1:loose.txt")).toBe("loose");
});

test("thrown away, brought back and thrown away again, three times over", async () => {
  await thrownAway(["two stashes", "commits on the branch"], 3);
});

test("a tree that is made anew after the first was deleted does not take the place of what was kept of that", async () => {
  const all = await bench();
  await all.trees.create(all.order);
  write(all.tree, { "loose.txt": "loose\n" });
  const { trashCommit: first } = await all.trees.discard(all.order, TEXT.at);
  await all.trees.purge(1);
  await all.trees.create(all.order);
  write(all.tree, { "second.txt": "second\n" });
  const { trashCommit: second, unkept } = await all.trees.discard(all.order, TEXT.at + 1);
  expect(unkept).toBeNull();
  expect(git(all.path, "ls-tree", "--name-only", second ?? "")).toBe("a.txt\nsecond.txt");
  expect(git(all.path, "merge-base", "--is-ancestor", first ?? "", "refs/ccm/trash/1")).toBe("");
  expect(complaints(all.path)).toBe("");
});

test("the person's own branches are not taken for the agent's", async () => {
  const { path, trees, order, tree } = await bench();
  git(path, "branch", "-q", "theirs");
  git(path, "switch", "-q", "theirs");
  write(path, { "theirs.txt": "t\n" });
  commitAll(path);
  git(path, "switch", "-q", "main");
  await trees.create(order);
  git(path, "switch", "-q", "theirs");
  commitAll(path, "theirs goes on");
  git(path, "switch", "-q", "main");
  write(tree, { "b.txt": "b\n" });
  const tip = commitAll(tree);
  expect(await trees.discard(order, TEXT.at)).toEqual({ trashCommit: tip, unkept: null });
});

test("what cannot be kept is said, and the rest is kept all the same", async () => {
  const { path, trees, order, task, tree } = await bench();
  await trees.create(order);
  write(tree, { "good.txt": "good\n" });
  const tip = commitAll(tree);
  git(tree, "switch", "-q", "-c", "broken");
  write(tree, { "bad.txt": "bad\n" });
  commitAll(tree);
  const id = git(tree, "rev-parse", "HEAD:bad.txt");
  git(tree, "switch", "-q", "ccm/task-1");
  const object = join(task.gitPath, "objects", id.slice(0, 2), id.slice(2));
  rmSync(object);
  writeFileSync(object, "this is no zlib stream");
  const { trashCommit, unkept } = await trees.discard(order, TEXT.at);
  expect(trashCommit).toBe(tip);
  expect(unkept).toContain("could not be imported");
  expect(complaints(path)).toBe("");
});
