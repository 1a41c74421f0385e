// Moving a real base branch to the candidate: once, only when nothing has moved, and never over a person's changes.
import { beforeEach, describe, expect, test } from "bun:test";
import { readEvents } from "../../src/kernel/events.ts";
import { mergeTask, openIntents } from "../../src/merge/actions.ts";
import { putIntent } from "../../src/merge/table.ts";
import { findCandidate, makeCandidate } from "../../src/review/actions.ts";
import { mustFind } from "../../src/tasks/actions.ts";
import { cancelTask } from "../../src/tasks/persons-word.ts";
import { finishWork } from "../support/branch.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";

let home: CommandHome;
const git = (...words: string[]) => home.repository.git(...words);
const main = () => git("rev-parse", "refs/heads/main");
const events = () => readEvents(home.ctx.db, { after: 0, limit: 100, taskId: 1 }).map((event) => event.name);

/** Task 1 is in the merge queue with this candidate. */
let commit: string;
let base: string;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--approval", "auto");
  await home.out("create-task", "--title", "Fix", "--prompt", "Do it.");
  base = finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" }).base;
  await makeCandidate(home.ctx, 1);
  commit = findCandidate(home.ctx, 1)?.commit ?? "";
});

/** What a crash leaves between the intent and its outcome. */
function intend(): void {
  home.ctx.db.transact(() =>
    putIntent(home.ctx.db, { taskId: 1, projectId: 1, branch: "main", commit, from: base, intendedAt: home.clock.now() }),
  );
}

test("the base becomes exactly the candidate, and so does the person's checkout", async () => {
  await mergeTask(home.ctx, 1);
  expect(main()).toBe(commit);
  expect(git("status", "--porcelain")).toBe("");
  expect(mustFind(home.ctx, 1)).toMatchObject({ state: "done", result: "merged", mergedCommit: commit });
  expect(events().slice(-3)).toEqual(["merge.intended", "task.finished", "task.merged"]);
});

test("merging again changes nothing", async () => {
  await mergeTask(home.ctx, 1);
  const count = events().length;
  await mergeTask(home.ctx, 1);
  expect([main(), events().length]).toEqual([commit, count]);
});

test("a base that has moved makes the candidate stale, and stays where it is", async () => {
  const moved = home.repository.commit("Elsewhere", { "b.txt": "two\n" });
  await mergeTask(home.ctx, 1);
  expect(main()).toBe(moved);
  expect([mustFind(home.ctx, 1).state, findCandidate(home.ctx, 1)?.state]).toEqual(["merging", "stale"]);
});

test("a person's changes in the way make the task wait and say where", async () => {
  home.repository.write({ "README.md": "# Mine\n" });
  await mergeTask(home.ctx, 1);
  expect(main()).toBe(base);
  expect(mustFind(home.ctx, 1)).toMatchObject({
    state: "merging",
    waiting: { reason: "dirty_checkout" },
    notBefore: home.clock.now() + 3_000,
  });
  expect(mustFind(home.ctx, 1).waiting?.text).toContain(`Commit or stash what is in "${home.repository.path}"`);
  git("checkout", "--quiet", "--", "README.md");
  await mergeTask(home.ctx, 1);
  expect(main()).toBe(commit);
});

describe("after a crash", () => {
  test("between the intent and the move, the move is made", async () => {
    intend();
    await mergeTask(home.ctx, 1);
    expect([main(), mustFind(home.ctx, 1).state, openIntents(home.ctx).length]).toEqual([commit, "done", 0]);
  });

  test("between the move and its record, only the record is made", async () => {
    intend();
    git("merge", "--quiet", "--ff-only", commit);
    await mergeTask(home.ctx, 1);
    expect([main(), mustFind(home.ctx, 1).mergedCommit, openIntents(home.ctx).length]).toEqual([commit, commit, 0]);
  });

  test("a merge that happened wins over a person who cancelled in the same moment", async () => {
    intend();
    git("merge", "--quiet", "--ff-only", commit);
    cancelTask(home.ctx, 1);
    await mergeTask(home.ctx, 1);
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "done", result: "merged", error: null });
  });

  test("an intent of a task that was cancelled and did not merge is dropped", async () => {
    intend();
    cancelTask(home.ctx, 1);
    await mergeTask(home.ctx, 1);
    expect([main(), mustFind(home.ctx, 1).state, openIntents(home.ctx).length]).toEqual([base, "cancelled", 0]);
  });
});

test("a base branch that is gone is a Fault that says what to do", async () => {
  git("branch", "--move", "main", "trunk");
  await expect(mergeTask(home.ctx, 1)).rejects.toMatchObject({ code: "not_found", hint: "Create it again; the merge goes on by itself." });
});
