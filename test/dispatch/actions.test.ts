// Dispatch over real rows: what it claims, what it writes down about the rest, and `ccm plan`.
import { beforeEach, describe, expect, test } from "bun:test";
import { liveRuns } from "../../src/agents/actions.ts";
import { dispatch, explainPlan, takeSnapshot } from "../../src/dispatch/actions.ts";
import { stepDispatch } from "../../src/dispatch/step.ts";
import { mustFind, patchTask } from "../../src/tasks/actions.ts";
import { findWorktree } from "../../src/worktrees/actions.ts";
import { moveWorktree, patchWorktree } from "../../src/worktrees/table.ts";
import { type CommandHome, expectGolden, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough } from "../support/progress.ts";

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
});

async function create(title: string, ...more: string[]): Promise<void> {
  await home.out("create-task", "--title", title, "--prompt", "Do it.", ...more);
  home.clock.advance(1_000);
}

/** The tree is there, as the loop would have made it. */
function treeIsReady(taskId: number, setup: "none" | "needed"): void {
  home.ctx.db.transact(() => {
    moveWorktree(home.ctx.db, taskId, "wanted", "ready", home.clock.now());
    patchWorktree(home.ctx.db, taskId, { setup, setupCommand: setup === "needed" ? "npm ci" : null });
  });
}

describe("a pass", () => {
  test("begins what fits, by priority, and tells the rest why it waits", async () => {
    for (const title of ["A", "B", "C", "D"]) await create(title);
    await create("E", "--priority", "urgent");
    stepDispatch(home.ctx);
    const states = [1, 2, 3, 4, 5].map((id) => mustFind(home.ctx, id).state);
    expect(states).toEqual(["executing", "executing", "executing", "queued", "executing"]);
    expect(mustFind(home.ctx, 4).waiting?.text).toBe("All 4 slots of this machine are taken (limits.runs).");
    expect(findWorktree(home.ctx, 1)?.state).toBe("wanted");
  });

  test("repeated changes nothing: a tree that is being made holds its slot", async () => {
    for (const title of ["A", "B", "C", "D", "E"]) await create(title);
    dispatch(home.ctx);
    expect(dispatch(home.ctx).starts).toEqual([]);
    expect(takeSnapshot(home.ctx, 20).slots).toHaveLength(4);
  });

  test("gives a begun task its set-up run, then its agent, one at a time", async () => {
    await create("A");
    dispatch(home.ctx);
    expect(liveRuns(home.ctx)).toEqual([]);
    treeIsReady(1, "needed");
    dispatch(home.ctx);
    expect(liveRuns(home.ctx)).toMatchObject([{ taskId: 1, kind: "setup", command: "npm ci", state: "claimed" }]);
    expect(dispatch(home.ctx).starts).toEqual([]);
  });

  test("gives a checked task the run of its gate, on exactly the candidate", async () => {
    await create("A");
    dispatch(home.ctx);
    treeIsReady(1, "none");
    moveThrough(home.ctx, 1, "verifying");
    checkedCandidate(home.ctx, 1, { base: "base", tip: "tip", commit: "candidate" });
    expect(dispatch(home.ctx).starts).toEqual([]);
    home.ctx.db.sql.run("UPDATE candidates SET state = 'unchecked', gate = 'full', gate_command = 'npm test'");
    dispatch(home.ctx);
    expect(liveRuns(home.ctx)).toMatchObject([{ kind: "gate", agent: "full", commit: "candidate", command: "npm test" }]);
  });

  test("leaves a task that is to rest alone, and keeps what it waits for", async () => {
    await create("A");
    dispatch(home.ctx);
    treeIsReady(1, "none");
    patchTask(home.ctx, 1, { notBefore: home.clock.now() + 4_000 });
    expect(dispatch(home.ctx).holds).toMatchObject([{ waiting: { reason: "retry" } }]);
    expect(mustFind(home.ctx, 1).waiting).toBeNull();
    home.clock.advance(4_000);
    expect(dispatch(home.ctx).starts).toMatchObject([{ taskId: 1, kind: "agent", name: "demo" }]);
  });
});

describe("a task that others have a part in", () => {
  /** A machine with this level, which can hold runs to these networks. */
  const machine = (level: "namespace" | "kernel" | "none", networks: string[]) => {
    home.ctx.outside.sandbox.level = (_, network = "host") => (networks.includes(network) ? level : null);
  };
  const waits = (id: number) => mustFind(home.ctx, id).waiting?.text ?? null;

  beforeEach(async () => {
    await create("Theirs", "--from-outside", "https://example.org/issues/3");
    await create("Mine");
  });

  test("begins where its runs can be held to their model", () => {
    machine("namespace", ["host", "hosts"]);
    expect(dispatch(home.ctx).starts.map(({ taskId }) => taskId)).toEqual([1, 2]);
  });

  test("waits where they cannot, until a person gives them the network", async () => {
    machine("kernel", ["host"]);
    expect(dispatch(home.ctx).starts).toMatchObject([{ taskId: 2 }]);
    expect(waits(1)).toBe(
      "Not all that task 1 says is yours, and this machine cannot hold its runs to their model. `ccm trust 1 --network` lets them reach the network; holding them needs Linux 6.7 with Landlock, or the level namespace.",
    );
    await home.out("trust", "1", "--network");
    expect(dispatch(home.ctx).starts).toMatchObject([{ taskId: 1 }]);
  });

  test("waits where there is no sandbox, until a person gives them all that no state machine holds", async () => {
    machine("none", ["host", "hosts", "none"]);
    expect(dispatch(home.ctx).starts).toMatchObject([{ taskId: 2 }]);
    expect(waits(1)).toStartWith("Not all that task 1 says is yours, and without a sandbox its runs could do all that you can.");
    await home.out("trust", "1", "--network");
    expect(dispatch(home.ctx).starts).toEqual([]);
    expect(waits(1)).toContain("`ccm trust 1 --secrets` lets them");
    await home.out("trust", "1", "--secrets");
    expect(dispatch(home.ctx).starts).toMatchObject([{ taskId: 1 }]);
  });
});

describe("the plan for people", () => {
  async function openQueue(): Promise<void> {
    for (const title of ["Fix the login of people whose address has a plus sign in it, and of all others", "B", "C", "D"])
      await create(title);
    dispatch(home.ctx);
    treeIsReady(1, "none");
    treeIsReady(2, "needed");
    await create("Add tests");
    await create("Rename", "--priority", "low");
    await create("Write the changelog", "--after", "5");
  }

  test("names what starts next, and groups the rest by what it waits for", async () => {
    await openQueue();
    expectGolden("dispatch/plan", await home.out("plan"));
    expect(await home.json("plan")).toMatchObject({
      starts: [
        { task: 1, kind: "agent", project: "my-app" },
        { task: 2, kind: "setup" },
      ],
      holds: [{ task: 5, waiting: { reason: "capacity" } }, { task: 6 }, { task: 7, waiting: { reason: "dependency" } }],
    });
  });

  test("changes nothing", async () => {
    await openQueue();
    const before = home.ctx.db.sql.query("SELECT * FROM tasks").all();
    await home.out("plan");
    expect(home.ctx.db.sql.query("SELECT * FROM tasks").all()).toEqual(before);
  });

  test("takes the sandbox as found by the daemon, or as working while none runs", async () => {
    await create("A");
    const without = { ...home.ctx, outside: { ...home.ctx.outside, sandbox: { level: () => null, ownUser: () => false } } };
    expect(explainPlan(without, 20, "as found").holds).toMatchObject([{ waiting: { reason: "sandbox" } }]);
    expect(explainPlan(without, 20, "assumed").starts).toMatchObject([{ taskId: 1 }]);
  });

  test("of nothing says so", async () => {
    expect(await home.out("plan")).toStartWith("Nothing waits for a slot.");
    expect(await home.fault("plan", "--limit", "many")).toMatchObject({ exit: 2, message: '"many" is no limit.' });
  });
});
