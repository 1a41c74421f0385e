// What people are shown of a difference: files with counts and modes, numbered lines, and nothing that hides a change.
import { expect, test } from "bun:test";
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGit } from "../../src/git/outside.ts";
import type { FilePatch } from "../../src/git/schema.ts";
import { commitAll, git, makeRepository, write } from "./repositories.ts";

const outside = createGit();
const ALL_BYTES = 10_000_000;

/** A repository whose last commit makes the changes, and what differs in it. */
async function changed(before: Record<string, string>, change: (path: string) => void) {
  const path = makeRepository(before);
  const repo = await outside.inspect(path);
  const base = git(path, "rev-parse", "HEAD");
  change(path);
  const commit = commitAll(path);
  const files = await outside.changedFiles(repo, base, commit);
  const patches = await outside.patches(repo, base, commit, { files, limitBytes: ALL_BYTES });
  return { repo, base, commit, files, patches };
}

/** A patch as people read it: sign, numbers, text. */
function told(patch: FilePatch | undefined): string[] {
  return (patch?.hunks ?? []).flatMap((hunk) => hunk.rows.map(({ kind, old, now, text }) => `${kind} ${old ?? "-"} ${now ?? "-"} ${text}`));
}

test("every kind of change has its own words", async () => {
  const before = {
    "a.txt": "a\nb\n",
    "long.txt": "x\n".repeat(30),
    "mode.sh": "m\n",
    "gone.txt": "g\n",
    "type.txt": "t\n",
    "bin.dat": "\0\u0001",
  };
  const { files, patches } = await changed(before, (path) => {
    writeFileSync(join(path, "a.txt"), "a\r\nb");
    renameSync(join(path, "long.txt"), join(path, 'very "odd"\tname.txt'));
    writeFileSync(join(path, 'very "odd"\tname.txt'), `${"x\n".repeat(30)}y\n`);
    chmodSync(join(path, "mode.sh"), 0o755);
    for (const name of ["gone.txt", "type.txt"]) rmSync(join(path, name));
    symlinkSync("a.txt", join(path, "type.txt"));
    write(path, { "bin.dat": "\0\u0002", empty: "" });
  });
  expect(files).toEqual([
    { path: "a.txt", from: null, change: "changed", modes: { old: "100644", now: "100644" }, lines: { added: 2, removed: 2 } },
    { path: "bin.dat", from: null, change: "changed", modes: { old: "100644", now: "100644" }, lines: null },
    { path: "empty", from: null, change: "added", modes: { old: null, now: "100644" }, lines: { added: 0, removed: 0 } },
    { path: "gone.txt", from: null, change: "removed", modes: { old: "100644", now: null }, lines: { added: 0, removed: 1 } },
    { path: "mode.sh", from: null, change: "changed", modes: { old: "100644", now: "100755" }, lines: { added: 0, removed: 0 } },
    { path: "type.txt", from: null, change: "retyped", modes: { old: "100644", now: "120000" }, lines: { added: 1, removed: 1 } },
    {
      path: 'very "odd"\tname.txt',
      from: "long.txt",
      change: "renamed",
      modes: { old: "100644", now: "100644" },
      lines: { added: 1, removed: 0 },
    },
  ]);
  expect(told(patches.get("a.txt"))).toEqual([
    "removed 1 - a",
    "removed 2 - b",
    "added - 1 a\r",
    "added - 2 b",
    "note - - No newline at end of file",
  ]);
  expect(told(patches.get("type.txt"))).toEqual(["removed 1 - t", "added - 1 a.txt", "note - - No newline at end of file"]);
  expect(told(patches.get('very "odd"\tname.txt')).at(-1)).toBe("added - 31 y");
  expect(patches.get("bin.dat")).toEqual({ hunks: [], isCut: false });
  expect(patches.get("mode.sh")).toEqual({ hunks: [], isCut: false });
});

test("a file cannot pretend to end, or to begin another one", async () => {
  const text = "one\rdiff --git a/x b/x\n@@ -1 +1 @@\u2028diff --git a/y b/y\ndiff --git a/z b/z\n";
  const { patches } = await changed({ "a.txt": "a\n", "b.txt": "b\n" }, (path) => write(path, { "a.txt": text, "b.txt": "c\n" }));
  expect(told(patches.get("a.txt"))).toEqual([
    "removed 1 - a",
    "added - 1 one\rdiff --git a/x b/x",
    "added - 2 @@ -1 +1 @@\u2028diff --git a/y b/y",
    "added - 3 diff --git a/z b/z",
  ]);
  expect(told(patches.get("b.txt"))).toEqual(["removed 1 - b", "added - 1 c"]);
});

test("endless lines and bytes that are no text are cut and shown as far as they go", async () => {
  const { patches } = await changed({ "a.txt": "a\n" }, (path) => {
    writeFileSync(join(path, "a.txt"), Buffer.concat([Buffer.alloc(2_000_000, "x"), Buffer.from([10, 0xff, 0xfe, 10])]));
  });
  const [, long = "", bytes = ""] = told(patches.get("a.txt"));
  expect(long).toEndWith("xxx… 1,999,000 characters more");
  expect(long.length).toBeLessThan(1_100);
  expect(bytes).toBe("added - 2 \ufffd\ufffd");
});

test("a name that is no UTF-8 is in the list, and its lines are nobody else's", async () => {
  const { files, patches } = await changed({ "a.txt": "a\n" }, (path) => {
    write(path, { "a.txt": "b\n", "z.txt": "z\n" });
    writeFileSync(Buffer.concat([Buffer.from(join(path, "b")), Buffer.from([0xff])]), "odd\n");
  });
  expect(files.map((file) => file.path)).toEqual(["a.txt", "b\ufffd", "z.txt"]);
  expect([...patches.keys()]).toEqual(["a.txt", "z.txt"]);
  expect(told(patches.get("z.txt"))).toEqual(["added - 1 z"]);
});

test("only the files that were asked for are read, and no more of them than allowed", async () => {
  const { repo, base, commit, files } = await changed({ "a.txt": "a\n" }, (path) =>
    write(path, { "a.txt": "b\n", "b*.txt": "b\n", "bb.txt": "b\n", "c.txt": "line\n".repeat(100_000) }),
  );
  const only = (path: string) => files.filter((file) => file.path === path);
  const globbed = await outside.patches(repo, base, commit, { files: only("b*.txt"), limitBytes: ALL_BYTES });
  expect([...globbed.keys()]).toEqual(["b*.txt"]);
  const long = (await outside.patches(repo, base, commit, { files: only("c.txt"), limitBytes: 10_000 })).get("c.txt");
  expect(long?.isCut).toBe(true);
  expect(told(long).length).toBeLessThan(2_000);
  const all = await outside.patches(repo, base, commit, { files, limitBytes: 10_000 });
  expect([...all].map(([path, { isCut }]) => [path, isCut])).toEqual([
    ["a.txt", false],
    ["b*.txt", false],
    ["bb.txt", false],
    ["c.txt", true],
  ]);
  expect(await outside.patches(repo, base, commit, { files: [], limitBytes: 10_000 })).toEqual(new Map());
});
