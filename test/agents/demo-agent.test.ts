// The demo agent at its honest work, under a host, and its directives.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { directivesOf, repairsOf } from "../../src/agents/demo/script.ts";
import { type DemoRepository, NODE_DEMO, SHELL_DEMO } from "../../src/setup/demo-repository.ts";
import { demo, openRuns } from "../support/runs.ts";

const SLOW_MS = 60_000;
const DEMOS: [string, DemoRepository, string][] = [
  ["node", NODE_DEMO, "Repair sum.js: i = 1 should be i = 0"],
  ["shell", SHELL_DEMO, "Repair sum.sh: - should be +"],
];

function inTree(tree: string, ...argv: string[]): { code: number; text: string } {
  const { exitCode, stdout } = Bun.spawnSync(argv, {
    cwd: tree,
    stderr: "ignore",
    env: { PATH: process.env.PATH ?? "", HOME: dirname(tree) },
  });
  return { code: exitCode, text: stdout.toString().trimEnd() };
}

test.each(DEMOS)(
  "repairs the %s demo: its gate fails before and passes afterwards, in one commit",
  async (_, repository, subject) => {
    const lab = openRuns();
    for (const file of repository.files) writeFileSync(join(lab.tree, file.path), file.text);
    inTree(lab.tree, "git", "init", "-q");
    inTree(lab.tree, "sh", "-c", "git add -A && git -c user.name=Ada -c user.email=ada@example.org commit -qm base");
    expect(inTree(lab.tree, "sh", "-c", repository.gate).code).toBe(1);

    lab.launch(demo("Please make the tests pass."));
    expect(await lab.ended()).toMatchObject({ code: 0, reason: "exited", result: { subtype: "success", is_error: false } });

    expect(inTree(lab.tree, "sh", "-c", repository.gate).code).toBe(0);
    expect(inTree(lab.tree, "git", "log", "--format=%s").text).toBe(`${subject}\nbase`);
    expect(inTree(lab.tree, "git", "status", "--porcelain").text).toBe("");
  },
  SLOW_MS,
);

test("exits as it is told, once: the second run of a task goes on", async () => {
  const lab = openRuns();
  lab.launch(demo("Hold on.\n  demo: exit 4 once\ndemo: no-change"));
  expect(await lab.ended()).toMatchObject({ code: 4, result: null });
  expect(existsSync(join(lab.paths.task(1).tmp, "demo-exit-4"))).toBe(true);
});

test("fails with a result, after doing what stands before", async () => {
  const lab = openRuns();
  lab.launch(demo("demo: write notes/a.txt hello there\ndemo: fail 3\ndemo: write b.txt never"));
  expect(await lab.ended()).toMatchObject({ code: 3, result: { is_error: true } });
  expect(readFileSync(join(lab.tree, "notes/a.txt"), "utf8")).toBe("hello there\n");
  expect(existsSync(join(lab.tree, "b.txt"))).toBe(false);
});

test("does not guess at a directive that it does not know", async () => {
  const lab = openRuns();
  lab.launch(demo("demo: dance"));
  expect(await lab.ended()).toMatchObject({ code: 2, tail: expect.stringContaining('"demo: dance"') });
});

test("directives are lines of their own; a prompt without any has none", () => {
  expect(directivesOf("Fix it\n  demo: write a.txt  hello \nthis demo: no\ndemo: hang")).toEqual([
    { verb: "write", rest: "a.txt  hello" },
    { verb: "hang", rest: "" },
  ]);
  expect(directivesOf("Show a demo: please")).toEqual([]);
});

test("every repair differs by one slip", () => {
  expect(repairsOf("for (i = 1; i <= n; i++)").map((edit) => edit.text)).toEqual(["for (i = 0; i <= n; i++)", "for (i = 1; i < n; i++)"]);
});
