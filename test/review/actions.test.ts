// The commit that would merge, made in a real repository, and the stage that follows.
import { beforeEach, describe, expect, test } from "bun:test";
import { claimRun, runsOf } from "../../src/agents/actions.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { findCandidate, finishGateRun, makeCandidate } from "../../src/review/actions.ts";
import { changeOf } from "../../src/review/rules.ts";
import { mustFind, patchTask } from "../../src/tasks/actions.ts";
import { finishWork } from "../support/branch.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { endRun } from "../support/progress.ts";

let home: CommandHome;

async function open(...settings: string[]): Promise<void> {
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", ...settings);
  await home.out("create-task", "--title", "Fix", "--prompt", "Do it.");
}

const names = () => readEvents(home.ctx.db, { after: 0, limit: 100, taskId: 1 }).map((event) => event.name);
const git = (...words: string[]) => home.repository.git(...words);

beforeEach(() => {
  home = openCommandHome();
});

describe("the stage after the agent's", () => {
  const cases: [settings: string[], state: string, candidate: string, skipped: string[]][] = [
    [["--gate", "full=npm test"], "verifying", "unchecked", []],
    [[], "approving", "passed", ["verifying"]],
    [["--approval", "auto"], "merging", "passed", ["verifying", "approving"]],
  ];
  test.each(cases)("with %j is %s", async (settings, state, candidate, skipped) => {
    await open(...settings);
    const { base, tip } = finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" });
    await makeCandidate(home.ctx, 1);
    expect(mustFind(home.ctx, 1)).toMatchObject({ state, stageDone: false, baseCommit: base, tipCommit: tip });
    const made = findCandidate(home.ctx, 1);
    expect(made).toMatchObject({ state: candidate, base, tip });
    expect(git("log", "-1", "--format=%P %an %s", made?.commit ?? "")).toBe(`${base} Ada Fix`);
    const events = readEvents(home.ctx.db, { after: 0, limit: 100, taskId: 1 }).filter((event) => event.name === "stage.skipped");
    expect(events.map((event) => String(event.data.stage))).toEqual(skipped);
  });

  test("made twice from the same branch is the same commit", async () => {
    await open();
    finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" });
    await makeCandidate(home.ctx, 1);
    const first = findCandidate(home.ctx, 1);
    await makeCandidate(home.ctx, 1);
    expect(findCandidate(home.ctx, 1)?.patchId).toBe(first?.patchId ?? "");
  });
});

test("a change that the base holds already is no change", async () => {
  await open();
  finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" });
  home.repository.commit("The same", { "a.txt": "one\n" });
  await makeCandidate(home.ctx, 1);
  expect(mustFind(home.ctx, 1)).toMatchObject({ state: "done", result: "no_change" });
});

test("a base that has moved is brought into the branch, so that agent and person see what the gate sees", async () => {
  await open();
  const { tip } = finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" });
  const moved = home.repository.commit("Elsewhere", { "b.txt": "two\n" });
  await makeCandidate(home.ctx, 1);
  const branch = git("rev-parse", "refs/heads/ccm/task-1");
  expect(git("log", "-1", "--format=%P", branch)).toBe(`${tip} ${moved}`);
  expect(git("rev-parse", "refs/ccm/base/1")).toBe(moved);
  expect(mustFind(home.ctx, 1)).toMatchObject({ baseCommit: moved, tipCommit: branch });
  expect(git("diff", branch, findCandidate(home.ctx, 1)?.commit ?? "")).toBe("");
});

describe("a change to what is read-only", () => {
  beforeEach(async () => {
    await open("--sandbox", "readOnly=README.md", "--gate", "full=npm test");
    finishWork(home.ctx, home.repository, 1, { "README.md": "# Ours\n", "a.txt": "one\n" });
    await makeCandidate(home.ctx, 1);
  });

  test("goes back to the agent and makes no candidate; the work stays on its branch", () => {
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "executing", stageDone: false, sendBacks: 1 });
    expect(mustFind(home.ctx, 1).instruction).toContain('changes what is read-only in this project: "README.md".');
    expect(findCandidate(home.ctx, 1)).toBeNull();
    expect(git("show", "ccm/task-1:README.md")).toBe("# Ours");
    expect(names()).toContain("work.refused");
  });

  test("fails its task when it was sent back often enough", async () => {
    patchTask(home.ctx, 1, { sendBacks: 3, stageDone: true });
    await makeCandidate(home.ctx, 1);
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "failed", error: { code: "denied" } });
  });

  test("that a person allows goes on to its gate", async () => {
    await home.out("edit-project", "my-app", "--sandbox", "readOnly=");
    patchTask(home.ctx, 1, { stageDone: true });
    await makeCandidate(home.ctx, 1);
    expect(mustFind(home.ctx, 1).state).toBe("verifying");
  });

  test("that was taken back goes on to its gate", async () => {
    git("checkout", "-q", "ccm/task-1");
    home.repository.commit("Take it back", { "README.md": `${git("show", "main:README.md")}\n` });
    patchTask(home.ctx, 1, { stageDone: true, tipCommit: git("rev-parse", "HEAD") });
    git("checkout", "-q", "main");
    await makeCandidate(home.ctx, 1);
    expect(mustFind(home.ctx, 1).state).toBe("verifying");
  });
});

describe("a conflict", () => {
  beforeEach(async () => {
    await open();
    finishWork(home.ctx, home.repository, 1, { "README.md": "# Ours\n" });
    home.repository.commit("Theirs", { "README.md": "# Theirs\n" });
    await makeCandidate(home.ctx, 1);
  });

  test("goes back to the agent with the files and the command", () => {
    const task = mustFind(home.ctx, 1);
    expect(task).toMatchObject({ state: "executing", stageDone: false, conflicts: 1 });
    expect(task.instruction).toContain(`git merge ${git("rev-parse", "main")}`);
    expect(task.instruction).toContain("    README.md");
    expect(names()).toContain("merge.conflicted");
  });

  test("that comes again waits for a person", async () => {
    patchTask(home.ctx, 1, { stageDone: true });
    await makeCandidate(home.ctx, 1);
    expect(mustFind(home.ctx, 1)).toMatchObject({
      state: "executing",
      conflicts: 1,
      waiting: { reason: "conflict", text: expect.stringContaining('Conflicts with "main" in README.md') },
    });
  });
});

test("a base branch that is gone is a Fault that says what to do", async () => {
  await open();
  finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" });
  git("branch", "--move", "main", "trunk");
  await expect(makeCandidate(home.ctx, 1)).rejects.toMatchObject({
    code: "not_found",
    hint: "Create it again; the task goes on by itself.",
  });
});

test.each([
  ["the candidate", { base: "b2", commit: "c", tip: "t" }, { baseCommit: "b", tipCommit: "t" }, { base: "b2", commit: "c" }],
  [
    "the branch once it has gone on",
    { base: "b2", commit: "c", tip: "t" },
    { baseCommit: "b", tipCommit: "t2" },
    { base: "b", commit: "t2" },
  ],
  ["the branch before there is a candidate", null, { baseCommit: "b", tipCommit: "t" }, { base: "b", commit: "t" }],
  ["nothing before the task has begun", null, { baseCommit: null, tipCommit: null }, null],
])("what a task changes is %s", (_, candidate, task, change) => {
  expect(changeOf(task, candidate)).toEqual(change);
});

describe("the end of a gate's run", () => {
  /** The gate has run on the candidate and ended with this code. */
  async function gateEnds(code: number): Promise<void> {
    await open("--gate", "full=npm test", "--approval", "auto");
    finishWork(home.ctx, home.repository, 1, { "a.txt": "one\n" });
    await makeCandidate(home.ctx, 1);
    const commit = findCandidate(home.ctx, 1)?.commit ?? null;
    const run = claimRun(home.ctx, { task: mustFind(home.ctx, 1), kind: "gate", name: "full", commit, command: "npm test" });
    if (!run) throw new Error("The gate has a live run already.");
    endRun(home.ctx, run, code, "3 tests failed\n");
  }

  const finish = () => {
    const run = runsOf(home.ctx, 1).at(-1);
    if (run) finishGateRun(home.ctx, run);
  };

  test("that passed lets exactly that commit go on", async () => {
    await gateEnds(0);
    finish();
    expect(mustFind(home.ctx, 1).state).toBe("merging");
    expect(findCandidate(home.ctx, 1)).toMatchObject({ state: "passed", gateRunId: 1 });
    expect(names()).toContain("gate.passed");
  });

  test("that failed sends the task back with the output, until its send-backs are used up", async () => {
    await gateEnds(1);
    finish();
    expect(mustFind(home.ctx, 1)).toMatchObject({
      state: "executing",
      sendBacks: 1,
      instruction: expect.stringContaining("    3 tests failed"),
    });
  });

  test("that failed for the last time fails the task", async () => {
    await gateEnds(1);
    patchTask(home.ctx, 1, { sendBacks: home.ctx.config.limits.sendBacks });
    finish();
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "failed", error: { code: "failed" } });
  });

  test("says nothing about a candidate that was made anew meanwhile", async () => {
    await gateEnds(0);
    const moved = home.repository.commit("Elsewhere", { "b.txt": "two\n" });
    await makeCandidate(home.ctx, 1);
    finish();
    expect(mustFind(home.ctx, 1).state).toBe("verifying");
    expect(findCandidate(home.ctx, 1)).toMatchObject({ state: "unchecked", base: moved });
  });

  test("counts once", async () => {
    await gateEnds(1);
    const run = runsOf(home.ctx, 1).at(-1);
    finish();
    if (run) finishGateRun(home.ctx, run);
    expect(mustFind(home.ctx, 1).sendBacks).toBe(1);
  });
});
