// What may be done to a task: moves and their events, dependencies, jobs and their faults.
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { type Event, readEvents } from "../../src/kernel/events.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { createJobs } from "../../src/kernel/jobs.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import {
  activeTasks,
  countTasks,
  createTask,
  endedBriefs,
  failTask,
  findTask,
  moveTask,
  mustFind,
  patchTask,
  pauseTask,
  reserveIdsUpTo,
  setWaiting,
  startTaskJob,
} from "../../src/tasks/actions.ts";
import { cancelTask, resumeTask, retryTask } from "../../src/tasks/persons-word.ts";
import { newTaskSchema, type Task, type TaskState } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { moveThrough } from "../support/progress.ts";
import { waitFor } from "../support/wait.ts";

let home: CommandHome;
let projectId: number;

beforeEach(async () => {
  home = openCommandHome();
  projectId = (await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app" }))).id;
});

function create(title: string, ...after: number[]): Task {
  return createTask(home.ctx, projectId, v.parse(newTaskSchema, { title, prompt: "Do it.", after }));
}

function events(taskId: number): Event[] {
  return readEvents(home.ctx.db, { after: 0, limit: 100, taskId });
}

const names = (taskId: number) => events(taskId).map((event) => event.name);

describe("a move", () => {
  test("is made once: whoever saw an earlier state moves nothing", () => {
    const seen = create("A");
    expect(moveTask(home.ctx, { task: seen, to: "executing" })?.state).toBe("executing");
    expect(moveTask(home.ctx, { task: seen, to: "executing" })).toBeNull();
    expect(names(1)).toEqual(["task.created", "task.moved"]);
    expect(events(1)[1]?.data).toEqual({ from: "queued", to: "executing" });
  });

  test("that does not exist is a Fault and changes nothing", () => {
    const task = create("A");
    expect(() => moveTask(home.ctx, { task, to: "merging" })).toThrow('Task 1 is "queued" and cannot become "merging".');
    expect(mustFind(home.ctx, 1).state).toBe("queued");
  });

  test("clears what belonged to the old state only", () => {
    create("A");
    moveThrough(home.ctx, 1, "executing");
    patchTask(home.ctx, 1, { stageDone: true, notBefore: home.clock.now() + 5_000, jobFaults: 2 });
    setWaiting(home.ctx, mustFind(home.ctx, 1), { reason: "fault", text: "The disk is full." });
    home.clock.advance(1_000);
    expect(moveThrough(home.ctx, 1, "verifying")).toMatchObject({
      stageDone: false,
      notBefore: null,
      jobFaults: 0,
      waiting: null,
      stateSince: home.clock.now(),
    });
  });

  test.each([
    ["cancelled", "task.cancelled"],
    ["paused", "task.paused"],
    ["failed", "task.failed"],
    ["done", "task.finished"],
  ] as [TaskState, string][])("to %s is the event %s", (to, name) => {
    create("A");
    moveThrough(home.ctx, 1, to);
    expect(names(1).at(-1)).toBe(name);
    expect(mustFind(home.ctx, 1).finishedAt === null).toBe(to === "paused");
  });
});

describe("a person", () => {
  test("pauses a task and lets it go on from the same stage", () => {
    create("A");
    moveThrough(home.ctx, 1, "executing", "verifying");
    expect(pauseTask(home.ctx, 1)).toMatchObject({ state: "paused", pausedFrom: "verifying" });
    expect(resumeTask(home.ctx, 1)).toMatchObject({ state: "verifying", pausedFrom: null });
    expect(events(1).at(-1)?.source).toBe("person");
  });

  test("cancels with a reason, and retries with a clean slate", () => {
    create("A");
    moveThrough(home.ctx, 1, "executing");
    patchTask(home.ctx, 1, { attempts: 3, sendBacks: 2, conflicts: 1, tipCommit: "tip" });
    expect(cancelTask(home.ctx, 1)).toMatchObject({ state: "cancelled", error: { code: "cancelled", text: "Cancelled by a person." } });
    expect(retryTask(home.ctx, 1)).toMatchObject({
      state: "queued",
      error: null,
      attempts: 0,
      sendBacks: 0,
      conflicts: 0,
      tipCommit: "tip",
    });
  });
});

describe("dependencies", () => {
  test("hold a task until all of them are done", () => {
    create("A");
    create("B");
    expect(create("C", 1, 2, 1)).toMatchObject({
      unmet: 2,
      waiting: { reason: "dependency", text: "Waits for task 1 (queued), task 2 (queued)." },
    });
    moveThrough(home.ctx, 1, "done");
    expect(mustFind(home.ctx, 3)).toMatchObject({ unmet: 1, waiting: { text: "Waits for task 2 (queued)." } });
    moveThrough(home.ctx, 2, "done");
    expect(mustFind(home.ctx, 3)).toMatchObject({ unmet: 0, waiting: null });
  });

  test("that failed or were cancelled are named, and count again when they are retried", () => {
    create("A");
    create("B", 1);
    moveThrough(home.ctx, 1, "failed");
    expect(mustFind(home.ctx, 2).waiting?.text).toBe("Waits for task 1, which failed.");
    retryTask(home.ctx, 1);
    cancelTask(home.ctx, 1);
    expect(mustFind(home.ctx, 2).waiting?.text).toBe("Waits for task 1, which was cancelled.");
    retryTask(home.ctx, 1);
    moveThrough(home.ctx, 1, "done");
    expect(mustFind(home.ctx, 2).unmet).toBe(0);
  });

  test("on tasks that are done already hold nothing", () => {
    create("A");
    moveThrough(home.ctx, 1, "done");
    expect(create("B", 1)).toMatchObject({ unmet: 0, waiting: null });
  });

  test("of a paused task are explained again when it returns to the queue", () => {
    create("A");
    create("B", 1);
    pauseTask(home.ctx, 2);
    expect(mustFind(home.ctx, 2).waiting).toBeNull();
    expect(resumeTask(home.ctx, 2).waiting?.text).toBe("Waits for task 1 (queued).");
  });
});

describe("waiting", () => {
  test("is one event a reason, keeps its begin while only the text changes, and is cleared", () => {
    create("A");
    const since = home.clock.now();
    const wait = (text: string) => setWaiting(home.ctx, mustFind(home.ctx, 1), { reason: "capacity", text });
    wait("All 4 slots are taken.");
    home.clock.advance(60_000);
    wait("All 3 slots are taken.");
    wait("All 3 slots are taken.");
    expect(mustFind(home.ctx, 1).waiting).toEqual({ reason: "capacity", text: "All 3 slots are taken.", since });
    expect(names(1)).toEqual(["task.created", "task.held"]);
    setWaiting(home.ctx, mustFind(home.ctx, 1), null);
    expect(mustFind(home.ctx, 1).waiting).toBeNull();
  });
});

describe("a job on a task", () => {
  const task = () => mustFind(home.ctx, 1);
  const run = async (work: (signal: AbortSignal) => Promise<void>): Promise<boolean> => {
    const started = startTaskJob(home.ctx, task(), { name: "tree.make", timeoutMs: 1_000, work });
    await waitFor("the job's end", () => !home.ctx.jobs.isRunning("task:1"));
    return started;
  };
  const broken = (thrown: unknown) => () => Promise.reject(thrown);

  beforeEach(() => {
    create("A");
    moveThrough(home.ctx, 1, "executing");
  });

  test("that meets a fault of the machine is tried again later, and the task says why it waits", async () => {
    await run(broken(new Fault("environment", "The disk is full.", "Free some space.")));
    expect(task()).toMatchObject({
      state: "executing",
      jobFaults: 1,
      notBefore: home.clock.now() + 2_000,
      waiting: { reason: "fault", text: "The disk is full. Free some space." },
    });
    expect(events(1).at(-1)).toMatchObject({ name: "job.failed", data: { job: "tree.make", code: "environment" } });
    expect(await run(async () => {})).toBe(false);
    home.clock.advance(2_000);
    expect(await run(async () => {})).toBe(true);
    expect(task()).toMatchObject({ jobFaults: 0, waiting: null });
  });

  test("that meets a fault of the task three times fails it", async () => {
    for (const _ of [1, 2, 3]) {
      await run(broken(new Fault("conflict", "The branch is taken.", "Delete it.")));
      home.clock.advance(60_000);
    }
    expect(task()).toMatchObject({ state: "failed", error: { code: "conflict", text: "The branch is taken.", hint: "Delete it." } });
  });

  test("that is broken is a bug of ccm, and says so", async () => {
    await run(broken(new Error("undefined is not a function")));
    expect(task().waiting?.text).toBe(
      'ccm\'s own work "tree.make" broke: undefined is not a function. This is a bug in ccm; `ccm logs` has the details.',
    );
  });

  test("is one at a time for each task", async () => {
    let release = () => {};
    const first = startTaskJob(home.ctx, task(), {
      name: "a",
      timeoutMs: 1_000,
      work: () => new Promise((resolve) => (release = resolve)),
    });
    expect([first, startTaskJob(home.ctx, task(), { name: "b", timeoutMs: 1_000, work: async () => {} })]).toEqual([true, false]);
    release();
    await waitFor("the job's end", () => !home.ctx.jobs.isRunning("task:1"));
  });

  test("that the daemon stops in the middle leaves no fault behind", async () => {
    const jobs = createJobs(home.clock, () => {});
    const ctx = { ...home.ctx, jobs };
    startTaskJob(ctx, task(), {
      name: "a",
      timeoutMs: 1_000,
      work: (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    await jobs.stop();
    expect(task()).toMatchObject({ jobFaults: 0, waiting: null });
  });
});

test("failing a task that has ended changes nothing", () => {
  create("A");
  moveThrough(home.ctx, 1, "cancelled");
  failTask(home.ctx, mustFind(home.ctx, 1), { code: "failed", text: "Late.", hint: "" });
  expect(mustFind(home.ctx, 1)).toMatchObject({ state: "cancelled", error: null });
});

test("reserved numbers are never given, and reserving less changes nothing", () => {
  reserveIdsUpTo(home.ctx, 41);
  expect(create("A").branch).toBe("ccm/task-42");
  reserveIdsUpTo(home.ctx, 7);
  expect(create("B").id).toBe(43);
});

test("lists: active ones, the latest ends, counts", () => {
  for (const title of ["A", "B", "C"]) create(title);
  moveThrough(home.ctx, 2, "executing");
  moveThrough(home.ctx, 3, "done");
  home.clock.advance(1_000);
  moveThrough(home.ctx, 1, "cancelled");
  expect(activeTasks(home.ctx).map((task) => task.id)).toEqual([2]);
  expect(endedBriefs(home.ctx, { limit: 10 }).map((task) => task.id)).toEqual([1, 3]);
  expect(endedBriefs(home.ctx, { limit: 1, projectId }).map((task) => task.id)).toEqual([1]);
  expect([countTasks(home.ctx, {}), countTasks(home.ctx, { projectId, state: "executing" })]).toEqual([3, 1]);
  expect(findTask(home.ctx, 99)).toBeNull();
});
