// What a path turns out to be, and refs that move only from where they were said to be.
import { expect, test } from "bun:test";
import { chownSync, existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOldGit } from "../../src/git/content.ts";
import { createGit } from "../../src/git/outside.ts";
import { run } from "../../src/git/run.ts";
import { temporaryFolder } from "../support/folders.ts";
import { bench, commitAll, faultOf, git, makeRepository, write } from "./repositories.ts";

const outside = createGit();

test("a repository is found from its top, a folder inside and a linked worktree, which keeps its own path", async () => {
  const path = makeRepository({ "a/b/c.txt": "c" });
  const facts = await outside.inspect(path);
  expect(facts).toMatchObject({
    path,
    gitDir: join(path, ".git"),
    bare: false,
    head: "main",
    unborn: false,
    shallow: false,
    partial: false,
    hasSubmodules: false,
  });
  expect(await outside.inspect(join(path, "a/b"))).toEqual(facts);
  const linked = join(path, "..", "linked");
  git(path, "worktree", "add", "-q", "-b", "side", linked);
  expect(await outside.inspect(linked)).toEqual({ ...facts, path: linked, head: "side" });
});

test("unborn and detached heads, a bare repository, a separate git directory", async () => {
  const unborn = temporaryFolder();
  git(unborn, "init", "-q");
  expect(await outside.inspect(unborn)).toMatchObject({ unborn: true, head: "main" });
  const path = makeRepository();
  git(path, "checkout", "-q", "--detach");
  expect(await outside.inspect(path)).toMatchObject({ head: null, unborn: false });
  const bare = join(path, "..", "bare");
  git(path, "clone", "-q", "--bare", ".", bare);
  expect(await outside.inspect(bare)).toMatchObject({ bare: true, path: bare, gitDir: bare });
  const apart = temporaryFolder();
  git(apart, "init", "-q", "--separate-git-dir", join(path, "..", "apart.git"));
  expect(await outside.inspect(apart)).toMatchObject({ path: realpathSync(apart), gitDir: join(path, "..", "apart.git") });
});

test("what is no repository is invalid and says what it is", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  for (const path of [folder, join(folder, "file"), join(folder, "missing"), join(makeRepository(), ".git")]) {
    expect(await faultOf(outside.inspect(path))).toMatchObject({ code: "invalid", message: expect.stringContaining(path) });
  }
  const future = makeRepository();
  git(future, "config", "core.repositoryFormatVersion", "1");
  git(future, "config", "extensions.refStorage", "not-yet-invented");
  expect(await faultOf(outside.inspect(future))).toMatchObject({ code: "invalid" });
});

test.skipIf(process.getuid?.() !== 0)("another user's repository is refused with the command that trusts it [needs root]", async () => {
  const path = makeRepository();
  chownSync(path, 12345, 12345);
  chownSync(join(path, ".git"), 12345, 12345);
  expect(await faultOf(outside.inspect(path))).toMatchObject({ code: "denied", hint: expect.stringContaining("safe.directory") });
});

test("nothing of a repository's configuration is executed by looking at it", async () => {
  const path = makeRepository();
  const proof = join(temporaryFolder(), "ran");
  for (const key of ["core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "core.alternateRefsCommand"])
    git(path, "config", key, `touch '${proof}'`);
  mkdirSync(join(path, ".git/hooks"), { recursive: true });
  writeFileSync(join(path, ".git/hooks/reference-transaction"), `#!/bin/sh\ntouch '${proof}'\n`, { mode: 0o755 });
  const { git: own, task, base } = await bench({ path });
  await own.setRef(task.repo, "refs/ccm/x", base, null);
  await own.diff(task.repo, base, base, 100);
  await own.moveBase(task.repo, "main", base, base);
  expect(existsSync(proof)).toBe(false);
});

test("a ref moves only from where it was said to be, and a repeated move is no error", async () => {
  const { path, git: own, task, base } = await bench();
  write(path, { "a.txt": "two" });
  const next = commitAll(path);
  const repo = task.repo;
  await own.setRef(repo, "refs/ccm/x/1", base, null);
  await own.setRef(repo, "refs/ccm/x/1", base, null);
  expect(await faultOf(own.setRef(repo, "refs/ccm/x/1", next, null))).toMatchObject({ code: "conflict" });
  await own.setRef(repo, "refs/ccm/x/1", next, base);
  await own.setRef(repo, "refs/ccm/x/1", next, base);
  git(path, "tag", "-a", "-m", "t", "v1");
  expect(await own.tip(repo, "refs/tags/v1")).toBe(next);
  expect(await own.refs(repo, "refs/ccm/")).toEqual([{ ref: "refs/ccm/x/1", commit: next }]);
  expect(await own.contains(repo, next, base)).toBe(true);
  expect(await own.contains(repo, base, next)).toBe(false);
  await own.setRef(repo, "refs/ccm/x/1", null, next);
  await own.setRef(repo, "refs/ccm/x/1", null, next);
  expect(await own.tip(repo, "refs/ccm/x/1")).toBeNull();
});

test("many moves at once end well, also while another git holds the lock for a moment", async () => {
  const { path, git: own, task, base } = await bench();
  const lock = join(path, ".git/refs/ccm/y/0.lock");
  mkdirSync(join(path, ".git/refs/ccm/y"), { recursive: true });
  writeFileSync(lock, "");
  const moves = Array.from({ length: 20 }, (_, at) => own.setRef(task.repo, `refs/ccm/y/${at}`, base, null));
  await Bun.file(lock).delete();
  await Promise.all(moves);
  expect(await own.refs(task.repo, "refs/ccm/y/")).toHaveLength(20);
});

test("a git that does not end is ended, with what it started", async () => {
  const marker = `/tmp/ccm-test-${crypto.randomUUID()}`;
  const fault = await faultOf(run({ args: ["-c", `alias.wait=!sleep 1000; : ${marker}`, "wait"], timeoutMs: 200 }));
  expect(fault.code).toBe("timeout");
  const left = Bun.spawnSync(["ps", "-eo", "args"])
    .stdout.toString()
    .split("\n")
    .filter((line) => line.includes(marker));
  expect(left).toEqual([]);
});

test("a missing git says how to get it; an old one is known by its version", async () => {
  const path = process.env.PATH;
  process.env.PATH = "/nonexistent";
  try {
    expect(await faultOf(run({ args: ["version"] }))).toMatchObject({
      code: "environment",
      hint: expect.stringContaining("apt install git"),
    });
  } finally {
    process.env.PATH = path;
  }
  expect([
    isOldGit("git version 2.38.9"),
    isOldGit("git version 2.39.0"),
    isOldGit("git version 2.50.1 (Apple Git-155)"),
    isOldGit("git version 3.0.0"),
  ]).toEqual([true, false, false, false]);
});
