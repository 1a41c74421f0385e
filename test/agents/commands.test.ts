// The commands on runs and worktrees: which run is meant, what is asked of it, and what is shown.
import { beforeEach, describe, expect, test } from "bun:test";
import { noteQuestion } from "../../src/agents/questions.ts";
import type { AgentShape, RunShape } from "../../src/agents/schema.ts";
import { fresh } from "../../src/agents/signs/observe.ts";
import type { Observed, Verdict } from "../../src/agents/signs/signs.ts";
import { insertObservation, moveObservation, setActivity } from "../../src/agents/table.ts";
import { mustFind } from "../../src/tasks/actions.ts";
import { findWorktree, wantWorktree } from "../../src/worktrees/actions.ts";
import type { WorktreeState } from "../../src/worktrees/schema.ts";
import { moveWorktree, patchWorktree } from "../../src/worktrees/table.ts";
import { type CommandHome, expectGolden, openCommandHome } from "../support/command-home.ts";
import { finishedRun, moveThrough, startedRun } from "../support/progress.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  for (const title of ["Fix the login of people whose address has a plus sign", "Add tests", "Rename"]) {
    await home.out("create-task", "--title", title, "--prompt", "Do it.");
  }
  moveThrough(home.ctx, 1, "executing");
});

/** Task 1 has a finished run r1 and a live one r2. */
function twoRuns(): void {
  finishedRun(home.ctx, startedRun(home.ctx, 1, "gate", "full"), 1, "3 tests failed\n\x1b[2Jexpected 1, got 2\n");
  startedRun(home.ctx, 1);
  home.clock.advance(125_000);
}

describe("what is shown of runs", () => {
  test("list-agents", async () => {
    expect(await home.out("list-agents")).toContain("No run.");
    twoRuns();
    expectGolden("agents/list", await home.out("list-agents"));
    expectGolden("agents/list-all", await home.out("instances", "list", "--all"));
    expect((await home.json<RunShape[]>("list-agents")).map((run) => run.id)).toEqual([2]);
  });

  test("agent-status of a live run and of one that has ended, its output made harmless", async () => {
    twoRuns();
    expectGolden("agents/status-live", await home.out("agent-status", "1"));
    expectGolden("agents/status-ended", await home.out("agent-status", "r1"));
    expect(await home.json("agent-status", "r1")).toMatchObject({ id: 1, task: 1, kind: "gate", outcome: "failed", exitCode: 1 });
  });
});

/** What the agent of a run has shown, as it is kept. */
function seen(runId: number, verdict: Verdict, part: Partial<Observed>): void {
  home.ctx.db.transact(() => {
    const first = insertObservation(home.ctx.db, runId, fresh(home.clock.now()));
    moveObservation(home.ctx.db, runId, 0, { position: 1, observed: { ...first.observed, ...part } });
    setActivity(home.ctx.db, runId, verdict);
  });
}

const WORKED: Partial<Observed> = {
  session: "0198c0de-0000-7000-8000-000000000001",
  model: "claude-opus-4-8",
  version: "2.1.197",
  turns: 2,
  toolCalls: 24,
  failedCalls: 2,
  edits: 5,
  costUsd: 0.4213,
  usage: { input: 4_200, output: 9_100, cacheRead: 482_000, cacheWrite: 31_000 },
  context: { used: 52_000, size: 200_000 },
  compactions: 1,
  limit: { status: "warning", window: "five_hour", used: 0.92, resetsAt: Date.UTC(2030, 0, 1, 3) },
  lastSaid: "The tests are red because the parser drops the plus sign.\nI repair that first.",
};

describe("what is shown of agents at work", () => {
  test("list-agents says below each run what its agent does", async () => {
    twoRuns();
    moveThrough(home.ctx, 2, "executing");
    startedRun(home.ctx, 2, "agent", "claude");
    const since = home.clock.now() - 12_000;
    seen(2, { activity: "working", text: "runs npm test -- --watch=false --reporter=dot src/parser", since }, WORKED);
    seen(3, { activity: "starting", text: "starts", since }, {});
    expectGolden("agents/list-seen", await home.out("list-agents"));
    const [first] = await home.json<{ agent: AgentShape }[]>("list-agents");
    expect(first?.agent).toMatchObject({
      activity: "working",
      doing: "runs npm test -- --watch=false --reporter=dot src/parser",
      since: "2030-01-01T00:01:53.000Z",
      model: "claude-opus-4-8",
      costUsd: 0.4213,
      tokens: { input: 4_200, output: 9_100, cacheRead: 482_000, cacheWrite: 31_000 },
      context: { used: 52_000, size: 200_000 },
      limit: { window: "five_hour", status: "warning", used: 0.92, resetsAt: "2030-01-01T03:00:00.000Z" },
      question: null,
    });
  });

  test("agent-status says all that is known", async () => {
    twoRuns();
    seen(2, { activity: "working", text: "runs npm test", since: home.clock.now() - 90_000 }, WORKED);
    expectGolden("agents/status-seen", await home.out("agent-status", "1"));
  });

  test.each([
    ["call", { key: "k", tool: "Bash", input: { command: "git push origin main" }, why: "Pushing is asked for." }],
    [
      "choice",
      {
        key: "k",
        tool: "AskUserQuestion",
        input: { questions: [{ question: "Which?", options: [{ label: "A" }, { label: "B" }] }] },
        why: "",
      },
    ],
  ])("agent-status shows an open question about a %s, and how to answer it", async (kind, question) => {
    const run = startedRun(home.ctx, 1);
    const askedAt = home.clock.now();
    seen(1, { activity: "waiting", text: "waits for you", since: askedAt }, { question: { ...question, askedAt } });
    home.ctx.db.transact(() => noteQuestion(home.ctx, run, question, askedAt));
    expectGolden(`agents/status-${kind}`, await home.out("agent-status", "1"));
    expect(await home.json("agent-status", "1")).toMatchObject({ agent: { question: { tool: question.tool } } });
  });
});

describe("the run that is meant", () => {
  beforeEach(twoRuns);
  const cases: [words: string[], code: string, message: string][] = [
    [["agent-status", "x"], "invalid", '"x" is no task and no run.'],
    [["agent-status", "r0"], "invalid", '"r0" is no task and no run.'],
    [["agent-status", "r9"], "not_found", 'There is no run "r9".'],
    [["agent-status", "9"], "not_found", 'There is no task "9".'],
    [["agent-status", "2"], "conflict", "Task 2 has had no run yet."],
    [["stop-agent", "2"], "conflict", 'Task 2 is "queued" and has no run now.'],
    [["stop-agent", "r1"], "conflict", "Run r1 has ended."],
    [["restart-agent", "r1"], "conflict", "Run r1 has ended."],
    [["message", "r1", "hello"], "conflict", "Run r1 has ended."],
    [["message", "1", " "], "invalid", "The message is empty."],
    [["message", "1", "x".repeat(100_001)], "invalid", "The message is larger than 100 kB."],
    [["interrupt", "r1"], "conflict", "Run r1 has ended."],
    [["interrupt", "1"], "conflict", 'The agent "demo" knows no interrupt.'],
    [["message", "1", "hello", "--now"], "conflict", 'The agent "demo" knows no interrupt.'],
    [["attach", "--json"], "invalid", "`ccm attach` is for people."],
  ];
  test.each(cases)("%j is refused with %s", async (words, code, message) => {
    expect(await home.fault(...words)).toMatchObject({ code, message });
  });
});

describe("what is asked of a run", () => {
  test("stop-agent pauses its task", async () => {
    startedRun(home.ctx, 1);
    expect(await home.out("stop-agent", "r1")).toStartWith("Run r1 stops, task 1 is paused: `ccm resume-task 1` lets it go on.\n");
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "paused", pausedFrom: "executing" });
  });

  test("restart-agent stops it and leaves its task where it is", async () => {
    startedRun(home.ctx, 1);
    expect(await home.json("restart-agent", "1")).toMatchObject({ id: 1, task: 1 });
    expect(mustFind(home.ctx, 1).state).toBe("executing");
    expect((await home.out("list-agents")).split("\n")[1]).toContain("stopping");
    expect(await home.fault("restart-agent", "1")).toMatchObject({ code: "conflict" });
  });

  test("message goes to the host of an agent that listens, and to no other", async () => {
    startedRun(home.ctx, 1);
    expect(await home.out("message", "1", "- use spec/")).toBe("Run r1 has the message.\n");
    expect(home.requests).toEqual([{ runId: 1, request: { kind: "message", text: "- use spec/" } }]);
    moveThrough(home.ctx, 2, "executing");
    startedRun(home.ctx, 2, "gate", "full");
    expect(await home.fault("message", "2", "hello")).toMatchObject({ code: "conflict", message: "Run r2 is a gate, not an agent." });
  });

  test("interrupt ends the turn; message --now does that first", async () => {
    startedRun(home.ctx, 1, "agent", "claude");
    expect(await home.out("interrupt", "1")).toStartWith("The turn of run r1 ends.");
    expect(await home.out("message", "1", "use tabs", "--now")).toBe("Run r1 has the message.\n");
    expect(home.requests.map(({ request }) => request)).toEqual([
      { kind: "interrupt" },
      { kind: "interrupt" },
      { kind: "message", text: "use tabs" },
    ]);
  });

  test("attach without a run at work says what to do", async () => {
    expect(await home.ccm("attach")).toMatchObject({ exit: 4, error: expect.stringContaining("No agent is at work.") });
    startedRun(home.ctx, 1);
    moveThrough(home.ctx, 2, "executing");
    startedRun(home.ctx, 2);
    const several = await home.ccm("attach", "--project", "my-app");
    expect(several).toMatchObject({ exit: 2, error: expect.stringContaining("Name one: ccm attach r1") });
    expect(several.out).toContain("r2");
  });
});

describe("worktrees", () => {
  const tree = (id: number, ...states: WorktreeState[]) =>
    home.ctx.db.transact(() => {
      wantWorktree(home.ctx, id);
      for (const [i, state] of states.entries()) moveWorktree(home.ctx.db, id, states[i - 1] ?? "wanted", state, home.clock.now());
    });
  const stateOf = (id: number) => findWorktree(home.ctx, id)?.state;

  test("list shows those in place, and with --all those in the trash", async () => {
    tree(1, "ready");
    home.ctx.db.transact(() => patchWorktree(home.ctx.db, 1, { sizeBytes: 3_400_000 }));
    moveThrough(home.ctx, 2, "executing", "cancelled");
    tree(2, "ready", "discarding", "discarded");
    home.clock.advance(3 * 86_400_000);
    expectGolden("worktrees/list", await home.out("worktrees", "list"));
    expect((await home.json<{ task: number }[]>("worktrees", "list", "--all")).map((one) => one.task)).toEqual([1, 2]);
    expect(await openCommandHome().out("worktrees", "list")).toContain("No trees.");
  });

  test("create asks for the tree of a queued task; asked again it says where it is", async () => {
    expect(await home.out("worktrees", "create", "2")).toStartWith("The tree of task 2 is being made: HOME/tasks/2/tree\n");
    expect(stateOf(2)).toBe("wanted");
    home.ctx.db.transact(() => moveWorktree(home.ctx.db, 2, "wanted", "ready", home.clock.now()));
    expect(await home.out("worktrees", "create", "2")).toBe("The tree of task 2 is there: HOME/tasks/2/tree\n");
    moveThrough(home.ctx, 3, "cancelled");
    expect(await home.fault("worktrees", "create", "3")).toMatchObject({
      code: "conflict",
      hint: expect.stringContaining("worktrees restore 3"),
    });
  });

  test("cleanup sends the trees of ended tasks to the trash, but not from under a run that is still ending", async () => {
    tree(1, "ready");
    tree(2, "ready");
    startedRun(home.ctx, 1);
    moveThrough(home.ctx, 1, "cancelled");
    moveThrough(home.ctx, 2, "executing", "failed");
    expect(await home.fault("worktrees", "cleanup", "1")).toMatchObject({ code: "conflict", message: "Run r1 of task 1 is still ending." });
    expect(await home.fault("worktrees", "cleanup", "3")).toMatchObject({
      code: "conflict",
      message: 'Task 3 is "queued" and needs its tree.',
    });
    const going = { task: 2, to: "trash", sizeBytes: 0, ref: "refs/ccm/trash/2" };
    expect(await home.json("worktrees", "cleanup", "--dry-run")).toEqual({ dryRun: true, released: [2], deleted: 0, trees: [going] });
    expect(await home.json("worktrees", "cleanup")).toEqual({ dryRun: false, released: [2], deleted: 0, trees: [going] });
    expect([stateOf(1), stateOf(2)]).toEqual(["ready", "discarding"]);
    expect(await home.fault("worktrees", "restore", "2")).toMatchObject({
      message: "The tree of task 2 is still on its way to the trash.",
      hint: expect.stringContaining("Try again in a moment"),
    });
  });

  test("cleanup --trash lets the loop delete what is in the trash", async () => {
    moveThrough(home.ctx, 1, "cancelled");
    tree(1, "ready", "discarding", "discarded");
    expect(await home.out("worktrees", "cleanup", "--trash")).toStartWith(
      "No tree goes to the trash.\nDeleted for good: the trees of 1 (0 B).\n",
    );
    expect(findWorktree(home.ctx, 1)?.updatedAt).toBe(0);
  });

  test("restore brings back what was kept, also after it was deleted", async () => {
    moveThrough(home.ctx, 1, "cancelled");
    tree(1, "ready", "discarding", "discarded", "purged");
    expect(await home.fault("worktrees", "restore", "1")).toMatchObject({
      code: "conflict",
      message: "Nothing of task 1 is in the trash.",
    });
    home.ctx.db.transact(() => patchWorktree(home.ctx.db, 1, { trashCommit: "abc" }));
    expect(await home.out("worktrees", "restore", "1")).toStartWith("The tree of task 1 is being brought back: HOME/tasks/1/tree\n");
    expect(stateOf(1)).toBe("restoring");
    expect(await home.fault("worktrees", "restore", "2")).toMatchObject({
      code: "conflict",
      message: "Nothing of task 2 is in the trash.",
    });
  });
});
