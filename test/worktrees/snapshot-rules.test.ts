// Which snapshots make room for newer ones.
import { expect, test } from "bun:test";
import { snapshotsToDrop } from "../../src/worktrees/rules.ts";
import type { Snapshot } from "../../src/worktrees/schema.ts";

const snapshot = (n: number, more: Partial<Snapshot> = {}): Snapshot => ({
  ...{ taskId: 1, n, commit: "c", base: "b", why: "commits", note: "", unfinished: null, at: n },
  ...more,
});
const many = (count: number, more?: (n: number) => Partial<Snapshot>) =>
  Array.from({ length: count }, (_, i) => snapshot(i + 1, more?.(i + 1)));
const dropped = (snapshots: Snapshot[]) => snapshotsToDrop(snapshots).map(({ n }) => n);

test("a hundred stay; beyond that the oldest that nobody named go", () => {
  expect(dropped(many(100))).toEqual([]);
  expect(dropped(many(103))).toEqual([1, 2, 3]);
  expect(dropped(many(102, (n) => (n < 3 ? { why: "asked", note: "mine" } : {})))).toEqual([3, 4]);
});

test("what a person named, and what a step back or a send-back left, stays however many there are", () => {
  for (const more of [{ why: "asked", note: "mine" }, { why: "rollback" }, { why: "send-back" }] as const)
    expect(dropped(many(150, () => more))).toEqual([]);
});
