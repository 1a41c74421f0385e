// The state machine, faults of the daemon's own work, and what a wait means, as tables.
import { describe, expect, test } from "bun:test";
import { Fault } from "../../src/kernel/fault.ts";
import {
  canMove,
  highestTaskNumber,
  isDue,
  isFinal,
  judgeFault,
  judgeWait,
  LONGEST_DELAY_MS,
  MOVES,
  noSuchMove,
  retryDelayMs,
  stateTone,
  taskShape,
} from "../../src/tasks/rules.ts";
import { TASK_STATES, type Task, type TaskState } from "../../src/tasks/schema.ts";

const STAGES: TaskState[] = ["planning", "executing", "reviewing", "verifying", "approving", "merging"];

describe("moves", () => {
  test("every state can be reached from the queue", () => {
    const reached = new Set<TaskState>(["queued"]);
    for (const state of reached) for (const next of MOVES[state]) reached.add(next);
    expect([...reached].sort()).toEqual([...TASK_STATES].sort());
  });

  test("from every stage a person can pause and cancel, a fault can fail, and a pause leads back", () => {
    for (const stage of STAGES) {
      expect([stage, ...(["paused", "cancelled", "failed"] as const).map((to) => canMove(stage, to))]).toEqual([stage, true, true, true]);
      expect([stage, canMove("paused", stage)]).toEqual([stage, true]);
    }
  });

  test.each([
    ["done", []],
    ["failed", ["queued", "done"]],
    ["cancelled", ["queued", "done"]],
  ] as [TaskState, TaskState[]][])("%s leads only to %j", (from, to) => {
    expect(isFinal(from)).toBe(true);
    expect(TASK_STATES.filter((state) => canMove(from, state))).toEqual(to);
  });

  test("nothing skips the merge queue on its way from the agent to a merge that gates have not seen", () => {
    expect(canMove("planning", "merging")).toBe(false);
    expect(canMove("planning", "done")).toBe(false);
  });

  test("a move that does not exist is explained with the values", () => {
    expect(noSuchMove({ id: 3, state: "done" }, "paused").message).toBe('Task 3 is "done" and cannot become "paused".');
  });
});

test.each([
  [1, 2_000],
  [2, 4_000],
  [3, 8_000],
  [9, 8_000],
])("after %i failures in a row the next try waits %i ms", (failures, ms) => {
  expect(retryDelayMs(failures)).toBe(ms);
});

test.each([
  ["no delay", null, true],
  ["a delay that is over", 1_000_000, true],
  ["a delay that is not", 1_000_001, false],
  ["a delay as long as any", 1_000_000 + LONGEST_DELAY_MS, false],
  ["a delay longer than any: the clock was set back", 1_000_001 + LONGEST_DELAY_MS, true],
])("%s", (_, notBefore, due) => {
  expect(isDue(notBefore, 1_000_000)).toBe(due);
});

describe("a fault of the daemon's own work", () => {
  test.each(["environment", "unavailable", "timeout"])("%s passes: it is retried for ever, once a minute in the end", (code) => {
    expect([1, 2, 3, 6, 7, 100].map((faults) => judgeFault(code, faults))).toEqual(
      [2_000, 4_000, 8_000, 60_000, 60_000, 60_000].map((delayMs) => ({ kind: "retry", delayMs })),
    );
  });

  test.each(["failed", "conflict", "invalid", "not_found", "denied"])("%s is about the task: it fails with the third", (code) => {
    expect([1, 2, 3].map((faults) => judgeFault(code, faults).kind)).toEqual(["retry", "retry", "fail"]);
  });
});

describe("a wait", () => {
  const task = { id: 3, state: "executing" as TaskState, error: null, result: null };
  test.each([
    ["is over in the state", "executing", [], "reached"],
    ["is over when the state was passed through", "queued", ["queued"], "reached"],
    ["goes on before it", "approving", ["executing"], "waiting"],
  ] as [string, TaskState, TaskState[], string][])("%s", (_, wanted, passed, verdict) => {
    expect(judgeWait(task, wanted, passed)).toBe(verdict as "reached");
  });

  test.each([
    ["failed", "done", "failed", 'Task 3 is "failed" and will not become "done". It broke.'],
    ["cancelled", "done", "conflict", 'Task 3 is "cancelled" and will not become "done".'],
    ["done", "approving", "conflict", 'Task 3 is "done" and will not become "approving". (merged)'],
  ] as [TaskState, TaskState, string, string][])("of a task that is %s for %s ends with %s", (state, wanted, code, message) => {
    const error = state === "failed" ? { code: "failed", text: "It broke.", hint: "" } : null;
    const verdict = judgeWait({ ...task, state, error, result: state === "done" ? "merged" : null }, wanted, []);
    expect(verdict).toBeInstanceOf(Fault);
    expect(verdict).toMatchObject({ code, message, hint: "`ccm task-status 3` shows how it ended." });
  });
});

test.each([
  [[], 0],
  [["refs/heads/ccm/task-7", "refs/ccm/trash/12", "refs/ccm/base/9"], 12],
  [["refs/ccm/trash/12", "refs/ccm/snapshots/14/30", "refs/ccm/snapshots/13/40"], 14],
  [["refs/heads/ccm/task-7b", "refs/heads/other/ccm/task-8", "refs/ccm/trash/x/9", "refs/tags/ccm/task-10"], 0],
  [["refs/heads/ccm/task-99999999999", "refs/heads/ccm/task-3"], 3],
] as [string[], number][])("the highest task number in %j is %i", (refs, highest) => {
  expect(highestTaskNumber(refs)).toBe(highest);
});

test("a task for scripts: what merged wins over the branch, times are ISO 8601, the error has a Fault's fields", () => {
  const task = {
    id: 3,
    uuid: "u",
    title: "T",
    kind: "bugfix",
    state: "failed",
    waiting: { reason: "retry", text: "Soon.", since: 0 },
    result: null,
    branch: "ccm/task-3",
    tipCommit: "tip",
    mergedCommit: null,
    error: { code: "failed", text: "It broke.", hint: "Look." },
    runs: 2,
    costUsd: 0.5,
    origin: "outside",
    source: "https://example.org/issues/3",
    lifted: ["network"],
    createdAt: 0,
    updatedAt: 1_000,
  } as Task;
  expect(taskShape(task, "my-app")).toMatchObject({
    project: "my-app",
    commit: "tip",
    waiting: { reason: "retry", text: "Soon.", since: "1970-01-01T00:00:00.000Z" },
    error: { code: "failed", message: "It broke.", hint: "Look." },
    updatedAt: "1970-01-01T00:00:01.000Z",
    source: "https://example.org/issues/3",
    lowered: ["secrets", "auto-merge"],
  });
  expect(taskShape({ ...task, mergedCommit: "merged", error: null, waiting: null }, "my-app")).toMatchObject({
    commit: "merged",
    error: null,
    waiting: null,
  });
});

test("a state's look says whether it is good, bad, or waits for a person", () => {
  const tones = Map.groupBy(TASK_STATES, stateTone);
  expect(tones.get("green")).toEqual(["done"]);
  expect(tones.get("red")).toEqual(["failed"]);
  expect(tones.get("yellow")).toEqual(["approving", "paused"]);
});
