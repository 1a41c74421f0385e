// Keeping a state of the work: with an agent at work, whatever it has changed, and without touching anything of it.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTaskGits, defaultGitOptions } from "../../src/git/outside.ts";
import type { SnapshotOrder } from "../../src/git/schema.ts";
import { bench, commitAll, complaints, faultOf, git, gitCode, TEXT, write } from "./repositories.ts";

/** A task's tree, and snapshots of it by number. */
async function working(options: Parameters<typeof bench>[0] = {}) {
  const all = await bench(options);
  await all.trees.create(all.order);
  const gits = createTaskGits(defaultGitOptions());
  const keepOut = { copies: options.copies ?? [], fileBytes: options.fileBytes ?? 1_000_000 };
  const keep = (n: number, more: Partial<SnapshotOrder> = {}) => {
    const order: SnapshotOrder = { ref: ref(n), have: [], last: null, unfinished: "refuse", text: TEXT, ...more };
    return gits.snapshot(all.task, all.base, order, keepOut, async (command) => command);
  };
  return { ...all, keep };
}

const ref = (n: number) => `refs/ccm/snapshots/1/${n}`;

/** Everything of the private directory and the tree that a snapshot could change: names, modes and times. */
function traces(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .sort()
      .map((name) => {
        const { mode, mtimeMs, size } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
        return `${name} ${mode} ${mtimeMs} ${size}`;
      }),
  );
}

test("keeps what is committed and what is not, and touches neither tree nor private directory", async () => {
  const { path, tree, task, base, keep } = await working({ copies: [".env"], fileBytes: 100 });
  write(tree, { "committed.txt": "1\n" });
  const tip = commitAll(tree, "work");
  write(tree, { "a.txt": "changed\n", "new/file.txt": "new\n", ".env": "secret\n", "big.bin": "x".repeat(1_000) });
  rmSync(join(tree, "committed.txt"));
  writeFileSync(join(task.gitPath, "index.lock"), ""); // An agent's git is in the middle of something.
  const before = traces(tree, task.gitPath);

  const made = await keep(1);

  expect(traces(tree, task.gitPath)).toEqual(before);
  expect(made).toMatchObject({ isNew: true, unfinished: null });
  expect(made.left.map(({ path, why }) => `${path} ${why}`).sort()).toEqual([".env copied", "big.bin oversized"]);
  expect(git(path, "rev-parse", ref(1))).toBe(made.commit);
  expect(git(path, "ls-tree", "-r", "--name-only", ref(1))).toBe("a.txt\nnew/file.txt");
  expect(git(path, "rev-parse", `${ref(1)}^`)).toBe(tip);
  expect(git(path, "rev-parse", "ccm/task-1")).toBe(base);
  expect(existsSync(join(task.gitPath, "..", "snapshot"))).toBe(false);
  expect(complaints(path)).toBe("");
});

test("a clean tree is kept as the commit that it shows, and the same state only once", async () => {
  const { path, tree, keep } = await working();
  write(tree, { "b.txt": "b\n" });
  const tip = commitAll(tree, "work");
  expect(await keep(1)).toMatchObject({ commit: tip, isNew: true });
  expect(await keep(2, { last: tip })).toMatchObject({ commit: tip, isNew: false });

  write(tree, { "b.txt": "more\n" });
  const { commit } = await keep(2, { last: tip });
  expect(await keep(3, { last: commit, text: { ...TEXT, at: TEXT.at + 60_000 } })).toMatchObject({ commit, isNew: false });
  expect(git(path, "for-each-ref", "--format=%(refname)", "refs/ccm/snapshots")).toBe(`${ref(1)}\n${ref(2)}`);
  git(path, "gc", "-q", "--prune=now");
  expect(complaints(path)).toBe("");
});

test("the second snapshot brings only what is new since the first", async () => {
  const { path, tree, keep } = await working();
  write(tree, { "large.bin": Buffer.from(crypto.getRandomValues(new Uint8Array(300_000))).toString("base64") });
  commitAll(tree, "large");
  const first = await keep(1);
  const bytes = () => Number(/size-pack: (\d+)/.exec(git(path, "count-objects", "-v"))?.[1]);
  const before = bytes();
  write(tree, { "small.txt": "s\n" });
  await keep(2, { last: first.commit });
  expect(before).toBeGreaterThan(200);
  expect(bytes() - before).toBeLessThan(10);
});

test("nothing that an agent wrote is run or read as configuration", async () => {
  const { path, task, tree, keep } = await working();
  const proof = join(task.gitPath, "..", "tmp", "proof");
  const evil = `touch '${proof}'`;
  write(tree, { ".gitattributes": "* filter=evil diff=evil\n", "b.txt": "b\n" });
  git(tree, "add", "-A");
  git(tree, "commit", "-q", "-m", "work");
  for (const [key, value] of Object.entries({
    "filter.evil.clean": `${evil}; cat`,
    "filter.evil.process": evil,
    "core.fsmonitor": evil,
    "core.alternateRefsCommand": evil,
    "core.worktree": "/",
    "core.excludesFile": "/dev/null",
  }))
    git(tree, "config", key, value);
  for (const hook of ["post-index-change", "reference-transaction", "pre-commit", "post-commit"]) {
    writeFileSync(join(task.gitPath, "hooks", hook), `#!/bin/sh\n${evil}\n`);
    chmodSync(join(task.gitPath, "hooks", hook), 0o755);
  }
  writeFileSync(join(task.gitPath, "commondir"), "/nonexistent\n");
  writeFileSync(join(tree, "b.txt"), "changed\n");

  const { commit } = await keep(1);
  expect(existsSync(proof)).toBe(false);
  expect(git(path, "show", `${commit}:b.txt`)).toBe("changed");
});

test("files that may not be read stay out, and keep their mode", async () => {
  const { tree, path, keep } = await working();
  write(tree, { "closed.txt": "closed\n", "open.txt": "open\n", "folder/inside.txt": "inside\n" });
  chmodSync(join(tree, "closed.txt"), 0o000);
  chmodSync(join(tree, "folder"), 0o000);
  const made = await keep(1);
  expect(made.left).toContainEqual({ path: "closed.txt", why: "special" });
  expect(git(path, "ls-tree", "-r", "--name-only", made.commit)).toContain("open.txt");
  expect(statSync(join(tree, "closed.txt")).mode & 0o777).toBe(0);
  expect(statSync(join(tree, "folder")).mode & 0o777).toBe(0);
  chmodSync(join(tree, "folder"), 0o700);
});

test("in the middle of conflicts or of a rebase it is refused, or kept with what was under way", async () => {
  for (const how of ["merge", "rebase"] as const) {
    const { path, tree, keep } = await working();
    git(tree, "checkout", "-q", "-b", "other");
    write(tree, { "a.txt": "theirs\n" });
    commitAll(tree, "theirs");
    git(tree, "checkout", "-q", "ccm/task-1");
    write(tree, { "a.txt": "ours\n" });
    commitAll(tree, "ours");
    expect(gitCode(tree, "-c", "user.name=a", "-c", "user.email=a@b", how, "other")).not.toBe(0);
    const before = readFileSync(join(tree, "a.txt"), "utf8");

    const fault = await faultOf(keep(1));
    expect(fault).toMatchObject({ code: "conflict", message: `The work is in the middle of a ${how}, with conflicts in "a.txt".` });
    expect(git(path, "for-each-ref", "refs/ccm/snapshots")).toBe("");
    expect(readFileSync(join(tree, "a.txt"), "utf8")).toBe(before);

    const kept = await keep(1, { unfinished: "keep" });
    expect(kept.unfinished).toContain(how);
    expect(git(path, "show", `${kept.commit}:a.txt`)).toBe(before.trimEnd());
    expect(complaints(path)).toBe("");
  }
});

test("of a history that was rewritten the files are kept, on the base", async () => {
  const { path, tree, base, keep } = await working();
  write(tree, { "b.txt": "b\n" });
  git(tree, "checkout", "-q", "--orphan", "fresh");
  const orphan = commitAll(tree, "rewritten");
  git(tree, "update-ref", "refs/heads/ccm/task-1", orphan);
  const { commit } = await keep(1);
  expect(git(path, "rev-parse", `${commit}^@`)).toBe(base);
  expect(git(path, "ls-tree", "--name-only", commit)).toBe("a.txt\nb.txt");
});

test("objects that lie leave the repository as it was", async () => {
  const { path, tree, task, keep } = await working();
  write(tree, { "b.txt": "b\n" });
  commitAll(tree);
  const id = git(tree, "rev-parse", "HEAD:b.txt");
  const object = join(task.gitPath, "objects", id.slice(0, 2), id.slice(2));
  rmSync(object);
  writeFileSync(object, "this is no zlib stream");
  write(tree, { "c.txt": "c\n" });
  expect(await faultOf(keep(1))).toMatchObject({ code: "failed" });
  expect(git(path, "for-each-ref", "refs/ccm/snapshots")).toBe("");
  expect(complaints(path)).toBe("");
});

test("an index that is no file, and a HEAD that names nothing, do not hold it up", async () => {
  const { path, tree, task, base, keep } = await working();
  write(tree, { "b.txt": "b\n" });
  rmSync(join(task.gitPath, "index"));
  Bun.spawnSync(["mkfifo", join(task.gitPath, "index")]);
  rmSync(join(task.gitPath, "HEAD"));
  symlinkSync("/dev/zero", join(task.gitPath, "HEAD"));
  const { commit } = await keep(1);
  expect(git(path, "rev-parse", `${commit}^`)).toBe(base);
  expect(git(path, "show", `${commit}:b.txt`)).toBe("b");
});

test("while an agent commits and writes all the time, each snapshot is a sound state of some moment", async () => {
  const { path, tree, keep } = await working();
  const loop = `i=0; while :; do i=$((i+1)); echo $i > n.txt; echo $i > "f$((i % 7)).txt"; rm -f "f$(((i + 3) % 7)).txt"; git add -A 2>/dev/null; git -c user.name=a -c user.email=a@b commit -qm "c$i" 2>/dev/null; done`;
  const agent = Bun.spawn(["sh", "-c", loop], { cwd: tree, stdout: "ignore", stderr: "ignore" });
  try {
    let last: string | null = null;
    for (let n = 1; n <= 8; n++) last = (await keep(n, { last })).commit;
  } finally {
    agent.kill("SIGKILL");
    await agent.exited;
  }
  expect(git(path, "for-each-ref", "--format=%(refname)", "refs/ccm/snapshots").split("\n").length).toBeGreaterThan(1);
  expect(complaints(path)).toBe("");
}, 60_000);
