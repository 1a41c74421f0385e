// What an agent may commit and a repository must not get: each kind is refused, the repository stays as it was, and the
// work is kept where the Fault says.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  commitEntries,
  type Entry,
  growing,
  idOf,
  type PackEntry,
  packOf,
  topOf,
  treeContent,
  writeObject,
  writeTree,
} from "./hostile-objects.ts";
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

type Case = { name: string; base?: Record<string, string>; spoil(tree: string, gitPath: string): void; says: RegExp };

/** A file of one letter in the private directory. */
const file = (gitPath: string, name: string | Buffer, mode = "100644"): Entry => ({ mode, name, id: writeObject(gitPath, "blob", "x") });
const link = (tree: string, path: string, target: string) => {
  mkdirSync(join(tree, path, ".."), { recursive: true });
  symlinkSync(target, join(tree, path));
  commitAll(tree);
};

/** Sound objects that a person may take all the same: kept under a ref. */
const doubtful: Case[] = [
  {
    name: "a link to the root",
    spoil: (tree) => link(tree, "passwd", "/etc/passwd"),
    says: /link "passwd" leads out of the tree, to "\/etc\/passwd"/,
  },
  {
    name: "a link to the folder above",
    spoil: (tree) => link(tree, "deep/er/up", "../../../secret"),
    says: /link "deep\/er\/up" leads out/,
  },
  {
    name: "a link that leads out through another link",
    spoil: (tree) => {
      link(tree, "d/top", "..");
      link(tree, "way", "d/top/../secret");
    },
    says: /link "way" leads out of the tree, to "d\/top\/..\/secret"/,
  },
  {
    name: "a link that was there and leads out only through a new one",
    base: { "d/up/x.txt": "x", "way -> ": "d/up/../.." },
    spoil(tree) {
      rmSync(join(tree, "d/up"), { recursive: true });
      link(tree, "d/up", "..");
    },
    says: /link "way" leads out/,
  },
  { name: "a link into .git", spoil: (tree) => link(tree, "hook", ".GIT/hooks/pre-commit"), says: /link "hook" leads out/ },
  { name: "a link with backslashes", spoil: (tree) => link(tree, "win", "..\\..\\secret"), says: /link "win" leads out/ },
  { name: "a link to a drive", spoil: (tree) => link(tree, "drive", "C:\\Windows"), says: /link "drive" leads out/ },
  {
    name: "a link instead of a folder",
    base: { "d/x.txt": "x" },
    spoil(tree) {
      rmSync(join(tree, "d"), { recursive: true });
      link(tree, "d", "/etc");
    },
    says: /link "d" leads out/,
  },
  {
    name: "names that differ in case",
    spoil: (tree) => {
      write(tree, { "A.TXT": "x" });
      commitAll(tree);
    },
    says: /"A.TXT" and "a.txt" are one file/,
  },
  {
    name: "folders that differ in case",
    base: { "Docs/x": "x" },
    spoil: (tree) => {
      write(tree, { "docs/y": "y" });
      commitAll(tree);
    },
    says: /"docs" and "Docs" are one file/,
  },
  {
    name: "two spellings of a letter",
    spoil: (tree) => {
      write(tree, { "caf\u00e9": "x", "cafe\u0301": "y" });
      commitAll(tree);
    },
    says: /are one file/,
  },
  {
    name: "a letter that is not seen",
    spoil: (tree) => {
      write(tree, { "a\u200c.txt": "x" });
      commitAll(tree);
    },
    says: /"a\\u\{200c\}.txt" and "a.txt" are one file/,
  },
  {
    name: "a repository inside",
    spoil: (tree) => {
      git(tree, "update-index", "--add", "--cacheinfo", `160000,${git(tree, "rev-parse", "HEAD")},lib`);
      git(tree, "commit", "-q", "-m", "submodule");
    },
    says: /"lib" is a repository of its own/,
  },
  {
    name: "a submodule's address",
    spoil: (tree) => {
      write(tree, { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://evil.example/x\n' });
      commitAll(tree);
    },
    says: /"\.gitmodules" now says submodule\.x\.path = "x"/,
  },
  {
    name: "another address of a submodule that is there",
    base: { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://good.example/x\n' },
    spoil: (tree) => {
      write(tree, { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = https://evil.example/x\n' });
      commitAll(tree);
    },
    says: /submodule\.x\.url = "https:\/\/evil.example\/x"/,
  },
  {
    name: "a server of large files",
    spoil: (tree) => {
      write(tree, { ".lfsconfig": "[lfs]\n\turl = https://evil.example/lfs\n" });
      commitAll(tree);
    },
    says: /"\.lfsconfig" now says lfs\.url = "https:\/\/evil.example\/lfs"/,
  },
];

/** What git itself, or a checkout, would stumble over: nothing of it comes into the repository. */
const broken: Case[] = [
  ...[
    ".git",
    ".GIT",
    "git~1",
    ".git ",
    ".git.",
    ".g\u200cit",
    "\u200c.git",
    ".git::$INDEX_ALLOCATION",
    "a\\.git\\config",
    "..",
    ".",
    "",
  ].map((name) => ({
    name: `an entry named ${JSON.stringify(name)}`,
    spoil: (tree: string, gitPath: string) => void commitEntries(tree, [...topOf(tree), file(gitPath, name)]),
    says: /could not be imported/,
  })),
  {
    name: "a path as a name",
    spoil: (tree, gitPath) => void commitEntries(tree, [...topOf(tree), file(gitPath, "x/../../y")]),
    says: /could not be imported/,
  },
  {
    name: "a name twice",
    spoil: (tree, gitPath) => void commitEntries(tree, [...topOf(tree), file(gitPath, "b"), file(gitPath, "b", "100755")]),
    says: /could not be imported/,
  },
  {
    name: "settings of submodules that are a link",
    spoil: (tree, gitPath) => void commitEntries(tree, [...topOf(tree), file(gitPath, ".gitmodules", "120000")]),
    says: /could not be imported/,
  },
  {
    name: "settings of submodules that run a command",
    spoil: (tree) => {
      write(tree, { ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch\n' });
      commitAll(tree);
    },
    says: /could not be imported/,
  },
  {
    name: "a submodule named ..",
    spoil: (tree) => {
      write(tree, { ".gitmodules": '[submodule "../../x"]\n\tpath = x\n\turl = https://a.example\n' });
      commitAll(tree);
    },
    says: /could not be imported/,
  },
  {
    name: "settings in another spelling",
    spoil: (tree) => {
      write(tree, { ".GitModules": '[submodule "x"]\n' });
      commitAll(tree);
    },
    says: /is "\.gitmodules" where names are compared/,
  },
  {
    name: "a mode that git does not know",
    spoil: (tree, gitPath) => void commitEntries(tree, [...topOf(tree), file(gitPath, "b", "100777")]),
    says: /mode "100777"/,
  },
  {
    name: "a device's mode",
    spoil: (tree, gitPath) => void commitEntries(tree, [...topOf(tree), file(gitPath, "b", "60000")]),
    says: /may not come in|could not be imported/,
  },
  {
    name: "a name of 300 bytes",
    spoil: (tree, gitPath) => void commitEntries(tree, [...topOf(tree), file(gitPath, "n".repeat(300))]),
    says: /name of more than 255 bytes/,
  },
  {
    name: "a path of 4,000 bytes",
    spoil: (tree, gitPath) => nested(tree, gitPath, 40, "f".repeat(100)),
    says: /path of more than 2000 bytes/,
  },
  { name: "folders in 300 folders", spoil: (tree, gitPath) => nested(tree, gitPath, 300, "d"), says: /below more than 200 folders/ },
  {
    name: "folders in 20,000 folders",
    spoil: (tree, gitPath) => nested(tree, gitPath, 20_000, "d"),
    says: /below more than 200 folders|could not be imported/,
  },
  { name: "a tree of ten to the tenth folders", spoil: bomb, says: /changes more than 50000 folders/ },
  {
    name: "a large file of zeros",
    spoil: (tree, gitPath) =>
      void commitEntries(tree, [...topOf(tree), { ...file(gitPath, "zeros"), id: writeObject(gitPath, "blob", Buffer.alloc(20_000_000)) }]),
    says: /a file of 20000000 bytes is larger than limits.fileMb allows/,
  },
  {
    name: "a commit of 20 MB",
    spoil: (tree) => {
      write(tree, { "../message": "m\n".repeat(10_000_000) });
      git(tree, "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "../message");
    },
    says: /a commit of \d+ bytes is larger than 10 MB/,
  },
];

/** Puts a pack into the private directory as an agent could, indexed by git. */
function plantPack(gitPath: string, pack: Buffer): void {
  const path = join(gitPath, "objects/pack/planted.pack");
  writeFileSync(path, pack);
  git(gitPath, "index-pack", path);
}

/** As a pack: so many loose objects take seconds to write. */
function nested(tree: string, gitPath: string, depth: number, name: string): void {
  let entry = file(gitPath, "x");
  const entries: PackEntry[] = [];
  for (let level = 0; level < depth; level++) {
    const content = treeContent([entry]);
    entries.push({ type: 2, content });
    entry = { mode: "40000", name, id: idOf("tree", content) };
  }
  plantPack(gitPath, packOf(entries));
  commitEntries(tree, [...topOf(tree), entry]);
}

function bomb(tree: string, gitPath: string): void {
  let entry = file(gitPath, "x");
  for (let level = 0; level < 10; level++) {
    const id = writeTree(
      gitPath,
      Array.from({ length: 10 }, (_, at) => ({ ...entry, name: `d${at}` })),
    );
    entry = { mode: "40000", name: "d", id };
  }
  commitEntries(tree, [...topOf(tree), entry]);
}

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
