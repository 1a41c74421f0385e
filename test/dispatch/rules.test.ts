// Who starts and why the rest waits: the same snapshot gives the same plan.
import { describe, expect, test } from "bun:test";
import { type AgentBreaker, planTick, type Snapshot, type Want } from "../../src/dispatch/rules.ts";

const NOW = 1_000_000;

function want(taskId: number, more: Partial<Want> = {}): Want {
  return {
    taskId,
    projectId: 1,
    title: `Task ${taskId}`,
    kind: "begin",
    name: "claude",
    priority: 2,
    createdAt: taskId,
    notBefore: null,
    urgedAt: null,
    question: null,
    commit: null,
    command: null,
    lowered: [],
    ...more,
  };
}

const LIMITS = { runs: 4, runsPerProject: 4, runsPerAgent: 4, freeMemoryMb: 1_024, freeDiskMb: 1_000, loadPerCore: 4 };
/** A slot that was taken so long ago that its run shows in what the machine says. */
const slot = (projectId: number, agent: string | null = null, since = 0) => ({ projectId, agent, since });

function snapshot(wants: Want[], more: Partial<Snapshot> = {}): Snapshot {
  const quiet = { freeMemoryMb: 64_000, freeDiskMb: 64_000, load: 0, cores: 4, breakers: [], refusals: [] };
  return { now: NOW, limits: LIMITS, ...quiet, slots: [], wants, ...more };
}

const started = (given: Snapshot) => planTick(given).starts.map((one) => one.taskId);
const held = (given: Snapshot) => planTick(given).holds.map(({ want: one, waiting }) => `${one.taskId}: ${waiting.reason}`);
const limits = (more: Partial<Snapshot["limits"]>) => ({
  limits: { ...LIMITS, ...more },
});

describe("the order", () => {
  const cases: [what: string, wants: Want[], order: number[]][] = [
    ["what has begun comes before what has not", [want(1, { priority: 0 }), want(2, { kind: "agent", priority: 3 })], [2, 1]],
    ["a gate has begun as well", [want(1), want(2, { kind: "gate" }), want(3, { kind: "setup" })], [2, 3, 1]],
    ["then priority counts", [want(1, { priority: 3 }), want(2, { priority: 0 }), want(3, { priority: 1 })], [2, 3, 1]],
    ["then age", [want(1, { createdAt: 9 }), want(2, { createdAt: 5 })], [2, 1]],
    ["then the number, so that it never depends on the database", [want(2, { createdAt: 5 }), want(1, { createdAt: 5 })], [1, 2]],
  ];
  test.each(cases)("%s", (_, wants, order) => {
    expect(started(snapshot(wants))).toEqual(order);
  });
});

describe("what is held", () => {
  test("all slots of the machine, those that this plan takes included", () => {
    const given = snapshot([want(1), want(2), want(3)], { ...limits({ runs: 3 }), slots: [slot(2)] });
    expect(started(given)).toEqual([1, 2]);
    expect(planTick(given).holds[0]?.waiting).toEqual({ reason: "capacity", text: "All 3 slots of this machine are taken (limits.runs)." });
  });

  test("the slots of a project leave those of another free", () => {
    const given = snapshot([want(1), want(2), want(3, { projectId: 2 })], limits({ runsPerProject: 1 }));
    expect([started(given), held(given)]).toEqual([[1, 3], ["2: capacity"]]);
  });

  test("the slots of an agent leave those of another free, and gates use none", () => {
    const wants = [want(1), want(2), want(3, { name: "codex" }), want(4, { kind: "gate", name: "full" })];
    const given = snapshot(wants, limits({ runsPerAgent: 1 }));
    expect([started(given), held(given)]).toEqual([[4, 1, 3], ["2: capacity"]]);
  });

  test("memory is counted for what this plan starts, too", () => {
    const given = snapshot([want(1), want(2), want(3)], { freeMemoryMb: 1_024 + 400 });
    expect([started(given), held(given)]).toEqual([[1, 2], ["3: memory"]]);
  });

  test("below the floor of free disk space nothing starts, and it is said how to get some", () => {
    expect(held(snapshot([want(1)], { freeDiskMb: 1_000 }))).toEqual([]);
    expect(held(snapshot([want(1), want(2, { kind: "gate" })], { freeDiskMb: 999 }))).toEqual(["2: disk", "1: disk"]);
    const [hold] = planTick(snapshot([want(1)], { freeDiskMb: 0 })).holds;
    expect(hold?.waiting.text).toContain("`ccm worktrees cleanup --trash --dry-run`");
    expect(held(snapshot([want(1)], { freeDiskMb: 0, ...limits({ freeDiskMb: 0 }) }))).toEqual([]);
  });

  test.each([
    ["a delay that is not over", { notBefore: NOW + 8_000 }, ["1: retry"]],
    ["a delay that is over", { notBefore: NOW }, []],
  ])("%s", (_, more, holds) => {
    expect(held(snapshot([want(1, more)]))).toEqual(holds);
  });

  test("what is to have a sandbox that cannot be had, and nothing else", () => {
    const wants = [want(1), want(2, { kind: "agent" }), want(3, { kind: "gate" }), want(4, { projectId: 2 })];
    const given = snapshot(wants, { refusals: [{ projectId: 1, kinds: ["begin", "agent"], text: "None works." }] });
    expect([started(given), held(given)]).toEqual([
      [3, 4],
      ["2: sandbox", "1: sandbox"],
    ]);
    expect(planTick(given).holds[0]?.waiting.text).toBe("None works.");
  });

  test("a held task lets a smaller one pass that fits", () => {
    const given = snapshot([want(1), want(2, { projectId: 2 })], {
      ...limits({ runsPerProject: 1 }),
      slots: [slot(1)],
    });
    expect(started(given)).toEqual([2]);
  });
});

describe("an agent whose breaker is open", () => {
  const breaker = (more: Partial<AgentBreaker> = {}): AgentBreaker => ({
    agent: "claude",
    kind: "provider",
    failures: 2,
    text: "could not reach its provider.",
    openedAt: NOW - 10,
    retryAt: NOW + 60_000,
    fingerprint: null,
    isMended: false,
    ...more,
  });
  const wants = [want(1), want(2), want(3, { name: "codex" }), want(4, { kind: "gate", name: "full" })];
  const open = (more: Partial<AgentBreaker> = {}, rest: Partial<Snapshot> = {}) => snapshot(wants, { breakers: [breaker(more)], ...rest });

  test("holds all that needs it, and nothing else, and says until when and what to do", () => {
    expect([started(open()), held(open())]).toEqual([
      [4, 3],
      ["1: provider", "2: provider"],
    ]);
    const [hold] = planTick(open({ kind: "login", text: "was refused by its provider." })).holds;
    expect(hold?.waiting).toEqual({
      reason: "login",
      text: 'The agent "claude" was refused by its provider. It is tried again at 1970-01-01 00:17:40 UTC, or at once with `ccm resume-task`. Log in anew (start the agent yourself, `/login`) or set its key; ccm notices.',
    });
  });

  test.each([
    ["its time has come", { retryAt: NOW }],
    ["the login is another one", { isMended: true }],
    ["the clock was set back", { openedAt: NOW + 1 }],
    ["the clock was set back by years", { retryAt: NOW + 1e12 }],
  ])("lets one run try when %s", (_, more) => {
    expect([started(open(more)), held(open(more))]).toEqual([[4, 1, 3], ["2: provider"]]);
  });

  test("lets the task try of which a person said so since, and no other", () => {
    const urged = [want(1), want(2, { urgedAt: NOW })];
    expect(started(snapshot(urged, { breakers: [breaker()] }))).toEqual([2]);
    expect(started(snapshot(urged, { breakers: [breaker({ openedAt: NOW + 0, retryAt: NOW + 5 })] }))).toEqual([2]);
    const before = [want(1), want(2, { urgedAt: NOW - 11 })];
    expect(started(snapshot(before, { breakers: [breaker()] }))).toEqual([]);
  });

  test("lets nobody follow while that one is at work; runs from before it opened do not count", () => {
    const due = { retryAt: NOW };
    expect(started(open(due, { slots: [slot(1, "claude", NOW - 5)] }))).toEqual([4, 3]);
    expect(started(open(due, { slots: [slot(1, "claude", NOW - 11)] }))).toEqual([4, 1, 3]);
  });

  test("is one as long as it has not opened", () => {
    expect(started(open({ openedAt: null, retryAt: null }))).toEqual([4, 1, 2, 3]);
  });
});

describe("a machine under pressure", () => {
  test("starts nothing more above its load, but always one run", () => {
    const given = (load: number, slots = [slot(2)]) => started(snapshot([want(1), want(2)], { load, slots }));
    expect([given(16.1), given(16), given(99, [])]).toEqual([[], [1, 2], [1]]);
  });

  test("counts runs that have just started with the memory that they will take", () => {
    const given = (since: number) => started(snapshot([want(1)], { freeMemoryMb: 1_300, slots: [slot(2, null, since)] }));
    expect([given(NOW - 1_000), given(NOW - 60_000)]).toEqual([[], [1]]);
  });
});

describe("a begun task that rests for a moment", () => {
  const resting = (ms: number) => want(1, { kind: "agent", notBefore: NOW + ms });

  test("keeps its slot from tasks that have not begun", () => {
    const given = snapshot([resting(8_000), want(2)], limits({ runs: 1 }));
    expect([started(given), held(given)]).toEqual([[], ["1: retry", "2: capacity"]]);
  });

  test("leaves it to others that have, and to all when it rests for long", () => {
    expect(started(snapshot([resting(8_000), want(2, { kind: "gate" })], limits({ runs: 1 })))).toEqual([2]);
    expect(started(snapshot([resting(60_000), want(2)], limits({ runs: 1 })))).toEqual([2]);
  });
});

test("a task whose agent asked something waits for the answer", () => {
  const given = snapshot([want(1, { kind: "agent", question: "May it push?" })]);
  expect(planTick(given).holds[0]?.waiting).toEqual({ reason: "question", text: "May it push?" });
});

test("the snapshot stays as it was", () => {
  const given = snapshot([want(2), want(1)], { slots: [slot(1, "claude")] });
  const before = structuredClone(given);
  planTick(given);
  expect(given).toEqual(before);
});
