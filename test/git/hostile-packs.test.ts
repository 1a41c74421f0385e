// What an agent may commit and a repository must not get: each kind is refused, the repository stays as it was, and the
// work is kept where the Fault says.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { broken, doubtful, plantPack } from "./hostile-cases.ts";
import { commitEntries, growing, idOf, type PackEntry, packOf, topOf } from "./hostile-objects.ts";
import { bench, commitAll, complaints, faultOf, git, gitCode, makeRepository, TEXT, write } from "./repositories.ts";

async function working(options: Parameters<typeof bench>[0] = {}) {
  const all = await bench(options);
  await all.trees.create(all.order);
  const importNow = (old = all.base) => all.trees.importBranch(all.order, old, TEXT);
  return { ...all, importNow };
}

const objects = (path: string) => readdirSync(join(path, ".git/objects"), { recursive: true }).sort();
const refs = (path: string) => git(path, "for-each-ref", "--format=%(refname) %(objectname)");
const REFUSED = "refs/ccm/refused/1";
/** Some of these are large on purpose. */
setDefaultTimeout(60_000);

/** A name that ends with an arrow is made as a link. */
function repositoryWith(files: Record<string, string>): string {
  const path = makeRepository();
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith(" -> ")) symlinkSync(content, join(path, name.slice(0, -4)));
    else write(path, { [name]: content });
  }
  commitAll(path, "more");
  return path;
}

describe("on the way to work that is sound: it comes in as one commit, without what was taken out again", () => {
  test.each(doubtful.map((one) => [one.name, one] as const))("%s", async (_, { base: files = {}, spoil }) => {
    const { path, tree, task, base, trees, order, importNow } = await working({ path: repositoryWith(files) });
    spoil(tree, task.gitPath);
    const spoilt = git(tree, "rev-parse", "ccm/task-1");
    git(tree, "symbolic-ref", "HEAD", "refs/heads/ccm/task-1");
    git(tree, "read-tree", base);
    write(tree, { "honest.txt": "h" });
    git(tree, "add", "honest.txt");
    git(tree, "commit", "-q", "-m", "honest");
    git(tree, "reset", "-q", "--hard");
    git(tree, "clean", "-ffdxq");

    const ref = "refs/ccm/snapshots/1/1";
    await trees.snapshot(order, { ref, have: [], last: null, unfinished: "refuse", text: TEXT });
    const { tip, grafted } = await importNow();
    expect(grafted).toBe(true);
    expect(git(path, "log", "--format=%P %s", `${base}..${tip}`)).toBe(`${base} ${TEXT.message.trim()}`);
    expect(git(path, "diff", "--name-status", base, tip)).toBe("A\thonest.txt");
    expect(gitCode(path, "cat-file", "-e", spoilt)).not.toBe(0);
    expect(git(path, "log", "--format=%P", `${base}..${ref}`)).toBe(base);
    expect(complaints(path)).toBe("");
  });
});

test("what came in before stays as it is below such work", async () => {
  const { path, tree, base, importNow } = await working();
  write(tree, { "first.txt": "1" });
  const first = commitAll(tree, "first");
  expect(await importNow()).toEqual({ tip: first, grafted: false });
  symlinkSync("/etc/passwd", join(tree, "out"));
  commitAll(tree, "spoilt");
  rmSync(join(tree, "out"));
  write(tree, { "second.txt": "2" });
  commitAll(tree, "second");
  expect((await importNow(first)).grafted).toBe(true);
  expect(git(path, "log", "--format=%s", `${base}..ccm/task-1`)).toBe(`${TEXT.message.trim()}\nfirst`);
  expect(git(path, "diff", "--name-only", base, "ccm/task-1")).toBe("first.txt\nsecond.txt");
});

test("honest commits come in one by one, also those that make and remove links, and those of a person's branch", async () => {
  const { path, tree, base, importNow } = await working({ path: repositoryWith({ "odd -> ": "/etc/hostname", "Name.txt": "1" }) });
  for (let i = 0; i < 5; i++) {
    write(tree, { [`folder/f${i}.txt`]: String(i) });
    symlinkSync(`f${i}.txt`, join(tree, `folder/link${i}`));
    if (i > 0) rmSync(join(tree, `folder/link${i - 1}`));
    commitAll(tree, `step ${i}`);
  }
  const { tip, grafted } = await importNow();
  expect([tip, grafted]).toEqual([git(tree, "rev-parse", "HEAD"), false]);
  expect(git(path, "log", "--format=%s", `${base}..ccm/task-1`)).toBe("step 4\nstep 3\nstep 2\nstep 1\nstep 0");
});

describe("refused, and kept for a person who may take it", () => {
  test.each(doubtful.map((one) => [one.name, one] as const))("%s", async (_, { base: files = {}, spoil, says }) => {
    const { path, tree, task, base, importNow } = await working({ path: repositoryWith(files) });
    spoil(tree, task.gitPath);
    const tip = git(tree, "rev-parse", "ccm/task-1");
    const before = refs(path);
    for (const _round of ["first", "again"]) {
      expect(await faultOf(importNow())).toMatchObject({
        code: "denied",
        message: expect.stringMatching(says),
        hint: expect.stringMatching(/diff [0-9a-f]{12} refs\/ccm\/refused\/1.*git merge refs\/ccm\/refused\/1.*ccm retry-task 1/),
      });
    }
    expect(
      refs(path)
        .split("\n")
        .filter((line) => !line.startsWith(REFUSED))
        .join("\n"),
    ).toBe(before);
    expect(git(path, "rev-parse", REFUSED, "ccm/task-1")).toBe(`${tip}\n${base}`);
    git(path, "gc", "-q", "--prune=now");
    expect(complaints(path)).toBe("");
    // A person takes it: from then on it is theirs, and work that goes on from it comes in.
    git(path, "branch", "-q", "-f", "ccm/task-1", REFUSED);
    write(tree, { "honest.txt": "h" });
    git(tree, "reset", "-q");
    git(tree, "add", "honest.txt");
    git(tree, "commit", "-q", "-m", "honest");
    git(tree, "reset", "-q", "--hard");
    git(tree, "clean", "-ffdxq");
    expect((await importNow(tip)).tip).toBe(git(tree, "rev-parse", "HEAD"));
  });
});

describe("refused without a trace in the repository", () => {
  test.each(broken.map((one) => [one.name, one] as const))("%s", async (_, { base: files = {}, spoil, says }) => {
    const { path, tree, task, importNow } = await working({ path: repositoryWith(files), fileBytes: 10_000_000 });
    spoil(tree, task.gitPath);
    const before = [objects(path), refs(path)];
    const fault = await faultOf(importNow());
    expect(fault).toMatchObject({ code: expect.stringMatching(/^(denied|failed)$/), message: expect.stringMatching(says) });
    expect(fault.hint).toContain(tree);
    expect([objects(path), refs(path)]).toEqual(before);
    expect(existsSync(join(tree, "a.txt"))).toBe(true);
    expect(complaints(path)).toBe("");
  });
});

test("what a repository has already is no offence: it keeps working, and only what is new counts", async () => {
  const path = repositoryWith({
    README: "a",
    readme: "b",
    "out -> ": "/etc/hosts",
    ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://a.example/x\n',
  });
  git(path, "update-index", "--add", "--cacheinfo", `160000,${git(path, "rev-parse", "HEAD")},x`);
  git(path, "commit", "-q", "-m", "submodule");
  const { tree, importNow, base } = await working({ path });
  write(tree, { README: "changed", "d/new.txt": "n" });
  git(tree, "add", "README", "d");
  git(tree, "commit", "-q", "-m", "honest");
  const first = await importNow();
  expect(first.tip).toBe(git(tree, "rev-parse", "HEAD"));
  git(tree, "rm", "-q", "--cached", "x", ".gitmodules", "out");
  git(tree, "commit", "-q", "-m", "removes them");
  const second = await importNow(first.tip);
  expect(await importNow(second.tip)).toEqual(second);
  expect(complaints(path)).toBe("");
  expect(base).not.toBe(second.tip);
});

test("what a person added to their branch comes along when an agent merges it", async () => {
  const { path, tree, importNow } = await working();
  symlinkSync("/etc/hosts", join(path, "hosts"));
  write(path, { "A.TXT": "theirs", ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://a.example/x\n' });
  const theirs = commitAll(path, "theirs");
  write(tree, { "b.txt": "b" });
  commitAll(tree);
  git(tree, "merge", "-q", "-m", "merge", theirs);
  expect((await importNow()).tip).toBe(git(tree, "rev-parse", "HEAD"));
  symlinkSync("/etc/passwd", join(tree, "passwd"));
  commitAll(tree);
  expect(await faultOf(importNow(git(path, "rev-parse", "ccm/task-1")))).toMatchObject({
    message: expect.stringMatching(/: the link "passwd" leads out of the tree, to "\/etc\/passwd"\.$/),
  });
});

test("links inside, long ones too, come in", async () => {
  const { tree, importNow } = await working();
  write(tree, { "d/e/f.txt": "f" });
  for (const [name, target] of [
    ["a", "d/e/f.txt"],
    ["d/e/up", "../../a"],
    ["loop", "loop"],
    ["broken", "nowhere/at/all"],
    ["top", "."],
    ["d/dots", "..//./e/../e"],
  ] as const)
    symlinkSync(target, join(tree, name));
  const tip = commitAll(tree);
  expect((await importNow()).tip).toBe(tip);
});

test("pipes, devices and links among the objects are taken out before git reads them", async () => {
  const { path, tree, task, importNow } = await working();
  write(tree, { "b.txt": "b" });
  const tip = commitAll(tree);
  const folder = join(task.gitPath, "objects", tip.slice(0, 2));
  const elsewhere = join(task.gitPath, "..", "elsewhere");
  renameSync(folder, elsewhere);
  symlinkSync(elsewhere, folder);
  Bun.spawnSync(["mkfifo", join(task.gitPath, "objects/pack/pack-1.idx"), join(task.gitPath, "objects/pack/pack-1.pack")]);
  expect(await faultOf(importNow())).toMatchObject({ code: "failed" });
  expect(existsSync(join(task.gitPath, "..", "aside/pack-1.idx"))).toBe(true);
  rmSync(folder, { force: true });
  renameSync(elsewhere, folder);
  expect((await importNow()).tip).toBe(tip);
  expect(complaints(path)).toBe("");
});

test("a chain of 5,000 deltas is packed anew, and is no trouble", async () => {
  const { path, tree, task, importNow } = await working();
  let content = Buffer.from("base\n".repeat(10));
  const entries: PackEntry[] = [{ type: 3, content }];
  let base = idOf("blob", content);
  for (let depth = 0; depth < 5_000; depth++) {
    const before = Buffer.from(`${depth % 10}`);
    entries.push({ type: 7, base, delta: growing(content.length, before) });
    content = Buffer.concat([before, content]);
    base = idOf("blob", content);
  }
  plantPack(task.gitPath, packOf(entries));
  commitEntries(tree, [...topOf(tree), { mode: "100644", name: "deep", id: base }]);
  await importNow();
  expect(git(path, "cat-file", "-s", "ccm/task-1:deep")).toBe(`${content.length}`);
  expect(complaints(path)).toBe("");
});

test("what only a merge would make counts as its conflict: names of two sides that are one, a link through the other's link", async () => {
  const path = repositoryWith({ "d/up/x.txt": "x", "e/x.txt": "x" });
  const { tree, git: outside, order, importNow } = await working({ path });
  write(tree, { "notes.txt": "agent\n" });
  symlinkSync("d/up/../..", join(tree, "way"));
  commitAll(tree);
  const { tip } = await importNow();
  write(path, { "other.txt": "person\n" });
  const harmless = commitAll(path);
  expect((await outside.candidate(order.git.repo, harmless, tip, TEXT)).kind).toBe("clean");
  write(path, { "NOTES.txt": "person\n" });
  rmSync(join(path, "d/up"), { recursive: true });
  symlinkSync("..", join(path, "d/up"));
  const moved = commitAll(path);
  expect(await outside.candidate(order.git.repo, moved, tip, TEXT)).toEqual({ kind: "conflict", files: ["notes.txt", "way"] });
});

test("attributes that an agent plants run nothing when its work is merged and compared", async () => {
  const path = makeRepository({ "a.txt": "one\n", "b.txt": "b\n" });
  const proof = join(path, "..", "proof");
  const script = join(path, "..", "evil.sh");
  writeFileSync(script, `#!/bin/sh\ntouch '${proof.replaceAll("'", "'\\''")}'\ncat\n`, { mode: 0o755 });
  for (const key of ["filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"])
    git(path, "config", key, script);
  const { tree, git: outside, order, importNow, base } = await working({ path });
  write(tree, { ".gitattributes": "* filter=evil diff=evil merge=evil\n", "a.txt": "agent\n" });
  git(tree, "add", "-A");
  git(tree, "commit", "-q", "-m", "work");
  const { tip } = await importNow();
  write(path, { "b.txt": "person\n" });
  const moved = commitAll(path, "theirs");
  const { repo } = order.git;
  const candidate = await outside.candidate(repo, moved, tip, TEXT);
  expect(candidate.kind).toBe("clean");
  await outside.diff(repo, base, tip, 100_000);
  await outside.patches(repo, base, tip, { files: await outside.changedFiles(repo, base, tip), limitBytes: 100_000 });
  await outside.patchId(repo, base, tip);
  expect(existsSync(proof)).toBe(false);
  expect(readFileSync(join(tree, "a.txt"), "utf8")).toBe("agent\n");
  expect(gitCode(path, "rev-parse", REFUSED)).not.toBe(0);
});
