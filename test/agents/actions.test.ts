// One live run a task, whatever asks for it; and what a run's row says beside what its host and branch say.
import { beforeEach, describe, expect, test } from "bun:test";
import { branchTip, claimRun, finishRun, hostsMoved, liveRunOf, wantStop } from "../../src/agents/actions.ts";
import type { HostState } from "../../src/agents/schema.ts";
import { setEnded } from "../../src/agents/table.ts";
import type { Git } from "../../src/git/schema.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { mustFind, patchTask } from "../../src/tasks/actions.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { moveThrough, startedRun } from "../support/progress.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "p", "--agent", "demo");
  await home.out("create-task", "--title", "Fix it", "--prompt", "Do it.");
  moveThrough(home.ctx, 1, "executing");
});

const claim = () => claimRun(home.ctx, { task: mustFind(home.ctx, 1), kind: "agent", name: "demo", commit: null, command: null });

/** The same home, where hosts look as given. */
function whereHostsAre(state: HostState): Ctx {
  return { ...home.ctx, outside: { ...home.ctx.outside, hosts: { ...home.ctx.outside.hosts, look: () => state } } };
}

/** The same home, where the task's branch is at `tip`. */
function whereBranchIs(tip: string | null, holds: "its row" | "something else"): Ctx {
  const git: Git = { ...home.ctx.outside.git, tip: async () => tip, contains: async () => holds === "its row" };
  return { ...home.ctx, outside: { ...home.ctx.outside, git } };
}

describe("a task has one live run", () => {
  test("a second claim gets none", () => {
    expect(claim()?.id).toBe(1);
    expect(claim()).toBeNull();
  });

  test("the database itself refuses a second one", () => {
    claim();
    const again = () =>
      home.ctx.db.sql.run(
        `INSERT INTO runs (uuid, task_id, project_id, kind, state, agent, attempt, cause, claimed_at) VALUES ('x', 1, 1, 'agent', 'running', 'demo', 2, 'test', 0)`,
      );
    expect(again).toThrow("UNIQUE constraint failed: runs.task_id");
  });

  test("a run finishes once, and only after it has ended", () => {
    const run = startedRun(home.ctx, 1);
    expect(finishRun(home.ctx, run, "passed", "too early")).toBe(false);
    home.ctx.db.transact(() => setEnded(home.ctx.db, run.id, null, 1));
    expect(finishRun(home.ctx, run, "passed", "in time")).toBe(true);
    expect(finishRun(home.ctx, run, "failed", "too late")).toBe(false);
    expect(liveRunOf(home.ctx, 1)).toBeNull();
  });

  test("why it was stopped from outside is kept, and the first reason stays", () => {
    const run = startedRun(home.ctx, 1);
    wantStop(home.ctx, run, "emergency");
    wantStop(home.ctx, run, "another");
    expect(liveRunOf(home.ctx, 1)?.stopWanted).toBe("emergency");
  });
});

describe("the loop looks when a host is not what its row says", () => {
  const exited = { kind: "died", tail: "", boot: "this" } as const;

  test("a claimed run has no host yet", () => {
    claim();
    expect(hostsMoved(whereHostsAre({ kind: "absent" }))).toBe(false);
  });

  test("a running one whose host lives is as it should be, one whose host is gone is not", () => {
    startedRun(home.ctx, 1);
    expect(hostsMoved(whereHostsAre({ kind: "live", pid: 1 }))).toBe(false);
    expect(hostsMoved(whereHostsAre(exited))).toBe(true);
  });
});

describe("the branch as it is", () => {
  beforeEach(() => patchTask(home.ctx, 1, { tipCommit: "a".repeat(40) }));

  test("may be ahead of its row, which follows", async () => {
    expect(await branchTip(whereBranchIs("b".repeat(40), "its row"), mustFind(home.ctx, 1))).toBe("b".repeat(40));
    expect(mustFind(home.ctx, 1).tipCommit).toBe("b".repeat(40));
  });

  test("that was moved away from the work is a Fault that says how to put it back", async () => {
    const moved = branchTip(whereBranchIs("c".repeat(40), "something else"), mustFind(home.ctx, 1));
    expect(await moved.catch((fault) => fault.toJSON())).toMatchObject({
      code: "conflict",
      hint: expect.stringContaining("git branch -f ccm/task-1"),
    });
    const deleted = branchTip(whereBranchIs(null, "something else"), mustFind(home.ctx, 1));
    expect(await deleted.catch((fault) => fault.message)).toContain("was moved to nowhere");
  });
});
