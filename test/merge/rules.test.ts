// Whose turn it is to merge, and what a base means for a candidate.
import { expect, test } from "bun:test";
import { judgeTurn, splitByTurn } from "../../src/merge/rules.ts";
import type { Task } from "../../src/tasks/schema.ts";

const task = (id: number, projectId: number, stateSince: number) => ({ id, projectId, stateSince }) as Task;

test("one merge a project at a time, in the order in which tasks came into the stage", () => {
  const { first, rest } = splitByTurn([task(1, 1, 30), task(2, 1, 20), task(3, 2, 40), task(4, 1, 20)]);
  expect(first.map(({ id }) => id)).toEqual([2, 3]);
  expect(rest.map(({ id }) => id)).toEqual([4, 1]);
});

test("only a passed candidate on the very base merges; anything else is checked again", () => {
  const candidate = { base: "b1", state: "passed" } as const;
  expect(judgeTurn({ base: "b1", holdsCommit: false, candidate })).toBe("go");
  expect(judgeTurn({ base: "b2", holdsCommit: false, candidate })).toBe("stale");
  expect(judgeTurn({ base: "b1", holdsCommit: false, candidate: { base: "b1", state: "unchecked" } })).toBe("stale");
  expect(judgeTurn({ base: "b1", holdsCommit: false, candidate: { base: "b1", state: "stale" } })).toBe("stale");
});

test("a base that holds the commit has merged it, whoever moved it there", () => {
  expect(judgeTurn({ base: "b9", holdsCommit: true, candidate: { base: "b1", state: "passed" } })).toBe("merged");
});
