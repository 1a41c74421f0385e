// Settling: whatever an agent leaves in its tree and its private git directory, nothing is lost and nothing hangs.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, commitAll, complaints, faultOf, git, gitCode, TEXT, write } from "../git/repositories.ts";

async function made(options: Parameters<typeof bench>[0] = {}) {
  const all = await bench(options);
  await all.trees.create(all.order);
  return all;
}

const filesAt = (tree: string, commit: string) => git(tree, "ls-tree", "-r", "-z", "--name-only", commit).split("\0").filter(Boolean);

test("names with newlines, quotes and letters that are no UTF-8 are committed byte for byte", async () => {
  const { trees, order, tree } = await made();
  const names = ["new\nline", 'quo"te\\', "ünï", " leading", "-dash", ":colon", "glob*[x]"];
  for (const name of names) writeFileSync(join(tree, name), "x");
  const raw = Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x66, 0xff, 0xfe])]);
  writeFileSync(raw, "not utf-8");
  const { commit, committedFiles } = await trees.settle(order, "names");
  expect(committedFiles).toBe(names.length + 1);
  expect(filesAt(tree, commit)).toEqual(expect.arrayContaining(names));
  expect(git(tree, "status", "--porcelain")).toBe("");
  rmSync(raw);
  expect((await trees.settle(order, "gone")).committedFiles).toBe(1);
});

test("copied files stay out of every commit, even when the agent commits one by force", async () => {
  const all = await bench({ copies: [".env", ".claude/notes.md", "missing", "../outside", "a.txt"] });
  write(all.path, { ".env": "KEY=1\n", ".claude/notes.md": "for the run\n" });
  const { trees, order, tree } = all;
  const made = await trees.create(order);
  expect(made.copied).toEqual([".env", ".claude/notes.md"]);
  expect(made.skipped.map(({ path, why }) => `${path}: ${why}`)).toEqual([
    "missing: not in the checkout",
    "../outside: not a path inside the checkout",
    "a.txt: the commit has it",
  ]);
  write(tree, { "b.txt": "b" });
  git(tree, "add", "-f", ".env");
  git(tree, "commit", "-q", "-m", "sneak");
  const settled = await trees.settle(order, "work");
  expect(filesAt(tree, settled.commit)).toEqual(["a.txt", "b.txt"]);
  expect(settled.left).toEqual([
    { path: ".env", why: "copied" },
    { path: ".claude/notes.md", why: "copied" },
  ]);
  expect(readFileSync(join(tree, ".env"), "utf8")).toBe("KEY=1\n");
  await trees.show(order, all.base, "detached");
  expect(existsSync(join(tree, ".env"))).toBe(true);
});

test("a copy is not written through a link of the commit that leads out of the tree", async () => {
  const all = await bench({ copies: ["out/.env"] });
  symlinkSync(all.paths.home, join(all.path, "out"));
  commitAll(all.path);
  rmSync(join(all.path, "out"));
  write(all.path, { "out/.env": "KEY=1\n" });
  const base = git(all.path, "rev-parse", "HEAD");
  const made = await all.trees.create({ ...all.order, base });
  expect(made.skipped).toEqual([{ path: "out/.env", why: "behind a link" }]);
  expect(existsSync(join(all.paths.home, ".env"))).toBe(false);
});

test("pipes, nested repositories and oversized files are left in the tree and listed", async () => {
  const { trees, order, tree } = await made({ fileBytes: 100 });
  Bun.spawnSync(["mkfifo", join(tree, "pipe")]);
  write(tree, { "nested/inner.txt": "inner", "empty/inner.txt": "inner", "big.bin": "x".repeat(200), "ok.txt": "ok" });
  git(join(tree, "nested"), "init", "-q");
  commitAll(join(tree, "nested"));
  git(join(tree, "empty"), "init", "-q");
  rmSync(join(tree, "a.txt"));
  Bun.spawnSync(["mkfifo", join(tree, "a.txt")]);
  const { commit, left } = await trees.settle(order, "work");
  expect(filesAt(tree, commit)).toEqual(expect.arrayContaining(["ok.txt"]));
  expect(filesAt(tree, commit)).not.toContain("big.bin");
  expect(left.map(({ path, why }) => `${path} ${why}`)).toEqual(expect.arrayContaining(["big.bin oversized", "nested repository"]));
  expect(existsSync(join(tree, "nested/.git"))).toBe(true);
});

test("names that git refuses are left in the tree", async () => {
  const { trees, order, tree } = await made();
  write(tree, { ".GIT/config": "x", "git~1": "x", "ok.txt": "ok" });
  symlinkSync("ok.txt", join(tree, ".gitmodules"));
  const { commit, left } = await trees.settle(order, "work");
  expect(filesAt(tree, commit)).toEqual(["a.txt", "ok.txt"]);
  expect(left.map(({ path, why }) => `${path} ${why}`).sort()).toEqual([".GIT/config special", ".gitmodules special", "git~1 special"]);
});

test("an agent that takes its own rights away from its private directory", async () => {
  const { trees, order, tree } = await made();
  write(tree, { "b.txt": "b" });
  commitAll(tree);
  for (const path of ["refs/heads", "objects", ""]) chmodSync(join(order.git.gitPath, path), 0);
  chmodSync(tree, 0);
  const { found } = await trees.settle(order, "work");
  expect(found).toEqual([]);
});

test("files and folders without permissions are opened and committed", async () => {
  const { trees, order, tree } = await made();
  write(tree, { "closed/secret.txt": "s", "unreadable.txt": "u" });
  chmodSync(join(tree, "unreadable.txt"), 0);
  chmodSync(join(tree, "closed"), 0);
  const { commit } = await trees.settle(order, "work");
  expect(filesAt(tree, commit)).toEqual(["a.txt", "closed/secret.txt", "unreadable.txt"]);
  chmodSync(join(tree, "closed"), 0o500);
  await trees.show(order, order.base, "detached");
  expect(filesIn(tree)).toEqual(["a.txt"]);
});

const filesIn = (tree: string) => git(tree, "ls-files", "--cached", "--others").split("\n");

test("a folder that became a link, a file that became a folder", async () => {
  const { trees, order, tree, paths } = await made();
  write(tree, { "folder/x.txt": "x", plain: "file" });
  await trees.settle(order, "before");
  write(paths.home, { "elsewhere/x.txt": "outside" });
  rmSync(join(tree, "folder"), { recursive: true });
  symlinkSync(join(paths.home, "elsewhere"), join(tree, "folder"));
  rmSync(join(tree, "plain"));
  write(tree, { "plain/now.txt": "a folder" });
  const { commit } = await trees.settle(order, "after");
  expect(filesAt(tree, commit)).toEqual(["a.txt", "folder", "plain/now.txt"]);
  await trees.show(order, order.base, "detached");
  expect(readFileSync(join(paths.home, "elsewhere/x.txt"), "utf8")).toBe("outside");
});

test("a merge that was resolved but not committed becomes that merge", async () => {
  const { trees, order, tree } = await conflictingBranches();
  expect(gitCode(tree, "merge", "other")).toBe(1);
  write(tree, { "a.txt": "resolved\n" });
  git(tree, "add", "a.txt");
  const { commit } = await trees.settle(order, "merged");
  expect(git(tree, "log", "-1", "--format=%P", commit).split(" ").length).toBe(2);
  expect(existsSync(join(order.git.gitPath, "MERGE_HEAD"))).toBe(false);
});

test("conflict markers are never committed: the tree stays as the agent left it", async () => {
  const { trees, order, tree } = await conflictingBranches();
  gitCode(tree, "merge", "other");
  const fault = await faultOf(trees.settle(order, "merged"));
  expect(fault).toMatchObject({ code: "failed", message: 'The agent stopped in the middle of a merge with conflicts in "a.txt".' });
  expect(existsSync(join(order.git.gitPath, "MERGE_HEAD"))).toBe(true);
  expect(readFileSync(join(tree, "a.txt"), "utf8")).toContain("<<<<<<<");
});

async function conflictingBranches() {
  const all = await made();
  git(all.tree, "checkout", "-q", "-b", "other");
  write(all.tree, { "a.txt": "theirs\n" });
  commitAll(all.tree);
  git(all.tree, "checkout", "-q", "ccm/task-1");
  write(all.tree, { "a.txt": "ours\n" });
  commitAll(all.tree);
  return all;
}

test("work committed on another branch is work: the task's branch moves to it", async () => {
  const { trees, order, tree } = await made();
  git(tree, "checkout", "-q", "-b", "feature");
  write(tree, { "b.txt": "b" });
  const tip = commitAll(tree);
  const settled = await trees.settle(order, "work");
  expect(settled).toMatchObject({ commit: tip, found: ['The agent left "feature" checked out; "ccm/task-1" was moved to it.'] });
  expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1");
});

test("an old commit left checked out does not undo the work; changes on it are kept aside", async () => {
  const { trees, order, tree, base } = await made();
  write(tree, { "a.txt": "two\n" });
  const tip = commitAll(tree);
  git(tree, "checkout", "-q", "--detach", base);
  write(tree, { "experiment.txt": "on the old state" });
  const settled = await trees.settle(order, "work");
  expect(settled.commit).toBe(tip);
  expect(settled.found).toHaveLength(2);
  const aside = /"(ccm-aside-\w+)"/.exec(settled.found.join())?.[1] ?? "";
  expect(git(tree, "show", `${aside}:experiment.txt`)).toBe("on the old state");
  expect(readFileSync(join(tree, "a.txt"), "utf8")).toBe("two\n");
  expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1");
});

test("a rebase in the middle counts as not begun", async () => {
  const { trees, order, tree } = await conflictingBranches();
  const tip = git(tree, "rev-parse", "HEAD");
  expect(gitCode(tree, "rebase", "other")).toBe(1);
  write(tree, { "a.txt": "resolved\n" });
  git(tree, "add", "a.txt");
  expect((await trees.settle(order, "work")).commit).toBe(tip);
  expect(git(tree, "status", "--porcelain", "--branch")).toBe("## ccm/task-1");
});

test("a deleted branch and a stale lock do not stop the work", async () => {
  const { trees, order, tree } = await made();
  write(tree, { "b.txt": "b" });
  commitAll(tree);
  git(tree, "checkout", "-q", "--detach");
  git(tree, "branch", "-q", "-D", "ccm/task-1");
  writeFileSync(join(order.git.gitPath, "index.lock"), "");
  writeFileSync(`${order.git.indexPath}.lock`, "");
  write(tree, { "c.txt": "c" });
  const { commit } = await trees.settle(order, "work");
  expect(filesAt(tree, commit)).toEqual(["a.txt", "b.txt", "c.txt"]);
  expect(git(tree, "rev-parse", "ccm/task-1")).toBe(commit);
});

test("what an agent plants in its private directory is taken out, kept aside and reported, and never runs", async () => {
  const { trees, order, tree, paths, path, base } = await made();
  const proof = join(paths.home, "planted-ran");
  const plant = `touch '${proof.replaceAll("'", "'\\''")}'`;
  const evil = join(order.git.gitPath, "evil.sh");
  writeFileSync(evil, `#!/bin/sh\n${plant}\ncat\n`, { mode: 0o755 });
  git(tree, "config", "core.fsmonitor", evil);
  git(tree, "config", "filter.run.clean", evil);
  git(tree, "config", "core.hooksPath", join(order.git.gitPath, "hooks"));
  for (const hook of ["reference-transaction", "post-checkout", "post-index-change"])
    writeFileSync(join(order.git.gitPath, "hooks", hook), `#!/bin/sh\n${plant}\n`, { mode: 0o755 });
  write(order.git.gitPath, {
    commondir: "/",
    "config.worktree": "[core]\n",
    "info/attributes": "* filter=run\n",
    "info/grafts": "",
    "objects/info/alternates": "/\n",
  });
  write(tree, { ".gitattributes": "* filter=run diff=run merge=run\n", "b.txt": "b" });
  const settled = await trees.settle(order, "work");
  expect(settled.committedFiles).toBe(2);
  expect(settled.found.join("\n")).toMatch(/"config".*changed[\s\S]*"commondir"[\s\S]*hooks/);
  await trees.importBranch(order, base, TEXT);
  expect(existsSync(proof)).toBe(false);
  expect(readFileSync(join(paths.task(1).root, "aside/config"), "utf8")).toContain("fsmonitor");
  expect(complaints(path)).toBe("");
});

test("a `.git` file that was replaced by a repository is put back; the repository is kept", async () => {
  const { trees, order, tree, paths } = await made();
  rmSync(join(tree, ".git"));
  git(tree, "init", "-q");
  write(tree, { "b.txt": "b" });
  commitAll(tree, "in another repository");
  const { commit, found } = await trees.settle(order, "work");
  expect(filesAt(tree, commit)).toEqual(["a.txt", "b.txt"]);
  expect(found).toHaveLength(1);
  expect(existsSync(join(paths.task(1).root, "aside/.git/HEAD"))).toBe(true);
});

test("links in the private directory are not written through", async () => {
  const { trees, order, tree, paths } = await made();
  mkdirSync(join(paths.home, "victim"));
  renameSync(join(order.git.gitPath, "refs/heads/ccm"), join(order.git.gitPath, "moved"));
  symlinkSync(join(paths.home, "victim"), join(order.git.gitPath, "refs/heads/ccm"));
  rmSync(join(order.git.gitPath, "index"));
  symlinkSync(join(paths.home, "victim/index"), join(order.git.gitPath, "index"));
  write(tree, { "b.txt": "b" });
  await trees.settle(order, "work");
  expect(existsSync(join(paths.home, "victim/task-1"))).toBe(false);
  expect(existsSync(join(paths.home, "victim/index"))).toBe(false);
});

test("Git LFS pointers stay pointers, because no filter runs", async () => {
  const all = await bench();
  write(all.path, { "model.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n" });
  commitAll(all.path);
  write(all.path, { ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n" });
  const base = commitAll(all.path);
  git(all.path, "config", "filter.lfs.smudge", "false");
  git(all.path, "config", "filter.lfs.clean", "false");
  git(all.path, "config", "filter.lfs.required", "true");
  const order = { ...all.order, base };
  await all.trees.create(order);
  expect(readFileSync(join(all.tree, "model.bin"), "utf8")).toStartWith("version https://git-lfs");
  write(all.tree, { "b.txt": "b" });
  expect((await all.trees.settle(order, "work")).committedFiles).toBe(1);
});

test("a lost index costs time, not work", async () => {
  const { trees, order, tree, base } = await made();
  write(tree, { "b.txt": "b" });
  rmSync(order.git.indexPath);
  const { commit } = await trees.settle(order, "work");
  expect(filesAt(tree, commit)).toEqual(["a.txt", "b.txt"]);
  rmSync(order.git.indexPath);
  await trees.show(order, base, "detached");
  expect(filesIn(tree)).toEqual(["a.txt"]);
});

test("a spoiled HEAD is put back on the branch", async () => {
  for (const spoiled of ["garbage", "ref: refs/../../x", ""]) {
    const { trees, order, tree } = await made();
    writeFileSync(join(order.git.gitPath, "HEAD"), spoiled);
    write(tree, { "b.txt": "b" });
    const { commit, found } = await trees.settle(order, "work");
    expect(found).toHaveLength(1);
    expect(git(tree, "rev-parse", "ccm/task-1")).toBe(commit);
    expect(filesAt(tree, commit)).toEqual(["a.txt", "b.txt"]);
  }
});
