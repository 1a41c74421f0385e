// When there are windows: for agents at work, and never where an agent could reach their server.
import { beforeEach, expect, test } from "bun:test";
import type { WindowOrder, Windows } from "../../src/agents/schema.ts";
import { stepWindows } from "../../src/agents/view/windows-step.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import type { SandboxLevel } from "../../src/sandbox/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { moveThrough, startedRun } from "../support/progress.ts";

let home: CommandHome;
let calls: (readonly WindowOrder[] | "end")[];

beforeEach(async () => {
  home = openCommandHome();
  calls = [];
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  for (const title of ["One", "Two"]) await home.out("create-task", "--title", title, "--prompt", "Do it.");
});

/** The loop's context, with windows that note what is asked of them. */
function ctxAt(level: SandboxLevel): Ctx {
  const windows: Windows = {
    areBehind: (runs) => runs.length > 0,
    areThere: () => true,
    show: async (runs) => void calls.push(runs),
    end: async () => void calls.push("end"),
    attach: async () => "none",
  };
  return { ...home.ctx, outside: { ...home.ctx.outside, windows, sandbox: { level: () => level, ownUser: () => false } } };
}

test("agents at work have windows, gates have none", () => {
  moveThrough(home.ctx, 1, "executing");
  moveThrough(home.ctx, 2, "executing");
  const run = startedRun(home.ctx, 1);
  startedRun(home.ctx, 2, "gate", "full");
  stepWindows(ctxAt("kernel"));
  expect(calls).toEqual([[{ runId: run.id, taskId: 1 }]]);
});

test("without a run nothing is asked", () => {
  stepWindows(ctxAt("kernel"));
  expect(calls).toEqual([]);
});

test.each([
  ["kernel", "end"],
  ["namespace", [{ runId: 1, taskId: 1 }]],
] as const)("while a project with unix sockets is at work at the level %s", (level, expected) => {
  home.ctx.db.sql.run(`UPDATE projects SET settings = json_set(settings, '$.sandbox', json('{"unixSockets":true}'))`);
  moveThrough(home.ctx, 1, "executing");
  startedRun(home.ctx, 1);
  home.ctx.db.sql.run("UPDATE runs SET sandbox = ?", [level]);
  stepWindows(ctxAt(level));
  expect(calls).toEqual([expected]);
});
