// What an agent could commit that a repository must not get, each made with real objects.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commitEntries, type Entry, idOf, type PackEntry, packOf, topOf, treeContent, writeObject, writeTree } from "./hostile-objects.ts";
import { commitAll, git, write } from "./repositories.ts";

/** `base` is what the repository has besides; `spoil` acts in the tree as its agent. */
export type Case = { name: string; base?: Record<string, string>; spoil(tree: string, gitPath: string): void; says: RegExp };

/** A file of one letter in the private directory. */
const file = (gitPath: string, name: string | Buffer, mode = "100644"): Entry => ({ mode, name, id: writeObject(gitPath, "blob", "x") });
const link = (tree: string, path: string, target: string) => {
  mkdirSync(join(tree, path, ".."), { recursive: true });
  symlinkSync(target, join(tree, path));
  commitAll(tree);
};

/** Sound objects that a person may take all the same: kept under a ref. */
export const doubtful: Case[] = [
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
export const broken: Case[] = [
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
export function plantPack(gitPath: string, pack: Buffer): void {
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
