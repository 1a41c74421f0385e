// The same life of a tree with git in the real sandbox, at each level that this machine gives.
import { expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../src/kernel/context.ts";
import { realOutside } from "../../src/outside.ts";
import { probeSandbox } from "../../src/sandbox/probe.ts";
import { bench, commitAll, complaints, git, TEXT, write } from "../git/repositories.ts";

/** Each git command starts the whole program first when ccm runs from source: 0.1 s, with all cores free. */
const TIMEOUT_MS = 60_000;

const levels = (await probeSandbox()).filter((probe) => probe.works).map((probe) => probe.level);

test.each(levels)(
  "made, settled, imported, shown, discarded and restored at level %s",
  async (level) => {
    const { path, paths, order: plain, tree, base } = await bench();
    const config = { sandbox: { hide: [], show: [] }, agents: {}, windows: { tmux: "off" } } as unknown as Config;
    const { trees } = realOutside(paths, config, { level: () => level, ownUser: () => false });
    const order = { ...plain, level };
    await trees.create(order);
    write(tree, { "b.txt": "b", "closed/c.txt": "c", "unreadable.txt": "u" });
    chmodSync(join(tree, "unreadable.txt"), 0);
    chmodSync(join(tree, "closed"), 0);
    const { commit, committedFiles, found } = await trees.settle(order, "work");
    expect([committedFiles, found]).toEqual([3, []]);
    expect(await trees.importBranch(order, base, TEXT)).toEqual({ tip: commit, grafted: false });
    await trees.show(order, base, "detached");
    await trees.show(order, commit, "branch");
    expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1");
    write(tree, { "late.txt": "late" });
    await trees.show(order, commit, "as left");
    expect(git(tree, "status", "--porcelain")).toBe("?? late.txt");
    const { trashCommit } = await trees.discard(order, TEXT.at);
    expect(git(path, "show", `${trashCommit}:late.txt`)).toBe("late");
    await trees.restore(order, trashCommit ?? "");
    commitAll(tree);
    expect(complaints(path)).toBe("");
  },
  TIMEOUT_MS,
);
