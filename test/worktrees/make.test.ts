// A task's tree as the loop makes it: from a base whose settings can be used, and only for a task that goes on.
import { expect, test } from "bun:test";
import { mustFind } from "../../src/tasks/actions.ts";
import { cancelTask } from "../../src/tasks/persons-word.ts";
import { findWorktree, makeTree, wantWorktree } from "../../src/worktrees/actions.ts";
import { worktreesIn } from "../../src/worktrees/table.ts";
import { openCommandHome } from "../support/command-home.ts";
import { moveThrough } from "../support/progress.ts";

async function wantedTree() {
  const home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  await home.out("create-task", "--title", "Fix it", "--prompt", "Fix it.");
  moveThrough(home.ctx, 1, "executing");
  wantWorktree(home.ctx, 1);
  return home;
}

test("a base with settings that nobody can use is tried again as it is then", async () => {
  const { ctx, repository } = await wantedTree();
  repository.commit("Break the settings", { ".ccm/project.yaml": "gates: 7\n" });
  await expect(makeTree(ctx, 1)).rejects.toMatchObject({ code: "invalid" });
  expect(mustFind(ctx, 1).baseCommit).toBeNull();

  const corrected = repository.commit("Correct them", { ".ccm/project.yaml": "gates: { full: make test }\n" });
  await makeTree(ctx, 1);

  expect(mustFind(ctx, 1)).toMatchObject({ baseCommit: corrected, tipCommit: corrected });
  expect(findWorktree(ctx, 1)?.state).toBe("ready");
});

test("a task that has ended needs none", async () => {
  const { ctx } = await wantedTree();
  const wanted = () => worktreesIn(ctx.db, "wanted", 10).map(({ taskId }) => taskId);
  expect(wanted()).toEqual([1]);
  cancelTask(ctx, 1);
  expect(wanted()).toEqual([]);
});
