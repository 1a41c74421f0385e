// When a tree may go.
import { expect, test } from "bun:test";
import { mayDiscard, purgeBefore } from "../../src/worktrees/rules.ts";

const DAY_MS = 86_400_000;
const retention = { keepDays: 7, trashDays: 3 };

test("the tree of a finished task goes at once, that of a failed one after keepDays", () => {
  expect(mayDiscard({ state: "done", finishedAt: 5 }, 5, retention)).toBe(true);
  expect(mayDiscard({ state: "failed", finishedAt: 5 }, 5 + 7 * DAY_MS - 1, retention)).toBe(false);
  expect(mayDiscard({ state: "failed", finishedAt: 5 }, 5 + 7 * DAY_MS, retention)).toBe(true);
  expect(mayDiscard({ state: "cancelled", finishedAt: 5 }, 6, { ...retention, keepDays: 0 })).toBe(true);
});

test("the tree of a task that goes on never goes", () => {
  expect(mayDiscard({ state: "executing", finishedAt: null }, 1e15, retention)).toBe(false);
});

test("a tree that a person brought back after its task's end stays for keepDays from then", () => {
  const broughtBack = 5 + 100 * DAY_MS;
  for (const state of ["done", "failed"] as const) {
    expect(mayDiscard({ state, finishedAt: 5 }, broughtBack + 7 * DAY_MS - 1, retention, broughtBack)).toBe(false);
    expect(mayDiscard({ state, finishedAt: 5 }, broughtBack + 7 * DAY_MS, retention, broughtBack)).toBe(true);
  }
});

test("the trash is emptied after trashDays", () => {
  expect(purgeBefore(10 * DAY_MS, retention)).toBe(7 * DAY_MS);
});
