// What a task changes, on a page: every file at once, lines as far as anybody reads, the rest when it is asked for.
import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { createTask } from "../../src/tasks/actions.ts";
import { newTaskSchema } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough } from "../support/progress.ts";
import { openSite, type TestSite } from "../support/site.ts";

/** What a page may send for a change of any size, in bytes. */
const PAGE_BYTES = 700_000;

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app", agent: "demo" }));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: "Fix", prompt: "Do it." }));
  moveThrough(home.ctx, 1, "executing", "approving");
  site = await openSite(home.ctx);
});

/** Commits what `change` does to the repository, as what the task would merge. */
function changed(before: Record<string, string>, change: (path: string) => void): string {
  const base = home.repository.commit("Before", before);
  change(home.repository.path);
  const commit = home.repository.commit("After");
  checkedCandidate(home.ctx, 1, { base, tip: commit, commit });
  return commit;
}

/** The rows of the page's files: `+` and `-` with their text, and the notes. */
function rows(main: string): string[] {
  return [...main.matchAll(/<(ins|del|em)[^>]*>([^<]*)</g)].map(
    ([, tag, text]) => `${{ ins: "+", del: "-", em: "!" }[tag as "ins"]}${text}`,
  );
}

/** The part of the page that is one file. */
function fileIn(main: string, path: string): string {
  return main.split('class="diff-file"').find((part) => part.includes(`>${path}<`)) ?? "";
}

test("every kind of change is told, and nothing in it is markup", async () => {
  changed({ "a.txt": "one\ntwo\n", "long.txt": "x\n".repeat(50), "mode.sh": "#!\n", "bin.dat": "\0\u0001" }, (path) => {
    writeFileSync(join(path, "a.txt"), "one\r\n<script>alert(1)</script>\u001b[2J\u202e");
    renameSync(join(path, "long.txt"), join(path, "<b>new.txt"));
    chmodSync(join(path, "mode.sh"), 0o755);
    writeFileSync(join(path, "bin.dat"), "\0\u0002");
    symlinkSync("a.txt", join(path, "link"));
    writeFileSync(join(path, "empty"), "");
  });
  const { main, html } = await site.get("/tasks/1/diff");
  expect(rows(fileIn(main, "a.txt"))).toEqual([
    "-one",
    "-two",
    "+one␍",
    "+&lt;script&gt;alert(1)&lt;/script&gt;␛[2J⟨202E⟩",
    "!No newline at end of file",
  ]);
  expect(fileIn(main, "&lt;b&gt;new.txt")).toContain("long.txt → ");
  expect(fileIn(main, "mode.sh")).toContain("It was a file and is a program (executable) now.");
  expect(fileIn(main, "bin.dat")).toContain("It is no text, so its content is not shown.");
  expect(fileIn(main, "link")).toContain("It is a symbolic link.");
  expect(fileIn(main, "empty")).toContain("It is empty.");
  expect(html).not.toMatch(/<script>|\p{Cc}(?<![\n\t])|\u202e/u);
});

test("who has read to the end decides there, about what was read", async () => {
  const commit = changed({}, (path) => writeFileSync(join(path, "a.txt"), "a\n"));
  const { main } = await site.get("/tasks/1/diff");
  expect(main).toContain('action="/tasks/1/approve"');
  expect(main).toContain(`name="commit" value="${commit}"`);
});

describe("a change that is large", () => {
  test("of 5 MB opens at once; one of its files is read in parts, each row once", async () => {
    const line = (i: number) => `line ${i} ${"·".repeat(20)}`;
    changed({}, (path) => {
      for (let file = 0; file < 5; file++) {
        const text = Array.from({ length: 20_000 }, (_, i) => line(i)).join("\n");
        writeFileSync(join(path, `big-${file}.txt`), `${text}\n`);
      }
      writeFileSync(join(path, "small.txt"), "small\n");
    });
    const from = performance.now();
    const first = await site.get("/tasks/1/diff");
    const took = performance.now() - from;
    const again = performance.now();
    await site.get("/tasks/1/diff");
    console.info(`a change of 5 MB: ${Math.round(took)} ms, then ${Math.round(performance.now() - again)} ms, ${first.html.length} bytes`);
    expect(first.html.length).toBeLessThan(PAGE_BYTES);
    expect(first.main).toContain("+100001");
    expect(rows(fileIn(first.main, "small.txt"))).toEqual(["+small"]);
    expect(rows(fileIn(first.main, "big-0.txt"))).toEqual([]);
    expect(fileIn(first.main, "big-0.txt")).toContain("Show its lines");

    const seen: string[] = [];
    let path: string | undefined = "/tasks/1/diff?file=big-3.txt";
    for (let pages = 0; path && pages < 30; pages++) {
      const { main, html } = await site.get(path.replace(/#.*$/, ""));
      expect(html.length).toBeLessThan(PAGE_BYTES);
      seen.push(...rows(main));
      path = /class="diff-more" href="([^"]+)"/.exec(main)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(seen).toEqual(Array.from({ length: 20_000 }, (_, i) => `+${line(i)}`));
  });

  test("of 450 files lists them page by page, each with its counts", async () => {
    changed({}, (path) => {
      for (let file = 0; file < 450; file++) writeFileSync(join(path, `f${String(file).padStart(4, "0")}`), "x\n");
    });
    const seen: string[] = [];
    let path: string | undefined = "/tasks/1/diff";
    for (let pages = 0; path && pages < 10; pages++) {
      const { main, html } = await site.get(path);
      expect(html.length).toBeLessThan(PAGE_BYTES);
      seen.push(...[...(main.split(`id="needs"`)[0] ?? "").matchAll(/>(f\d{4})</g)].map(([, name]) => name ?? ""));
      path = /href="([^"]+)" rel="next"/.exec(main)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(seen).toEqual(Array.from({ length: 450 }, (_, file) => `f${String(file).padStart(4, "0")}`));
  });

  test("that has nothing small in it begins with the first part of its first text", async () => {
    const text = Array.from({ length: 40_000 }, (_, i) => `line ${i} ${"·".repeat(20)}`);
    changed({}, (path) => writeFileSync(join(path, "big.txt"), `${text.join("\n")}\n`));
    const { main, html } = await site.get("/tasks/1/diff");
    const first = rows(main);
    expect(first).toEqual(text.slice(0, 1_500).map((line) => `+${line}`));
    expect(html.length).toBeLessThan(PAGE_BYTES);
    const path = /class="diff-more" href="([^"#]+)/.exec(main)?.[1]?.replaceAll("&amp;", "&") ?? "";
    expect(rows((await site.get(path)).main)[0]).toBe(`+${text[1_500]}`);
  });

  test("a line of 2 MB is cut, and says so", async () => {
    changed({}, (path) => writeFileSync(join(path, "a.txt"), "x".repeat(2_000_000)));
    const { main, html } = await site.get("/tasks/1/diff?file=a.txt");
    expect(rows(main)[0]).toEndWith("… 1,999,000 characters more");
    expect(html.length).toBeLessThan(PAGE_BYTES);
  });
});

test.each(["../../etc/passwd", "", "a.txt\0", "--output=x"])("a file that is not changed, such as %j, is not found", async (path) => {
  changed({}, (folder) => writeFileSync(join(folder, "a.txt"), "a\n"));
  expect((await site.get(`/tasks/1/diff?${new URLSearchParams({ file: path })}`)).status).toBe(404);
});

test("a change that goes on is shown as it is now, not as it was kept", async () => {
  changed({}, (path) => writeFileSync(join(path, "a.txt"), "first\n"));
  expect(rows((await site.get("/tasks/1/diff")).main)).toEqual(["+first"]);
  changed({}, (path) => writeFileSync(join(path, "b.txt"), "second\n"));
  expect(rows((await site.get("/tasks/1/diff")).main)).toEqual(["+second"]);
});
