// Where things stand and what has happened, as people and scripts read it.
import { beforeEach, describe, expect, test } from "bun:test";
import { requestChanges } from "../../src/decisions/actions.ts";
import { appendEvent, type Event } from "../../src/kernel/events.ts";
import { failTask, moveTask, mustFind, patchTask } from "../../src/tasks/actions.ts";
import type { TaskShape } from "../../src/tasks/schema.ts";
import { setupIsDone, wantWorktree } from "../../src/worktrees/actions.ts";
import { moveWorktree, patchWorktree } from "../../src/worktrees/table.ts";
import { type CommandHome, expectGolden, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, finishedRun, moveThrough, startedRun } from "../support/progress.ts";
import { waitFor } from "../support/wait.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo", "--gate", "full=npm test");
  const prompt = "People with a + in their address cannot log in.\n\n- Find out why.\n- Add a test.\n";
  await home.out(
    "create-task",
    "--title",
    "Fix the login of people whose address has a plus sign in it, and of all others",
    "--prompt",
    prompt,
  );
  await home.out(
    "create-task",
    "--title",
    "Add tests",
    "--prompt",
    Array.from({ length: 20 }, (_, i) => `Line ${i + 1}`).join("\n"),
    "--after",
    "1",
  );
});

/** Task 1 with a tree, a run that failed, a run that passed, a gate that failed, and a person's comment. */
function workOnTask1(): void {
  const { ctx, clock } = home;
  const base = home.repository.git("rev-parse", "HEAD");
  moveTask(ctx, { task: mustFind(ctx, 1), to: "executing" });
  ctx.db.transact(() => {
    wantWorktree(ctx, 1);
    moveWorktree(ctx.db, 1, "wanted", "ready", clock.now());
    patchWorktree(ctx.db, 1, { sizeBytes: 12_400_000, skipped: [{ path: ".env", why: "not in the checkout" }] });
    setupIsDone(ctx, 1);
  });
  clock.advance(1_000);
  const first = startedRun(ctx, 1);
  clock.advance(200_000);
  finishedRun(ctx, first, 1, "I could not find the module.\nError: Cannot find module './login'\n");
  const second = startedRun(ctx, 1);
  clock.advance(400_000);
  finishedRun(ctx, second, 0);
  moveThrough(ctx, 1, "verifying", "approving");
  checkedCandidate(ctx, 1, { base, tip: base, commit: base });
  clock.advance(60_000);
  requestChanges(ctx, 1, "ada", "Keep the old name as an alias, because other projects use it, and say so in the changelog.");
  clock.advance(30_000);
}

describe("task-status", () => {
  test("of a task that waits for another", async () => {
    expectGolden("progress/task-queued", await home.out("task-status", "2"));
  });

  test("of a task at work: its tree, runs and decisions", async () => {
    workOnTask1();
    expectGolden("progress/task-working", await home.out("tasks", "status", "1"));
    const shape = await home.json("task-status", "1");
    expect(shape).toMatchObject({
      id: 1,
      agent: "demo",
      runs: 2,
      runList: [{ outcome: "failed" }, { outcome: "passed" }],
      decisions: [{ by: "ada" }],
    });
  });

  test("of a task that failed: why, what to try, and the end of the output", async () => {
    workOnTask1();
    finishedRun(home.ctx, startedRun(home.ctx, 1), 1, "Error: ENOSPC\n");
    failTask(home.ctx, mustFind(home.ctx, 1), {
      code: "failed",
      text: 'The agent "demo" ended with exit code 1. That was try 4 of 4.',
      hint: "`ccm logs` shows its output; `ccm retry-task` starts it again.",
    });
    expectGolden("progress/task-failed", await home.out("task-status", "1"));
  });

  test("of nothing is a Fault", async () => {
    expect(await home.fault("task-status", "9")).toMatchObject({
      code: "not_found",
      exit: 3,
      hint: "`ccm list-tasks` shows the tasks there are.",
    });
  });
});

describe("recent-results", () => {
  test("shows how tasks ended, the latest last", async () => {
    expect(await home.out("recent-results")).toBe("No task has ended yet.\n");
    workOnTask1();
    moveThrough(home.ctx, 1, "merging");
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "done", patch: { result: "merged", mergedCommit: "abc" } });
    home.clock.advance(3_600_000);
    await home.out("cancel-task", "2");
    expectGolden("progress/results", await home.out("recent-results"));
    expect((await home.json<TaskShape[]>("recent-results", "--limit", "1")).map((task) => task.id)).toEqual([2]);
    expect(await home.fault("recent-results", "--project", "nope")).toMatchObject({ exit: 3 });
    home.ctx.db.transact(() => patchTask(home.ctx, 1, { costUsd: 0.4213 }));
    expectGolden("progress/results-paid", await home.out("recent-results"));
  });
});

describe("logs", () => {
  test("tell of everything, with what a failed run printed", async () => {
    workOnTask1();
    expectGolden("progress/logs", await home.out("logs", "--limit", "12"));
  });

  test("of a task, of a run, of a project", async () => {
    workOnTask1();
    const about = async (...words: string[]) => (await home.json<Event[]>("logs", ...words)).map((event) => event.name);
    expect(await about("2")).toEqual(["task.created", "task.held"]);
    expect(await about("r1")).toEqual(["run.claimed", "run.finished"]);
    expect((await about("--project", "my-app"))[0]).toBe("project.registered");
    expect(await about("1", "--limit", "1")).toEqual(["task.moved"]);
    expect((await home.out("logs", "1")).split("\n")[1]).toMatch(/^\d\d:\d\d:\d\d {2}Created: /);
  });

  test("tell what its agent did, and without --all only what people need to see", async () => {
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "executing" });
    const run = startedRun(home.ctx, 1);
    const entry = (name: string, data: Record<string, unknown>) =>
      appendEvent(home.ctx.db, home.clock.now(), { name, source: "agent", projectId: 1, taskId: 1, runId: run.id, data });
    for (let i = 0; i < 60; i++) entry("hook.received", { event: "PreToolUse", tool: "Bash", subject: "npm test" });
    entry("hook.received", { event: "PostToolUse", tool: "Bash", subject: "npm test", ok: false, code: 1, durationMs: 3_200 });
    entry("hook.received", { event: "PostToolUse", tool: "Edit", subject: "src/login/address.ts", ok: true, added: 12, removed: 3 });
    entry("request.retried", {
      attempt: 1,
      attempts: 10,
      delayMs: 500,
      status: 529,
      error: "overloaded",
      text: "the provider is overloaded",
    });
    entry("activity.changed", { from: "working", to: "overloaded", text: "the provider is overloaded, tries again (4 of 10)" });
    entry("activity.changed", { from: "overloaded", to: "working", text: "runs git push origin main" });
    entry("question.asked", { key: "k", tool: "Bash", text: "May it use Bash: git push origin main? (This command requires approval)" });
    entry("activity.changed", { from: "working", to: "waiting", text: "waits for you" });
    entry("question.answered", { key: "k", tool: "Bash", verdict: "deny", text: "ccm merges it itself.", by: "ada" });
    entry("activity.changed", { from: "working", to: "stalled", text: "runs npm test, which shows no sign of life" });
    entry("agent.nudged", { how: "nudge", why: "runs npm test, which shows no sign of life" });
    entry("message.sent", { text: "Nothing was heard of you for a while.", delivered: true });
    entry("message.heard", { text: "Nothing was heard of you for a while." });
    entry("limit.reported", { status: "warning", window: "five_hour", used: 0.95, resetsAt: home.clock.now() + 3_600_000 });
    entry("turn.ended", {
      turn: 1,
      isError: false,
      reason: "completed",
      text: "The login takes addresses with a plus sign.",
      costUsd: 0.42,
    });
    expectGolden("progress/logs-agent", await home.out("logs", "1", "--limit", "14"));
    expect(await home.json<Event[]>("logs", "1", "--limit", "70")).toHaveLength(70);
    const all = (await home.out("logs", "1", "--all", "--limit", "9")).trimEnd().split("\n");
    expect(all.filter((line) => /^\d\d:\d\d:\d\d /.test(line))).toHaveLength(9);
    expect(all.join("\n")).toContain("has taken the message");
  });

  test("followed go on until the task has ended", async () => {
    const following = home.out("logs", "1", "--follow");
    await waitFor("the first look", () => home.clock.nextWake());
    await home.out("cancel-task", "1", "--reason", "Not needed.");
    home.clock.advance(100);
    const text = await following;
    expect(text).toContain("Created: Fix the login");
    expect(text).toContain("Cancelled");
  });

  test.each([
    [["logs", "1", "--project", "my-app"], "invalid"],
    [["logs", "x"], "invalid"],
    [["logs", "r9"], "not_found"],
    [["logs", "9"], "not_found"],
    [["logs", "--project", "nope"], "not_found"],
    [["logs", "--limit", "0"], "invalid"],
  ])("%j is refused with %s", async (words, code) => {
    expect(await home.fault(...words)).toMatchObject({ code });
  });
});

describe("diff", () => {
  test("shows what would merge, its control characters made harmless", async () => {
    const base = home.repository.git("rev-parse", "HEAD");
    const tip = home.repository.commit("Work", { "a.txt": "one\n\x1b[2Jtwo\n" });
    expect(await home.fault("diff", "1")).toMatchObject({ code: "conflict", message: 'Task 1 is "queued" and has not begun.' });
    moveThrough(home.ctx, 1, "executing");
    patchTask(home.ctx, 1, { baseCommit: base, tipCommit: base });
    expect(await home.out("diff", "1")).toContain("has changed nothing that is committed");
    checkedCandidate(home.ctx, 1, { base, tip, commit: tip });
    expect(await home.out("diff", "1")).toContain("+one\n+\ufffd[2Jtwo\n");
    expect(await home.json("diff", "1")).toMatchObject({ id: 1, base, commit: tip, diff: expect.stringContaining("+one\n+\x1b[2Jtwo\n") });
  });

  test("shows the branch once it has gone on from the candidate", async () => {
    const base = home.repository.git("rev-parse", "HEAD");
    const first = home.repository.commit("First", { "a.txt": "one\n" });
    const second = home.repository.commit("Second", { "a.txt": "two\n" });
    moveThrough(home.ctx, 1, "executing");
    checkedCandidate(home.ctx, 1, { base, tip: first, commit: first });
    patchTask(home.ctx, 1, { tipCommit: second });
    expect(await home.json("diff", "1")).toMatchObject({ base, commit: second });
  });
});
