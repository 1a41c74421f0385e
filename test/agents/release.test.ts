// Trees that go to the trash by themselves, and come back when their task goes on.
import { beforeEach, expect, test } from "bun:test";
import { stepRelease } from "../../src/agents/step.ts";
import { dispatch } from "../../src/dispatch/actions.ts";
import { setStale } from "../../src/review/table.ts";
import { findWorktree, releaseRefs, wantWorktree } from "../../src/worktrees/actions.ts";
import type { WorktreeState } from "../../src/worktrees/schema.ts";
import { moveWorktree } from "../../src/worktrees/table.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough, startedRun } from "../support/progress.ts";

const WEEK_MS = 7 * 86_400_000;
let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
});

async function taskWithTree(...states: Parameters<typeof moveThrough>[2][]): Promise<number> {
  const { id } = await home.json<{ id: number }>("create-task", "--project", "my-app", "--title", "A task", "--prompt", "Do it.");
  home.ctx.db.transact(() => wantWorktree(home.ctx, id));
  move(id, "wanted", "ready");
  moveThrough(home.ctx, id, ...states);
  return id;
}

const move = (id: number, from: WorktreeState, to: WorktreeState) =>
  home.ctx.db.transact(() => moveWorktree(home.ctx.db, id, from, to, home.clock.now()));
const treeOf = (id: number) => findWorktree(home.ctx, id)?.state;

test("trees that are kept for a while do not hold up those of tasks that are done", async () => {
  for (let i = 0; i < 30; i++) await taskWithTree("executing", "failed");
  const done = await taskWithTree("executing", "done");
  stepRelease(home.ctx);
  expect([treeOf(1), treeOf(done)]).toEqual(["ready", "discarding"]);
});

test("the tree of a task that waits for a person goes after a week, but not from under a run", async () => {
  const [waits, runs, works] = [
    await taskWithTree("executing", "approving"),
    await taskWithTree("paused"),
    await taskWithTree("executing"),
  ];
  startedRun(home.ctx, runs);
  home.clock.advance(WEEK_MS - 1);
  stepRelease(home.ctx);
  expect([treeOf(waits), treeOf(runs), treeOf(works)]).toEqual(["ready", "ready", "ready"]);
  home.clock.advance(1);
  stepRelease(home.ctx);
  expect([treeOf(waits), treeOf(runs), treeOf(works)]).toEqual(["discarding", "ready", "ready"]);
});

test.each(["discarded", "purged"] as const)(
  "a task whose tree is %s gets it again when its next run is due, and not before",
  async (state) => {
    const id = await taskWithTree("executing", "approving");
    move(id, "ready", state);
    dispatch(home.ctx);
    expect(treeOf(id)).toBe(state);
    expect(await home.out("task-status", String(id))).toContain(
      state === "purged" ? "its next run makes it anew" : "its next run or `ccm worktrees restore",
    );
    moveThrough(home.ctx, id, "verifying");
    const commit = "1".repeat(40);
    checkedCandidate(home.ctx, id, { base: commit, tip: commit, commit });
    home.ctx.db.transact(() => setStale(home.ctx.db, id));
    dispatch(home.ctx);
    expect(treeOf(id)).toBe(state);
    moveThrough(home.ctx, id, "executing");
    dispatch(home.ctx);
    expect(treeOf(id)).toBe("wanted");
  },
);

test("a task that is done while its tree is in the trash lets go of what only a task at work needs", async () => {
  const id = await taskWithTree("executing", "approving", "merging");
  releaseRefs(home.ctx, id);
  expect(treeOf(id)).toBe("ready");
  move(id, "ready", "discarded");
  releaseRefs(home.ctx, id);
  expect(treeOf(id)).toBe("discarding");
});
