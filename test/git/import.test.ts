// Importing what an agent committed: what is sound becomes a branch, what is not leaves the repository as it was.
import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bench, commitAll, complaints, faultOf, git, makeRepository, TEXT, write } from "./repositories.ts";

async function working(options: Parameters<typeof bench>[0] = {}) {
  const all = await bench(options);
  await all.trees.create(all.order);
  const importNow = (old = all.base) => all.trees.importBranch(all.order, old, TEXT);
  return { ...all, importNow };
}

/** Every name below the repository's objects: what a refused import must not change. */
const objects = (path: string) => readdirSync(join(path, ".git/objects"), { recursive: true }).sort();

test("imports again and again, each only what is new, and leaves nothing behind that is not a pack", async () => {
  const { path, tree, importNow, base } = await working();
  let old = base;
  for (const round of ["1", "2", "3"]) {
    write(tree, { "a.txt": round });
    const tip = commitAll(tree, round);
    expect(await importNow(old)).toEqual({ tip, grafted: false });
    expect(await importNow(old)).toEqual({ tip, grafted: false });
    expect(await importNow(tip)).toEqual({ tip, grafted: false });
    old = tip;
  }
  expect(objects(path).filter((name) => /keep|tmp/.test(name.toString()))).toEqual([]);
  git(path, "gc", "-q", "--prune=now");
  expect(complaints(path)).toBe("");
  expect(git(path, "log", "--format=%s", "ccm/task-1")).toBe("3\n2\n1\nfirst");
});

test("a history that does not contain the base is put on it as one commit, the same one each time", async () => {
  const { path, tree, importNow, base } = await working();
  write(tree, { "b.txt": "b" });
  git(tree, "checkout", "-q", "--orphan", "fresh");
  const orphan = commitAll(tree, "rewritten");
  git(tree, "branch", "-q", "-f", "ccm/task-1", orphan);
  const first = await importNow();
  expect(first.grafted).toBe(true);
  expect(await importNow(first.tip)).toEqual(first);
  expect(git(path, "log", "--format=%s|%an", "ccm/task-1")).toBe("Do the task|Pat\nfirst|Pat");
  expect(git(path, "ls-tree", "--name-only", "ccm/task-1")).toBe("a.txt\nb.txt");
  expect(git(path, "rev-parse", "ccm/task-1^")).toBe(base);
  expect(complaints(path)).toBe("");
});

test.each(["merge-base", "pack-objects", "index-pack", "rev-list"])(
  'a "git %s" that somebody ends is no word against the work: it is tried again',
  async (command) => {
    const { path, tree, importNow, base } = await working();
    write(tree, { "b.txt": "b".repeat(100_000) });
    const tip = commitAll(tree);
    const before = objects(path);
    const restore = gitThatIsEnded(command);
    try {
      expect(await faultOf(importNow())).toMatchObject({
        code: "environment",
        message: expect.stringContaining(`"git ${command}" was ended`),
      });
    } finally {
      restore();
    }
    expect(objects(path)).toEqual(before);
    expect(git(path, "rev-parse", "ccm/task-1")).toBe(base);
    expect(await importNow()).toEqual({ tip, grafted: false });
  },
);

/** A git before the real one in PATH, which one command of does half its work and is then killed. Returns how to take it away. */
function gitThatIsEnded(command: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), "ccm-git-"));
  const real = Bun.which("git");
  const script = `#!/bin/sh\ncase " $* " in *" ${command} "*) "${real}" "$@" | head -c 40; kill -9 $$;; esac\nexec "${real}" "$@"\n`;
  writeFileSync(join(folder, "git"), script, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  return () => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  };
}

test("commits that lack an object, hold a broken one or a path that git forbids are refused", async () => {
  for (const spoil of [missingBlob, brokenBlob, dotGitEntry, parentEntry, notACommit, noSuchCommit, notAnId]) {
    const { path, tree, importNow, base, task } = await working();
    write(tree, { "b.txt": `content of ${spoil.name}` });
    commitAll(tree);
    spoil(tree, task.gitPath);
    const before = objects(path);
    expect(await faultOf(importNow())).toMatchObject({ code: "failed" });
    expect(objects(path)).toEqual(before);
    expect(git(path, "rev-parse", "ccm/task-1")).toBe(base);
    expect(complaints(path)).toBe("");
  }
});

const looseObject = (gitPath: string, id: string) => join(gitPath, "objects", id.slice(0, 2), id.slice(2));
const branchTo = (tree: string, commit: string) => void git(tree, "update-ref", "refs/heads/ccm/task-1", commit);

function missingBlob(tree: string, gitPath: string) {
  rmSync(looseObject(gitPath, git(tree, "rev-parse", "HEAD:b.txt")));
}
function brokenBlob(tree: string, gitPath: string) {
  const object = looseObject(gitPath, git(tree, "rev-parse", "HEAD:b.txt"));
  rmSync(object);
  writeFileSync(object, "this is no zlib stream");
}
function dotGitEntry(tree: string) {
  branchTo(tree, commitOfTree(tree, ".git"));
}
function parentEntry(tree: string) {
  branchTo(tree, commitOfTree(tree, ".."));
}
function commitOfTree(tree: string, name: string): string {
  const blob = git(tree, "rev-parse", "HEAD:b.txt");
  const raw = Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(blob, "hex")]);
  writeFileSync(join(tree, "raw"), raw);
  const id = git(tree, "hash-object", "-t", "tree", "--literally", "-w", "raw");
  rmSync(join(tree, "raw"));
  return git(tree, "commit-tree", "-p", "HEAD", "-m", "bad", id);
}
function notACommit(tree: string, gitPath: string) {
  writeFileSync(join(gitPath, "refs/heads/ccm/task-1"), git(tree, "rev-parse", "HEAD^{tree}"));
}
function noSuchCommit(_tree: string, gitPath: string) {
  writeFileSync(join(gitPath, "refs/heads/ccm/task-1"), "1234567890".repeat(4));
}
function notAnId(_tree: string, gitPath: string) {
  writeFileSync(join(gitPath, "refs/heads/ccm/task-1"), "ref: refs/heads/main\n");
}

test("what a killed import left behind is swept, what is young or a person's is not", async () => {
  const { path, tree, importNow } = await working();
  const packs = join(path, ".git/objects/pack");
  const old = new Date(Date.now() - 24 * 60 * 60_000);
  for (const [name, text] of [
    ["old.keep", "ccm import of task 9"],
    ["young.keep", "ccm import of task 9"],
    ["person.keep", "mine"],
  ] as const) {
    writeFileSync(join(packs, name), text);
    if (name !== "young.keep") utimesSync(join(packs, name), old, old);
  }
  mkdirSync(join(path, ".git/objects/tmp_objdir-ccm-x"));
  utimesSync(join(path, ".git/objects/tmp_objdir-ccm-x"), old, old);
  write(tree, { "b.txt": "b" });
  commitAll(tree);
  await importNow();
  expect(objects(path).filter((name) => /keep|tmp/.test(name.toString()))).toEqual(["pack/person.keep", "pack/young.keep"]);
});

test("an import larger than the limit is refused", async () => {
  const { path, tree, importNow } = await working({ importBytes: 10_000 });
  write(tree, { "b.bin": Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString("latin1") });
  commitAll(tree);
  const before = objects(path);
  expect(await faultOf(importNow())).toMatchObject({ code: "failed" });
  expect(objects(path)).toEqual(before);
});

test("a branch that is a link is not followed, and counts as not moved", async () => {
  const { tree, importNow, base, task } = await working();
  write(tree, { "b.txt": "b" });
  const tip = commitAll(tree);
  rmSync(join(task.gitPath, "refs/heads/ccm/task-1"));
  writeFileSync(join(task.gitPath, "elsewhere"), tip);
  symlinkSync(join(task.gitPath, "elsewhere"), join(task.gitPath, "refs/heads/ccm/task-1"));
  expect(await importNow()).toEqual({ tip: base, grafted: false });
});

test("a packed branch is read too", async () => {
  const { tree, importNow } = await working();
  write(tree, { "b.txt": "b" });
  const tip = commitAll(tree);
  git(tree, "pack-refs", "--all");
  git(tree, "gc", "-q");
  expect(await importNow()).toEqual({ tip, grafted: false });
});

test("the person's own gc, repack and commits go on at the same time", async () => {
  const { path, tree, importNow, base } = await working();
  let busy = true;
  const person = (async () => {
    for (let round = 0; busy; round++) {
      write(path, { "person.txt": `${round}` });
      await Bun.spawn(["git", "commit", "-qam", "mine", "--allow-empty"], { cwd: path, stdout: "ignore", stderr: "ignore" }).exited;
      await Bun.spawn(["git", "repack", "-adq"], { cwd: path, stdout: "ignore", stderr: "ignore" }).exited;
      await Bun.spawn(["git", "pack-refs", "--all"], { cwd: path, stdout: "ignore", stderr: "ignore" }).exited;
    }
  })();
  let old = base;
  for (let round = 0; round < 12; round++) {
    write(tree, { "a.txt": `${round}` });
    const tip = commitAll(tree);
    expect((await importNow(old)).tip).toBe(tip);
    old = tip;
  }
  busy = false;
  await person;
  expect(complaints(path)).toBe("");
  expect(git(path, "rev-list", "--count", `${base}..ccm/task-1`)).toBe("12");
});

test("a task branch that the person looks at moves on together with its files, or says why not", async () => {
  const { path, tree, importNow, base } = await working();
  git(path, "checkout", "-q", "ccm/task-1");
  write(tree, { "a.txt": "two\n" });
  const tip = commitAll(tree);
  await importNow();
  expect(git(path, "status", "--porcelain")).toBe("");
  expect(git(path, "show", "HEAD:a.txt")).toBe("two");
  write(path, { "a.txt": "the person's own change\n" });
  write(tree, { "a.txt": "three\n" });
  commitAll(tree);
  expect(await faultOf(importNow(tip))).toMatchObject({ code: "conflict" });
  git(path, "checkout", "-q", "--force", "main");
  git(path, "branch", "-q", "-D", "ccm/task-1");
  expect((await importNow(tip)).grafted).toBe(false);
  expect(base).not.toBe(tip);
});

test("what a person committed on the task's branch meanwhile is merged with the agent's work, the same way each time", async () => {
  const { path, tree, importNow, base } = await working();
  git(path, "checkout", "-q", "ccm/task-1");
  write(path, { "person.txt": "p\n" });
  const theirs = commitAll(path, "the person's");
  expect(await importNow()).toEqual({ tip: theirs, grafted: false });
  write(tree, { "agent.txt": "a\n" });
  const work = commitAll(tree, "the agent's");
  const { tip } = await importNow();
  expect(await importNow()).toEqual({ tip, grafted: false });
  expect(git(path, "rev-parse", "ccm/task-1^1", "ccm/task-1^2")).toBe(`${theirs}\n${work}`);
  expect(git(path, "ls-files")).toBe("a.txt\nagent.txt\nperson.txt");
  expect(git(path, "status", "--porcelain")).toBe("");
  expect(git(path, "rev-list", "--count", `${base}..ccm/task-1`)).toBe("3");
});

test("what cannot be merged is kept on a branch beside it, until it is merged", async () => {
  const { path, tree, importNow, base } = await working();
  git(path, "checkout", "-q", "ccm/task-1");
  write(path, { "a.txt": "the person's\n" });
  const theirs = commitAll(path);
  write(tree, { "a.txt": "the agent's\n" });
  const work = commitAll(tree);
  const beside = `ccm/task-1-${work.slice(0, 12)}`;
  expect(await faultOf(importNow())).toMatchObject({
    code: "conflict",
    message: 'Somebody committed on "ccm/task-1" while its agent worked, and both changed "a.txt".',
    hint: `The agent's work is on "${beside}": merge it into "ccm/task-1", then \`ccm retry-task 1\`.`,
  });
  expect(git(path, "rev-parse", "ccm/task-1", beside)).toBe(`${theirs}\n${work}`);
  git(path, "merge", "-q", "-s", "ours", beside);
  expect((await importNow()).tip).toBe(git(path, "rev-parse", "HEAD"));
  expect(git(path, "branch", "--list", beside)).toBe("");

  git(path, "checkout", "-q", "--orphan", "elsewhere");
  git(path, "branch", "-q", "-f", "ccm/task-1", commitAll(path));
  expect(await faultOf(importNow())).toMatchObject({
    message: expect.stringContaining("away from the task's work"),
    hint: expect.stringContaining(`git branch -f ccm/task-1 ${base}`),
  });
  expect(git(path, "rev-parse", beside)).toBe(work);
});

test("a tip that was not brought in keeps a name in the private directory when the tree shows another", async () => {
  const { order, trees, tree, base } = await working();
  const work = commitAll(tree, "not brought in");
  await trees.show(order, base, "branch");
  expect(git(tree, "rev-parse", "HEAD", `ccm-aside-${work.slice(0, 12)}`)).toBe(`${base}\n${work}`);
  await trees.show(order, work, "branch");
  expect(git(tree, "branch", "--list", "ccm-aside-*").split("\n")).toHaveLength(1);
});

test("SHA-256, bare and shallow repositories and those that borrow objects themselves", async () => {
  const source = makeRepository();
  write(source, { "a.txt": "two\n" });
  commitAll(source);
  const bare = join(source, "..", "bare");
  git(source, "clone", "-q", "--bare", ".", bare);
  const shallow = join(source, "..", "shallow");
  git(source, "clone", "-q", "--depth", "1", `file://${source}`, shallow);
  const shared = join(source, "..", "shared");
  git(source, "clone", "-q", "--shared", ".", shared);
  for (const path of [makeRepository({ "a.txt": "one\n" }, "--object-format=sha256"), bare, shallow, shared]) {
    const { tree, importNow } = await working({ path });
    write(tree, { "b.txt": "b" });
    const tip = commitAll(tree, "work");
    expect(await importNow()).toEqual({ tip, grafted: false });
    expect(git(tree, "fsck", "--strict")).toBe("");
    expect(complaints(path)).toBe("");
  }
});
