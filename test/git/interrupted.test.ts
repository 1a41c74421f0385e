// What a killed git leaves in a person's repository: taken away when it is certainly nobody's, kept when it may be.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../support/wait.ts";
import { bench, commitAll, complaints, git, makeRepository, write } from "./repositories.ts";

const FILES = { "a.txt": "one\n", "b.txt": "one\n", "deleted.txt": "one\n", "same.txt": "one\n" };
const CHANGED = { "a.txt": "two and more\n", "b.txt": "two\n", "added.txt": "new\n", "sub/added.txt": "new\n" };

/** git itself waits 3 s for the lock of a ref. */
const GIT_WAITS_MS = 20_000;

/** A repository on `main` and a commit on top of it that changes, adds and deletes files. */
async function ahead() {
  const path = makeRepository(FILES);
  const { git: outside, task, base } = await bench({ path });
  write(path, CHANGED);
  rmSync(join(path, "deleted.txt"));
  const to = commitAll(path, "result");
  git(path, "reset", "-q", "--hard", base);
  return { path, outside, repo: task.repo, from: base, to };
}

/** A lock as a git that died a while ago left it; nothing else on this machine works in the repository. */
function leaveLock(path: string, name: string, ageMs = 60_000): string {
  const lock = join(path, ".git", name);
  writeFileSync(lock, "");
  const then = new Date(Date.now() - ageMs);
  utimesSync(lock, then, then);
  return lock;
}

const atTarget = (path: string, to: string) => {
  expect(git(path, "status", "--porcelain", "--branch")).toBe("## main");
  expect(git(path, "rev-parse", "main")).toBe(to);
  expect(complaints(path)).toBe("");
};

/** What of the move the killed git had done: files written, files removed. */
const HALFWAY: [string, Record<string, string>, string[]][] = [
  ["nothing yet", {}, []],
  ["one file", { "a.txt": "two and more\n" }, []],
  ["one file, and half of the next", { "a.txt": "two and more\n", "b.txt": "tw" }, []],
  ["one file removed to be made anew", {}, ["b.txt"]],
  ["a deletion and an empty new file", { "sub/added.txt": "" }, ["deleted.txt"]],
  ["all files", CHANGED, ["deleted.txt"]],
];

test.each(HALFWAY)("a fast-forward that was killed in the checkout goes on: %s", async (_, written, removed) => {
  const { path, outside, repo, from, to } = await ahead();
  write(path, written);
  for (const name of removed) rmSync(join(path, name));
  const lock = leaveLock(path, "index.lock");
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
  expect(existsSync(lock)).toBe(false);
  atTarget(path, to);
});

test.each(["HEAD.lock", "refs/heads/main.lock"])(
  "one that was killed after its files and before its branch goes on, with %s left",
  async (lock) => {
    const { path, outside, repo, from, to } = await ahead();
    git(path, "read-tree", "-m", "-u", from, to);
    leaveLock(path, lock);
    expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
    atTarget(path, to);
  },
  GIT_WAITS_MS,
);

/** Whatever does not come from the move is a person's. */
const THEIRS: [string, (path: string) => void][] = [
  ["an edited file", (path) => write(path, { "b.txt": "mine\n" })],
  ["a deleted file that the move does not touch", (path) => rmSync(join(path, "same.txt"))],
  ["a new file with another content", (path) => write(path, { "added.txt": "mine\n" })],
];

test.each(THEIRS)("%s is never taken for a half-made move", async (_, edit) => {
  const { path, outside, repo, from, to } = await ahead();
  write(path, { "a.txt": "two and more\n" });
  edit(path);
  const lock = leaveLock(path, "index.lock");
  const before = git(path, "status", "--porcelain");
  expect(await outside.moveBase(repo, "main", to, from)).toMatchObject({ kind: "dirty", text: expect.stringContaining('"a.txt"') });
  expect([existsSync(lock), git(path, "status", "--porcelain"), git(path, "rev-parse", "main")]).toEqual([true, before, from]);
});

test(
  "a lock that is young, or that a git at work may hold, is left alone",
  async () => {
    const { path, outside, repo, from, to } = await ahead();
    const young = leaveLock(path, "index.lock", 0);
    expect(await outside.moveBase(repo, "main", to, from)).toMatchObject({ kind: "dirty", text: expect.stringContaining("index.lock") });
    expect(existsSync(young)).toBe(true);

    const working = Bun.spawn(["git", "cat-file", "--batch"], { cwd: path, stdin: "pipe", stdout: "ignore" });
    const since = performance.now();
    await waitFor("a git that is older than the lock", () => performance.now() - since > 4_000);
    leaveLock(path, "index.lock", 5_500);
    expect(await outside.moveBase(repo, "main", to, from)).toMatchObject({ kind: "dirty", text: expect.stringContaining("index.lock") });
    leaveLock(path, "index.lock"); // From before it started.
    expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
    working.kill();
    await working.exited;
    expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("two and more\n");
  },
  GIT_WAITS_MS,
);

test(
  "a ref whose lock was left behind moves",
  async () => {
    const { path, outside, repo, from } = await ahead();
    git(path, "update-ref", "refs/ccm/base/7", from);
    leaveLock(path, "refs/ccm/base/7.lock");
    await outside.setRef(repo, "refs/ccm/base/7", null, from);
    expect(git(path, "for-each-ref", "refs/ccm")).toBe("");
  },
  GIT_WAITS_MS,
);
