// When a tree may go.
import { describe, expect, test } from "bun:test";
import type { TaskState, WaitingReason } from "../../src/tasks/schema.ts";
import { mayDiscard, purgeBefore } from "../../src/worktrees/rules.ts";

const DAY_MS = 86_400_000;
const retention = { keepDays: 7, trashDays: 3 };

const ended = (state: "done" | "failed" | "cancelled") => ({ state, stateSince: 5, finishedAt: 5, waiting: null });

test("the tree of a finished task goes at once, that of a failed one after keepDays", () => {
  expect(mayDiscard(ended("done"), 5, retention)).toBe(true);
  expect(mayDiscard(ended("failed"), 5 + 7 * DAY_MS - 1, retention)).toBe(false);
  expect(mayDiscard(ended("failed"), 5 + 7 * DAY_MS, retention)).toBe(true);
  expect(mayDiscard(ended("cancelled"), 6, { ...retention, keepDays: 0 })).toBe(true);
});

describe("the tree of a task that is not over", () => {
  const open = (state: TaskState, reason?: WaitingReason, since = 5) =>
    ({ state, stateSince: 5, finishedAt: null, waiting: reason ? { reason, text: "", since } : null }) as const;

  test.each([
    open("queued"),
    open("paused"),
    open("approving", "approval"),
    open("merging", "dirty_checkout"),
    open("executing", "conflict"),
    open("verifying", "conflict"),
  ])("goes after keepDays in which it waited: %o", (task) => {
    expect(mayDiscard(task, 5 + 7 * DAY_MS - 1, retention)).toBe(false);
    expect(mayDiscard(task, 5 + 7 * DAY_MS, retention)).toBe(true);
    expect(mayDiscard({ ...task, waiting: { reason: "approval", text: "", since: DAY_MS } }, 5 + 7 * DAY_MS, retention)).toBe(false);
  });

  test.each([open("executing"), open("executing", "question"), open("executing", "limit"), open("verifying"), open("verifying", "fault")])(
    "never goes while its agent or gate may go on in it: %o",
    (task) => expect(mayDiscard(task, 1e15, retention)).toBe(false),
  );

  test("stays for a day at least", () => {
    expect(mayDiscard(open("paused"), 5 + DAY_MS - 1, { ...retention, keepDays: 0 })).toBe(false);
    expect(mayDiscard(open("paused"), 5 + DAY_MS, { ...retention, keepDays: 0 })).toBe(true);
  });
});

test("a tree that was brought back stays for keepDays from then", () => {
  const broughtBack = 5 + 100 * DAY_MS;
  for (const task of [ended("done"), ended("failed"), { ...ended("failed"), state: "paused", finishedAt: null } as const]) {
    expect(mayDiscard(task, broughtBack + 7 * DAY_MS - 1, retention, broughtBack)).toBe(false);
    expect(mayDiscard(task, broughtBack + 7 * DAY_MS, retention, broughtBack)).toBe(true);
  }
});

test("the trash is emptied after trashDays", () => {
  expect(purgeBefore(10 * DAY_MS, retention)).toBe(7 * DAY_MS);
});
