// Who starts and why the rest waits: the same snapshot gives the same plan.
import { describe, expect, test } from "bun:test";
import { planTick, type Snapshot, type Want } from "../../src/dispatch/rules.ts";

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
    commit: null,
    command: null,
    ...more,
  };
}

function snapshot(wants: Want[], more: Partial<Snapshot> = {}): Snapshot {
  const limits = { runs: 4, runsPerProject: 4, runsPerAgent: 4, freeMemoryMb: 1_024 };
  return { now: NOW, limits, freeMemoryMb: 64_000, sandbox: "namespace", slots: [], wants, ...more };
}

const started = (given: Snapshot) => planTick(given).starts.map((one) => one.taskId);
const held = (given: Snapshot) => planTick(given).holds.map(({ want: one, waiting }) => `${one.taskId}: ${waiting.reason}`);
const limits = (more: Partial<Snapshot["limits"]>) => ({
  limits: { runs: 4, runsPerProject: 4, runsPerAgent: 4, freeMemoryMb: 1_024, ...more },
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
    const given = snapshot([want(1), want(2), want(3)], { ...limits({ runs: 3 }), slots: [{ projectId: 2, agent: null }] });
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

  test.each([
    ["a delay that is not over", { notBefore: NOW + 8_000 }, ["1: retry"]],
    ["a delay that is over", { notBefore: NOW }, []],
  ])("%s", (_, more, holds) => {
    expect(held(snapshot([want(1, more)]))).toEqual(holds);
  });

  test("everything while no sandbox works", () => {
    const given = snapshot([want(1), want(2, { kind: "gate" })], { sandbox: null });
    expect([started(given), held(given)]).toEqual([[], ["2: sandbox", "1: sandbox"]]);
  });

  test("a held task lets a smaller one pass that fits", () => {
    const given = snapshot([want(1), want(2, { projectId: 2 })], {
      ...limits({ runsPerProject: 1 }),
      slots: [{ projectId: 1, agent: null }],
    });
    expect(started(given)).toEqual([2]);
  });
});

test("the snapshot stays as it was", () => {
  const given = snapshot([want(2), want(1)], { slots: [{ projectId: 1, agent: "claude" }] });
  const before = structuredClone(given);
  planTick(given);
  expect(given).toEqual(before);
});
