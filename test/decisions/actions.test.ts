// What a person may decide about a task, when, and what comes of it.
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { approve, decisionsOf, lastDecision, reject, requestChanges } from "../../src/decisions/actions.ts";
import { approvalHolds } from "../../src/decisions/rules.ts";
import { COMMENT_BYTES, type Decision } from "../../src/decisions/schema.ts";
import { stepDecisions } from "../../src/decisions/step.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { findCandidate, markStale } from "../../src/review/actions.ts";
import { createTask, mustFind, patchTask } from "../../src/tasks/actions.ts";
import { newTaskSchema, type TaskState } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough } from "../support/progress.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app" }));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: "Fix", prompt: "Do it." }));
});

/** The task in a stage, with a candidate on which the gates have passed. */
function inStage(...states: TaskState[]): void {
  moveThrough(home.ctx, 1, ...states);
  checkedCandidate(home.ctx, 1, { base: "base", tip: "tip", commit: "commit-1" });
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown.code;
    throw thrown;
  }
  return "allowed";
}

describe("where a decision is possible", () => {
  const cases: [states: TaskState[], approve: string, reject: string, changes: string][] = [
    [[], "conflict", "conflict", "conflict"],
    [["executing"], "conflict", "allowed", "conflict"],
    [["executing", "verifying"], "conflict", "allowed", "allowed"],
    [["executing", "approving"], "allowed", "allowed", "allowed"],
    [["executing", "merging"], "conflict", "conflict", "allowed"],
    [["executing", "done"], "conflict", "conflict", "conflict"],
    [["failed"], "conflict", "conflict", "conflict"],
    [["cancelled"], "conflict", "conflict", "conflict"],
    [["executing", "approving", "paused"], "conflict", "conflict", "conflict"],
  ];
  test.each(cases)("after %j: approve %s, reject %s, request changes %s", (states, ofApprove, ofReject, ofChanges) => {
    const attempt = (act: () => unknown) => {
      let code = "";
      try {
        home.ctx.db.transact(() => {
          code = codeOf(act);
          throw new Error("undo");
        });
      } catch {
        // Each of the three is tried on the same rows.
      }
      return code;
    };
    inStage(...states);
    expect([
      attempt(() => approve(home.ctx, 1, "ada")),
      attempt(() => reject(home.ctx, 1, "ada", "No.")),
      attempt(() => requestChanges(home.ctx, 1, "ada", "Please.")),
    ]).toEqual([ofApprove, ofReject, ofChanges]);
  });
});

describe("an approval", () => {
  test("is of exactly the commit that waits, and sends it into the merge queue", () => {
    inStage("executing", "approving");
    expect(approve(home.ctx, 1, "ada", "Nice.").state).toBe("merging");
    expect(lastDecision(home.ctx, 1)).toMatchObject({
      verdict: "approved",
      commit: "commit-1",
      patchId: "patch-1",
      by: "ada",
      comment: "Nice.",
    });
    expect(readEvents(home.ctx.db, { after: 0, limit: 50, taskId: 1 }).map((event) => event.name)).toContain("task.approved");
  });

  test("is refused while the candidate is made anew", () => {
    inStage("executing", "approving");
    markStale(home.ctx, mustFind(home.ctx, 1), "The base has moved.");
    expect(() => approve(home.ctx, 1, "ada")).toThrow("Task 1 is being checked again because its base has moved.");
  });
});

describe("a rejection", () => {
  test("ends the task with its reason, and keeps the work", () => {
    inStage("executing", "approving");
    expect(reject(home.ctx, 1, "ada", "Other library.")).toMatchObject({
      state: "cancelled",
      error: { code: "rejected", text: "Other library." },
      tipCommit: "tip",
    });
  });

  test.each(["", " \n"])("needs a reason, not %j", (reason) => {
    inStage("executing", "approving");
    expect(codeOf(() => reject(home.ctx, 1, "ada", reason))).toBe("invalid");
    expect(decisionsOf(home.ctx, 1)).toEqual([]);
  });
});

describe("a request for changes", () => {
  test("sends the task back to its agent, with the words as they are and a clean slate", () => {
    inStage("executing", "approving");
    patchTask(home.ctx, 1, { sendBacks: 3, conflicts: 1, attempts: 2 });
    expect(requestChanges(home.ctx, 1, "ada", "Keep the old name.")).toMatchObject({
      state: "executing",
      instruction: "A person looked at your work and asks for changes:\n\nKeep the old name.",
      sendBacks: 0,
      conflicts: 0,
      attempts: 0,
    });
  });

  test("also reaches a task whose agent is done but whose branch conflicts", () => {
    inStage("executing");
    patchTask(home.ctx, 1, { stageDone: true, notBefore: home.clock.now() + 30_000 });
    expect(requestChanges(home.ctx, 1, "ada", "Merge it.")).toMatchObject({ state: "executing", stageDone: false, notBefore: null });
  });

  test("has a limit, so that a prompt stays one", () => {
    inStage("executing", "approving");
    expect(codeOf(() => requestChanges(home.ctx, 1, "ada", "x".repeat(COMMENT_BYTES + 1)))).toBe("invalid");
  });
});

describe("an approval that was given", () => {
  const decision = { verdict: "approved", commit: "commit-1", patchId: "patch-1" } as Decision;
  test.each([
    ["the same commit", decision, { commit: "commit-1", patchId: "patch-1" }, true],
    ["the same change on another base", decision, { commit: "commit-2", patchId: "patch-1" }, true],
    ["another change", decision, { commit: "commit-2", patchId: "patch-2" }, false],
    [
      "anything after a request for changes",
      { ...decision, verdict: "changes" } as Decision,
      { commit: "commit-1", patchId: "patch-1" },
      false,
    ],
    ["anything without a decision", null, { commit: "commit-1", patchId: "patch-1" }, false],
  ] as const)("holds for %s: %#", (_, given, candidate, holds) => {
    expect(approvalHolds(given, candidate)).toBe(holds);
  });

  test("lets the same change merge after its base moved, without asking again", () => {
    inStage("executing", "approving");
    approve(home.ctx, 1, "ada");
    moveThrough(home.ctx, 1, "approving");
    checkedCandidate(home.ctx, 1, { base: "base-2", tip: "tip-2", commit: "commit-2" });
    stepDecisions(home.ctx);
    expect(mustFind(home.ctx, 1).state).toBe("merging");
  });

  test("does not let another change merge: it waits for a person, and says what to type", () => {
    inStage("executing", "approving");
    approve(home.ctx, 1, "ada");
    moveThrough(home.ctx, 1, "approving");
    checkedCandidate(home.ctx, 1, { base: "base", tip: "tip-2", commit: "commit-2", patchId: "patch-2" });
    stepDecisions(home.ctx);
    expect(mustFind(home.ctx, 1)).toMatchObject({
      state: "approving",
      waiting: { reason: "approval", text: "Waits for a person: `ccm diff 1`, then `ccm approve 1`." },
    });
    expect(findCandidate(home.ctx, 1)?.commit).toBe("commit-2");
  });
});

describe("the right to merge without a person", () => {
  /** A task from outside that is in the queue, as the project and its trust had it. */
  async function inQueue(): Promise<number> {
    await home.out("create-task", "--title", "Theirs", "--prompt", "Theirs.", "--from-outside", "https://example.org/issues/3");
    await home.out("trust", "2", "--auto-merge");
    moveThrough(home.ctx, 2, "executing", "merging");
    checkedCandidate(home.ctx, 2, { base: "base", tip: "tip", commit: "commit-2" });
    return 2;
  }

  test("that is taken again holds what has not merged yet", async () => {
    const id = await inQueue();
    stepDecisions(home.ctx);
    expect(mustFind(home.ctx, id).state).toBe("merging");
    await home.out("trust", "2", "--auto-merge", "--withdraw");
    stepDecisions(home.ctx);
    expect(mustFind(home.ctx, id)).toMatchObject({ state: "approving" });
  });

  test("is not asked of what a person approved", async () => {
    const id = await inQueue();
    moveThrough(home.ctx, id, "approving");
    approve(home.ctx, id, "ada");
    await home.out("trust", "2", "--auto-merge", "--withdraw");
    stepDecisions(home.ctx);
    expect(mustFind(home.ctx, id).state).toBe("merging");
  });
});

describe("the commands", () => {
  test("decide in the name of the user who runs them", async () => {
    inStage("executing", "approving");
    expect(await home.json("approve", "1", "--comment", "Nice.")).toMatchObject({ id: 1, state: "merging" });
    const user = Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
    expect(lastDecision(home.ctx, 1)).toMatchObject({ by: user, comment: "Nice." });
  });

  test("say what was decided", async () => {
    inStage("executing", "approving");
    expect(await home.out("request-changes", "1", "--comment", "Keep it.")).toStartWith(
      "Task 1 goes back to its agent with your comment: Fix\n",
    );
    moveThrough(home.ctx, 1, "approving");
    expect(await home.out("reject", "1", "--reason", "No.")).toStartWith("Task 1 is rejected; its work is kept on its branch: Fix\n");
  });

  test.each([
    [["reject", "1"], "The reason is empty."],
    [["request-changes", "1"], "The comment is empty."],
    [["approve", "one"], '"one" is no task\'s number.'],
  ])("%j is refused: %s", async (words, message) => {
    inStage("executing", "approving");
    expect(await home.fault(...words)).toMatchObject({ code: "invalid", message, exit: 2 });
  });
});
