// The end of a run over real rows: the outcome, the task's next step with its cause, and the agent's breaker.
import { beforeEach, describe, expect, test } from "bun:test";
import { breakersOf } from "../../src/agents/recovery/breakers.ts";
import { judgeEnd } from "../../src/agents/recovery/judge.ts";
import type { ExitRecord, Run } from "../../src/agents/schema.ts";
import * as table from "../../src/agents/table.ts";
import { dispatch, explainPlan } from "../../src/dispatch/actions.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { mustFind } from "../../src/tasks/actions.ts";
import { resumeTask } from "../../src/tasks/persons-word.ts";
import type { Task } from "../../src/tasks/schema.ts";
import { moveWorktree, patchWorktree } from "../../src/worktrees/table.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { exitRecord } from "../support/exit-record.ts";
import { moveThrough, RIGHTS, startedRun } from "../support/progress.ts";

const MINUTE_MS = 60_000;

let home: CommandHome;
let ctx: Ctx;
/** What the agent's login looks like. */
let login: string;

beforeEach(async () => {
  home = openCommandHome();
  login = "old";
  ctx = { ...home.ctx, outside: { ...home.ctx.outside, logins: { fingerprint: () => login } } };
  await home.out("register-project", "--path", home.repository.path, "--name", "p", "--agent", "demo");
});

const createTask = (title = "Fix it") => home.out("create-task", "--title", title, "--prompt", "Do it.");
const refused = (part: Record<string, unknown>): Partial<ExitRecord> => ({
  code: 1,
  result: { is_error: true, terminal_reason: "completed", ...part },
});
const REFUSED_LOGIN = refused({ api_error_status: 401, result: "Invalid API key · Please run /login" });
const OVERLOADED = refused({ api_error_status: 529, result: "API Error: 529 Overloaded" });

/** The run ends so, and is judged. */
function ends(run: Run, part: Partial<ExitRecord>, work: "changed" | "unchanged" = "changed"): Task {
  ctx.db.transact(() => table.setEnded(ctx.db, run.id, exitRecord(part), ctx.clock.now()));
  judgeEnd(ctx, table.findRun(ctx.db, run.id) as Run, work);
  return mustFind(ctx, run.taskId);
}

/** A task at work, with a run. */
async function atWork(): Promise<Run> {
  await createTask();
  moveThrough(ctx, 1, "executing");
  return startedRun(ctx, 1);
}

describe("the task", () => {
  test("that fails runs again, told what happened, and why is written down", async () => {
    const task = ends(await atWork(), { code: 1, tail: "Segmentation fault" });
    expect(task).toMatchObject({
      attempts: 1,
      setbacks: 0,
      freshSession: false,
      notBefore: ctx.clock.now() + 2_000,
      cause: 'the last run failed: The agent "demo" ended with exit code 1.',
      instruction: expect.stringContaining("Segmentation fault"),
      waiting: { reason: "retry", text: 'The agent "demo" ended with exit code 1. Try 2 follows in 2 s.' },
    });
  });

  test("begins a fresh session when its conversation is too long", async () => {
    const run = await atWork();
    expect(ends(run, refused({ result: "Prompt is too long" }))).toMatchObject({ freshSession: true, attempts: 1 });
  });

  test("that is set back keeps its tries and what it was to be told, and says what it waits for", async () => {
    const task = ends(await atWork(), OVERLOADED);
    expect(task).toMatchObject({
      attempts: 0,
      setbacks: 1,
      setbackSince: ctx.clock.now(),
      instruction: null,
      cause: expect.stringContaining("the last run could not go on: "),
      waiting: { reason: "provider", text: expect.stringContaining("529 Overloaded") },
    });
    home.clock.advance(MINUTE_MS);
    expect(ends(startedRun(ctx, 1), { code: 0 })).toMatchObject({ setbacks: 0, setbackSince: null, stageDone: true });
  });

  test("that is parked waits without a failure, and hears what a person said meanwhile", async () => {
    const task = ends(await atWork(), { reason: "parked", code: 0, undelivered: ["Use tabs."] });
    expect(task).toMatchObject({ state: "executing", attempts: 0, instruction: expect.stringContaining("Use tabs.") });
    expect(table.runsOf(ctx.db, 1)).toMatchObject([{ outcome: "stopped", summary: 'The agent "demo" waits for an answer of a person.' }]);
  });

  test("whose turn a person interrupted is paused until somebody says how to go on", async () => {
    const run = await atWork();
    const task = ends(run, refused({ terminal_reason: "aborted_tools", subtype: "error_during_execution" }));
    expect(task).toMatchObject({ state: "paused", pausedFrom: "executing", waiting: { reason: "question" } });
    expect(resumeTask(ctx, 1)).toMatchObject({ state: "executing", waiting: null });
  });

  test("is done whatever ccm had said to its agent and it never heard", async () => {
    const task = ends(await atWork(), { code: 0, undelivered: ["[ccm] Nothing was heard of you."] });
    expect(task).toMatchObject({ stageDone: true, instruction: null });
  });
});

describe("runs that end with the machine", () => {
  test("go on in their order, two seconds apart, with all their tries", async () => {
    const runs: Run[] = [];
    for (const id of [1, 2, 3]) {
      await createTask();
      moveThrough(ctx, id, "executing");
      runs.push(startedRun(ctx, id));
    }
    ctx.db.transact(() => {
      for (const run of runs) table.setEnded(ctx.db, run.id, exitRecord({ reason: "rebooted", signal: "SIGKILL" }), ctx.clock.now());
    });
    for (const run of runs.toReversed()) judgeEnd(ctx, table.findRun(ctx.db, run.id) as Run, "changed");
    const due = [1, 2, 3].map((id) => (mustFind(ctx, id).notBefore ?? 0) - ctx.clock.now());
    expect(due).toEqual([0, 2_000, 4_000]);
    expect(mustFind(ctx, 1)).toMatchObject({ attempts: 0, setbacks: 1 });
  });
});

describe("one failing login", () => {
  /** Twenty tasks whose trees are ready, and all slots that they could want. */
  async function twentyTasks(): Promise<void> {
    for (let id = 1; id <= 20; id++) {
      await createTask(`Task ${id}`);
      moveThrough(ctx, id, "executing");
      ctx.db.transact(() => {
        ctx.db.sql.run("INSERT INTO worktrees (task_id, state, setup, created_at, updated_at) VALUES (?, 'wanted', 'unknown', 1, 1)", [id]);
        moveWorktree(ctx.db, id, "wanted", "ready", 1);
        patchWorktree(ctx.db, id, { setup: "none" });
      });
    }
    const limits = { ...ctx.config.limits, runs: 20, runsPerProject: 20, runsPerAgent: 20 };
    const machine = { freeMemoryBytes: () => 64e9, freeDiskBytes: () => 1e12, load: () => 0, cores: () => 16 };
    ctx = { ...ctx, config: { ...ctx.config, limits }, outside: { ...ctx.outside, machine } };
  }

  /** All that dispatch starts now is started and refused; the number of runs. */
  function startAndRefuse(): number {
    dispatch(ctx);
    const runs = table.liveRuns(ctx.db);
    for (const run of runs) {
      table.setStarting(ctx.db, run.id, { level: "kernel", rights: RIGHTS, session: "s" });
      table.setRunning(ctx.db, run.id, ctx.clock.now());
      ends(run, REFUSED_LOGIN);
    }
    return runs.length;
  }

  test("of a run does not start twenty more, and is tried by one run every half hour", async () => {
    await twentyTasks();
    ctx = { ...ctx, config: { ...ctx.config, limits: { ...ctx.config.limits, runs: 1 } } };
    expect(startAndRefuse()).toBe(1);
    ctx = { ...ctx, config: { ...ctx.config, limits: { ...ctx.config.limits, runs: 20 } } };
    let starts = 0;
    for (let minute = 1; minute <= 240; minute++) {
      home.clock.advance(MINUTE_MS);
      starts += startAndRefuse();
    }
    expect(starts).toBe(8);
    expect(table.newestRuns(ctx.db, 100).every((run) => run.cause !== "" && run.outcome === "failed")).toBe(true);
    expect(ctx.db.sql.query("SELECT max(attempts) AS most FROM tasks").get()).toEqual({ most: 0 });
  });

  test("holds every task with what to do about it, and lets them go on when a person has logged in", async () => {
    await twentyTasks();
    expect(startAndRefuse()).toBe(20);
    home.clock.advance(MINUTE_MS);
    expect(dispatch(ctx).starts).toEqual([]);
    expect(mustFind(ctx, 7).waiting).toMatchObject({ reason: "login", text: expect.stringContaining("`ccm resume-task`") });
    login = "new";
    expect(dispatch(ctx).starts).toHaveLength(1);
    const [probe] = table.liveRuns(ctx.db);
    expect(explainPlan(ctx, 20, "as found").starts).toEqual([]);
    ctx.db.transact(() => {
      table.setStarting(ctx.db, probe?.id ?? 0, { level: "kernel", rights: RIGHTS, session: "s" });
      table.setRunning(ctx.db, probe?.id ?? 0, ctx.clock.now());
    });
    ends(probe as Run, { code: 0, result: { is_error: false, terminal_reason: "completed" } });
    expect(breakersOf(ctx)).toEqual([]);
    expect(dispatch(ctx).starts).toHaveLength(19);
  });

  test("is said by health, with when it is tried again", async () => {
    await twentyTasks();
    startAndRefuse();
    const { out } = await home.ccm("health", "--json");
    expect(JSON.parse(out.slice(0, out.lastIndexOf("]") + 1))).toContainEqual({
      name: "agent demo",
      verdict: "warn",
      text: expect.stringMatching(/^It was refused by its provider, .*Please run \/login"\. It is tried again at 2030-01-01 00:30:00\./),
      hint: "`ccm plan` shows which tasks wait for it.",
    });
  });

  test("is tried at once when a person says so, by that task alone", async () => {
    await twentyTasks();
    startAndRefuse();
    home.clock.advance(MINUTE_MS);
    dispatch(ctx);
    await home.out("resume-task", "7");
    expect(dispatch(ctx).starts).toMatchObject([{ taskId: 7 }]);
    expect(table.liveRunOf(ctx.db, 7)?.cause).toBe("a person asked to try now");
    startAndRefuse();
    expect(dispatch(ctx).starts).toEqual([]);
  });
});
