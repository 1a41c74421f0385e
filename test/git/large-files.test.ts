// Git LFS with the real program: content in trees, new content in the person's store, and what an agent could plant there.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../../src/kernel/context.ts";
import { realOutside } from "../../src/outside.ts";
import { probeSandbox } from "../../src/sandbox/probe.ts";
import { temporaryFolder } from "../support/folders.ts";
import { bench, commitAll, complaints, faultOf, git, makeRepository, TEXT, write } from "./repositories.ts";

/** Each git command starts the whole program first when ccm runs from source. */
setDefaultTimeout(60_000);
const levels = (await probeSandbox()).filter((probe) => probe.works).map((probe) => probe.level);
const REFUSED = "refs/ccm/refused/1";

/** A repository in which `*.bin` is kept by Git LFS, set up as a person would. */
function repositoryWithLargeFiles(): string {
  const path = makeRepository();
  git(path, "lfs", "install", "--local", "--skip-repo");
  write(path, { ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "first.bin": "first content\n" });
  commitAll(path, "large files");
  return path;
}

async function working() {
  const all = await bench({ path: repositoryWithLargeFiles() });
  await all.trees.create(all.order);
  const importNow = (old = all.base) => all.trees.importBranch(all.order, old, TEXT);
  return { ...all, importNow };
}

const contentPath = (gitDir: string, text: string) => {
  const oid = new Bun.CryptoHasher("sha256").update(text).digest("hex");
  return join(gitDir, "lfs/objects", oid.slice(0, 2), oid.slice(2, 4), oid);
};
const stored = (gitDir: string) =>
  readdirSync(join(gitDir, "lfs"), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => one.name)
    .sort();

function otherContent(file: string): void {
  chmodSync(file, 0o600);
  writeFileSync(file, "small old one\n"); // As long as what it stands for.
}
function linked(file: string): void {
  renameSync(file, `${file}.moved`);
  symlinkSync(`${file}.moved`, file);
}
const linkedFolder = (file: string) => linked(dirname(file));
function pipe(file: string): void {
  unlinkSync(file);
  Bun.spawnSync(["mkfifo", file]);
}

describe.if(Bun.which("git-lfs") !== null)("with git-lfs", () => {
  test.each(levels)("content is in the tree, and new content where the person's git finds it, at level %s", async (level) => {
    const { path, paths, order: plain, tree, base, git: outside, task } = await bench({ path: repositoryWithLargeFiles() });
    const config = { sandbox: { hide: [], show: [] }, agents: {}, windows: { tmux: "off" } } as unknown as Config;
    const { trees } = realOutside(paths, config, { level: () => level, ownUser: () => false });
    const order = { ...plain, level };
    expect((await trees.create(order)).skipped).toEqual([]);
    expect(readFileSync(join(tree, "first.bin"), "utf8")).toBe("first content\n");
    const theirs = contentPath(join(path, ".git"), "first content\n");
    const own = contentPath(task.gitPath, "first content\n");
    // Without a sandbox git-lfs makes a hard link of it, through which an agent could write.
    if (level !== "none" && existsSync(own)) expect(lstatSync(own).ino).not.toBe(lstatSync(theirs).ino);

    write(tree, { "committed.bin": "by the agent\n" });
    git(tree, "add", "-A");
    git(tree, "commit", "-q", "-m", "agent");
    write(tree, { "left.bin": "left behind\n", "first.bin": "changed\n" });
    await trees.settle(order, "rest");
    const { tip } = await trees.importBranch(order, base, TEXT);
    expect(git(path, "show", `${tip}:left.bin`)).toStartWith("version https://git-lfs.github.com/spec/v1");
    await trees.show(order, base, "detached");
    expect(readFileSync(join(tree, "first.bin"), "utf8")).toBe("first content\n");
    await trees.show(order, tip, "branch");
    expect(readFileSync(join(tree, "left.bin"), "utf8")).toBe("left behind\n");

    expect(await outside.moveBase(order.git.repo, "main", tip, base)).toEqual({ kind: "moved" });
    const files = ["first.bin", "committed.bin", "left.bin"].map((name) => readFileSync(join(path, name), "utf8"));
    expect(files).toEqual(["changed\n", "by the agent\n", "left behind\n"]);
    expect(git(path, "status", "--porcelain")).toBe("");
    expect(git(path, "lfs", "fsck")).toContain("OK");
    expect(complaints(path)).toBe("");
  });

  test("content that is not what its pointer says, not there, or behind a link is refused; the work is kept", async () => {
    for (const spoil of [otherContent, unlinkSync, linked, linkedFolder, pipe]) {
      const { path, tree, task, base, importNow } = await working();
      write(tree, { "d/new.bin": "large new one\n" });
      commitAll(tree);
      spoil(contentPath(task.gitPath, "large new one\n"));
      const before = stored(join(path, ".git"));
      expect(await faultOf(importNow())).toMatchObject({
        code: "denied",
        message: expect.stringMatching(/"d\/new\.bin" stands for large content \([0-9a-f]{12}\) that is nowhere/),
      });
      expect(stored(join(path, ".git"))).toEqual(before);
      expect(git(path, "rev-parse", "ccm/task-1", REFUSED)).toBe(`${base}\n${git(tree, "rev-parse", "HEAD")}`);
    }
  });

  test("content of a tree that is discarded is kept with its commit", async () => {
    const { path, order, tree, trees } = await working();
    write(tree, { "late.bin": "late content\n" });
    const { trashCommit } = await trees.discard(order, TEXT.at);
    await trees.purge(1);
    expect(existsSync(contentPath(join(path, ".git"), "late content\n"))).toBe(true);
    git(path, "checkout", "-q", trashCommit ?? "");
    expect(readFileSync(join(path, "late.bin"), "utf8")).toBe("late content\n");
  });

  test("content that the person has not got stays a pointer, and is no offence", async () => {
    const path = repositoryWithLargeFiles();
    rmSync(contentPath(join(path, ".git"), "first content\n"));
    const { tree, trees, order, base } = await bench({ path });
    expect((await trees.create(order)).skipped).toEqual([]);
    expect(readFileSync(join(tree, "first.bin"), "utf8")).toStartWith("version https://git-lfs");
    git(tree, "mv", "first.bin", "moved.bin");
    write(tree, { "b.txt": "b" });
    const { committedFiles } = await trees.settle(order, "work");
    expect(committedFiles).toBe(3);
    expect((await trees.importBranch(order, base, TEXT)).grafted).toBe(false);
  });

  test("a filter that fails leaves pointers, and says so", async () => {
    const path = repositoryWithLargeFiles();
    const broken = join(temporaryFolder("programs"), "git-lfs");
    writeFileSync(broken, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const words = { clean: "clean -- %f", smudge: "smudge -- %f", process: "filter-process" };
    for (const [key, rest] of Object.entries(words)) git(path, "config", `filter.lfs.${key}`, `${broken} ${rest}`);
    const { tree, trees, order } = await bench({ path });
    const { skipped } = await trees.create(order);
    expect(skipped).toMatchObject([
      { path: ".gitattributes", why: expect.stringMatching(/pointers, since the filter failed: "git read-tree" failed/) },
    ]);
    expect(readFileSync(join(tree, "first.bin"), "utf8")).toStartWith("version https://git-lfs");
  });
});
