// Moving the base branch: by its ref, or in the person's checkout, but never over what they have not committed.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, commitAll, git, gitCode, makeRepository, TEXT, write } from "./repositories.ts";

/** A repository and a commit on top of its main that changes a.txt and adds b.txt. */
async function ahead(path = makeRepository()) {
  const { git: outside, task, base } = await bench({ path });
  const linked = join(path, "..", "maker");
  git(path, "worktree", "add", "-q", "--detach", linked);
  write(linked, { "a.txt": "two\n", "b.txt": "b\n" });
  const to = commitAll(linked, "result");
  git(path, "worktree", "remove", "--force", linked);
  return { path, outside, repo: task.repo, from: base, to };
}

test("a checked-out base moves together with its files, and moving it again changes nothing", async () => {
  const { path, outside, repo, from, to } = await ahead();
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
  expect(git(path, "status", "--porcelain", "--branch")).toBe("## main");
  expect(existsSync(join(path, "b.txt"))).toBe(true);
  commitAll(path, "the person goes on");
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
});

test("a base that nobody has checked out moves by its ref; so does one of a bare repository", async () => {
  const { path, outside, repo, from, to } = await ahead();
  git(path, "checkout", "-q", "-b", "elsewhere");
  expect(await outside.isCheckedOut(repo, "main")).toBe(false);
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
  expect(git(path, "rev-parse", "main")).toBe(to);
  const bare = join(path, "..", "bare");
  git(path, "clone", "-q", "--bare", ".", bare);
  git(bare, "symbolic-ref", "HEAD", "refs/heads/main");
  git(bare, "update-ref", "refs/heads/main", from);
  const facts = await outside.inspect(bare);
  expect(await outside.moveBase(facts, "main", to, from)).toEqual({ kind: "moved" });
});

test("a base that went on by itself is stale, a deleted one has no tip", async () => {
  const { path, outside, repo, from, to } = await ahead();
  const tip = commitAll(path, "the person was faster");
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "stale", tip });
  expect(await outside.moveBase(repo, "gone", to, from)).toEqual({ kind: "stale", tip: null });
});

test("changes, untracked files in the way, a merge or rebase under way: dirty, with nothing touched", async () => {
  const { path, outside, repo, from, to } = await ahead();
  const dirty = async (text: RegExp) => {
    const before = git(path, "status", "--porcelain");
    const move = await outside.moveBase(repo, "main", to, from);
    expect(move).toMatchObject({ kind: "dirty", path });
    expect(move.kind === "dirty" && move.text).toMatch(text);
    expect(git(path, "status", "--porcelain")).toBe(before);
    expect(git(path, "rev-parse", "main")).toBe(from);
  };
  write(path, { "a.txt": "mine\n" });
  await dirty(/"a\.txt"/);
  git(path, "checkout", "-q", "a.txt");
  write(path, { "b.txt": "mine, untracked\n" });
  await dirty(/b\.txt/);
  git(path, "clean", "-qfd");
  writeFileSync(join(path, ".git/MERGE_HEAD"), `${to}\n`);
  await dirty(/merge is under way/);
});

test("a rebase of the base in a linked worktree holds it", async () => {
  const { path, outside, repo, from, to } = await ahead();
  git(path, "checkout", "-q", "-b", "side");
  write(path, { "a.txt": "side\n" });
  commitAll(path);
  git(path, "checkout", "-q", "main");
  const linked = join(path, "..", "linked");
  git(path, "checkout", "-q", "side");
  git(path, "worktree", "add", "-q", linked, "main");
  write(linked, { "a.txt": "main\n" });
  const tip = commitAll(linked);
  expect(gitCode(linked, "rebase", "side")).toBe(1);
  expect(await outside.isCheckedOut(repo, "main")).toBe(true);
  const next = git(path, "commit-tree", "-p", tip, "-m", "next", `${to}^{tree}`);
  expect(await outside.moveBase(repo, "main", next, tip)).toMatchObject({ kind: "dirty", path: linked });
  expect(from).not.toBe(tip);
});

test("a linked worktree is moved where it is; two checkouts of one branch are not guessed between", async () => {
  const { path, outside, repo, from, to } = await ahead();
  git(path, "checkout", "-q", "-b", "other");
  const linked = join(path, "..", "linked one");
  git(path, "worktree", "add", "-q", linked, "main");
  git(path, "worktree", "add", "-q", "--force", join(path, "..", "linked two"), "main");
  expect(await outside.moveBase(repo, "main", to, from)).toMatchObject({ kind: "dirty" });
  git(path, "worktree", "remove", join(path, "..", "linked two"));
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
  expect(git(linked, "status", "--porcelain")).toBe("");
  expect(existsSync(join(linked, "b.txt"))).toBe(true);
});

test("the person's filters write the files, their hooks do not run", async () => {
  const path = makeRepository({ "a.txt": "one\n", ".gitattributes": "b.txt filter=shout\n" });
  const { outside, repo, from, to } = await ahead(path);
  git(path, "config", "filter.shout.smudge", "tr a-z A-Z");
  git(path, "config", "filter.shout.clean", "tr A-Z a-z");
  const hook = join(path, ".git/hooks/post-merge");
  write(path, { ".git/hooks/post-merge": "#!/bin/sh\ntouch ran\n" });
  chmodSync(hook, 0o755);
  expect(await outside.moveBase(repo, "main", to, from)).toEqual({ kind: "moved" });
  expect(await Bun.file(join(path, "b.txt")).text()).toBe("B\n");
  expect(existsSync(join(path, "ran"))).toBe(false);
});

test("a squashed candidate is the same commit each time; conflicts are named", async () => {
  const { path, outside, repo, from, to } = await ahead();
  const one = await outside.candidate(repo, from, to, TEXT);
  expect(one).toEqual(await outside.candidate(repo, from, to, TEXT));
  if (one.kind !== "clean") throw new Error("It conflicts.");
  expect(git(path, "log", "-1", "--format=%P|%an <%ae>|%ct|%s", one.commit)).toBe(`${from}|Pat <pat@example.org>|1700000000|Do the task`);
  expect(git(path, "rev-parse", `${one.commit}^{tree}`)).toBe(one.tree);
  write(path, { "a.txt": "mine\n", 'né\n"w': "x" });
  const mine = commitAll(path);
  expect(await outside.candidate(repo, mine, to, TEXT)).toEqual({ kind: "conflict", files: ["a.txt"] });
  const merged = await outside.mergeCommit(repo, one.tree, to, mine, TEXT);
  expect(git(path, "log", "-1", "--format=%P", merged)).toBe(`${to} ${mine}`);
});

test("a patch keeps its id when it moves down the file and onto another base", async () => {
  const path = makeRepository({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" });
  const { git: outside, task, base } = await bench({ path });
  write(path, { "a.txt": "1\n2\n3\n4\n5\n6\n7\nEIGHT\n9\n" });
  const change = commitAll(path);
  const id = await outside.patchId(task.repo, base, change);
  git(path, "reset", "-q", "--hard", base);
  write(path, { "a.txt": "0\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", "other.txt": "x" });
  const moved = commitAll(path);
  git(path, "cherry-pick", change);
  expect(await outside.patchId(task.repo, moved, git(path, "rev-parse", "HEAD"))).toBe(id);
  expect(await outside.patchId(task.repo, base, moved)).not.toBe(id);
  expect(await outside.patchId(task.repo, base, base)).toBe("");
});

test("a diff is cut at its limit between characters; a file is read only where there is one", async () => {
  const { path, outside, repo, from, to } = await ahead();
  expect(await outside.diff(repo, from, to, 100_000)).toContain("+two");
  write(path, { "ü.txt": "ü".repeat(5_000), "folder/f.txt": "f" });
  const wide = commitAll(path);
  const cut = await outside.diff(repo, from, wide, 1_001);
  expect([cut.length < 1_001, cut.includes("\uFFFD")]).toEqual([true, false]);
  expect(await outside.readFile(repo, to, "a.txt")).toBe("two\n");
  for (const path of ["missing", "folder", "a.txt/", "*.txt", ":/a.txt", ""]) expect(await outside.readFile(repo, wide, path)).toBeNull();
});
