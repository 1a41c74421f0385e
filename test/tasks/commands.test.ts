// The commands on tasks: what people and scripts see, and what is said about each thing that was typed wrong.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { moveTask, mustFind, setWaiting } from "../../src/tasks/actions.ts";
import { PROMPT_BYTES, type TaskShape } from "../../src/tasks/schema.ts";
import { type CommandHome, expectGolden, openCommandHome } from "../support/command-home.ts";
import { temporaryFolder } from "../support/folders.ts";
import { moveThrough, startedRun } from "../support/progress.ts";
import { waitFor } from "../support/wait.ts";

async function openProject(): Promise<CommandHome> {
  const home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app");
  return home;
}

const create = (home: CommandHome, title: string, ...more: string[]) =>
  home.out("create-task", "--title", title, "--prompt", "Do it.", ...more);

describe("create-task", () => {
  test("queues a task in the only project, and says so when no daemon will start it", async () => {
    const home = await openProject();
    expect(await create(home, "Fix the login")).toBe(
      "Task 1 is queued: Fix the login\nThe daemon does not run, so nothing happens yet: `ccm start` starts it.\n",
    );
    expect(mustFind(home.ctx, 1)).toMatchObject({ prompt: "Do it.", kind: "custom", priority: 2, agent: null, branch: "ccm/task-1" });
  });

  test("gives scripts the fields of the contract, and nothing else", async () => {
    const home = await openProject();
    const words = ["--kind", "bugfix", "--priority", "urgent", "--agent", "demo"];
    const task = await home.json<TaskShape>("create-task", "--title", "Fix", "--prompt", "Do it.", ...words);
    expect(Object.keys(task).join(" ")).toBe(
      "id uuid project title kind state waiting result branch commit error runs costUsd createdAt updatedAt origin source lowered",
    );
    expect(task).toMatchObject({ id: 1, project: "my-app", kind: "bugfix", state: "queued", createdAt: "2030-01-01T00:00:00.000Z" });
    expect(mustFind(home.ctx, 1)).toMatchObject({ priority: 0, agent: "demo" });
  });

  test("says what a task waits for that comes after others", async () => {
    const home = await openProject();
    await create(home, "First");
    expect(await create(home, "Second", "--after", "1")).toContain("Waits for task 1 (queued).");
    const second = await home.json<TaskShape[]>("list-tasks");
    expect(second[1]?.waiting).toEqual({ reason: "dependency", text: "Waits for task 1 (queued).", since: "2030-01-01T00:00:00.000Z" });
  });

  test("takes the prompt from a file, or all of the task from a Markdown file", async () => {
    const home = await openProject();
    const folder = temporaryFolder();
    writeFileSync(join(folder, "prompt.txt"), "Line one\n\n- line two\n");
    writeFileSync(
      join(folder, "task.md"),
      "Notes of mine.\n\n## Fix the login ##\n\nPeople with a + cannot log in.\n\n## How\n\nCarefully.\n",
    );
    await home.out("create-task", "--title", "A", "--prompt-file", join(folder, "prompt.txt"));
    await home.out("create-task", "--file", join(folder, "task.md"));
    expect(mustFind(home.ctx, 1).prompt).toBe("Line one\n\n- line two\n");
    expect(mustFind(home.ctx, 2)).toMatchObject({
      title: "Fix the login",
      prompt: "People with a + cannot log in.\n\n## How\n\nCarefully.",
    });
  });

  const folder = () => temporaryFolder("prompts");
  const file = (content: string | Uint8Array) => {
    const path = join(folder(), "file");
    writeFileSync(path, content);
    return path;
  };
  const refused: [what: string, words: () => string[], code: string, message: RegExp][] = [
    ["no title", () => ["--prompt", "x"], "invalid", /has no title/],
    ["no prompt", () => ["--title", "x"], "invalid", /has no prompt/],
    ["an empty prompt", () => ["--title", "x", "--prompt", " \n"], "invalid", /prompt is empty/],
    ["an empty title", () => ["--title", "  ", "--prompt", "x"], "invalid", /title is empty/],
    ["a title of two lines", () => ["--title", "a\nb", "--prompt", "x"], "invalid", /more than one line/],
    ["a title of 201 characters", () => ["--title", "a".repeat(201), "--prompt", "x"], "invalid", /longer than 200/],
    ["a prompt that is too large", () => ["--title", "x", "--prompt", "a".repeat(PROMPT_BYTES + 1)], "invalid", /larger than 1 MB/],
    ["two prompts", () => ["--title", "x", "--prompt", "x", "--prompt-file", "y"], "invalid", /given twice, by --prompt and --prompt-file/],
    ["a prompt and a task file", () => ["--file", "x", "--prompt", "y"], "invalid", /given twice/],
    ["a stray word", () => ["--title", "x", "fix"], "invalid", /"fix" is not understood/],
    [
      "a missing file",
      () => ["--title", "x", "--prompt-file", "/dev/shm/no-such-prompt"],
      "not_found",
      /no file "\/dev\/shm\/no-such-prompt"/,
    ],
    ["a folder", () => ["--title", "x", "--prompt-file", folder()], "invalid", /cannot be read/],
    ["a file that is too large", () => ["--title", "x", "--prompt-file", file("a".repeat(10_000_000))], "invalid", /larger than 1 MB/],
    ["a binary file", () => ["--title", "x", "--prompt-file", file(new Uint8Array([0x89, 0x50, 0xff]))], "invalid", /is not a text file/],
    ["a file with NUL bytes", () => ["--title", "x", "--prompt-file", file("a\0b")], "invalid", /is not a text file/],
    ["a task file without a heading", () => ["--file", file("Just text.\n")], "invalid", /has no heading/],
    ["a task file without a text", () => ["--file", file("# Title\n")], "invalid", /prompt is empty/],
    ["an unknown project", () => ["--title", "x", "--prompt", "x", "--project", "nope"], "not_found", /no project "nope"/],
    ["an unknown kind", () => ["--title", "x", "--prompt", "x", "--kind", "bugfx"], "invalid", /no kind "bugfx"/],
    ["an unknown priority", () => ["--title", "x", "--prompt", "x", "--priority", "asap"], "invalid", /no priority "asap"/],
    ["a dependency that is no number", () => ["--title", "x", "--prompt", "x", "--after", "one"], "invalid", /"one" is no task's number/],
    ["a dependency that does not exist", () => ["--title", "x", "--prompt", "x", "--after", "99"], "not_found", /no task "99"/],
    ["an unknown agent", () => ["--title", "x", "--prompt", "x", "--agent", "cluade"], "not_found", /There is no agent "cluade"/],
    ["an agent's name that is none", () => ["--title", "x", "--prompt", "x", "--agent", "../x"], "invalid", /agent's name/],
  ];

  test.each(refused)("refuses %s", async (_, words, code, message) => {
    const home = await openProject();
    const fault = await home.fault("create-task", ...words());
    expect(fault).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(fault.hint).not.toBe("");
    expect(await home.json<TaskShape[]>("list-tasks")).toEqual([]);
  });

  test("asks for a project when there is none, and for a name when there are several", async () => {
    const home = openCommandHome();
    expect(await home.fault("create-task", "--title", "x", "--prompt", "x")).toMatchObject({ code: "not_found", exit: 3 });
    for (const name of ["one", "two"]) {
      await home.out(
        "register-project",
        "--path",
        name === "one" ? home.repository.path : openCommandHome().repository.path,
        "--name",
        name,
      );
    }
    expect(await home.fault("create-task", "--title", "x", "--prompt", "x")).toMatchObject({
      code: "invalid",
      hint: "Name one: one, two.",
    });
  });
});

describe("standard input", () => {
  const main = join(import.meta.dir, "../../src/main.ts");

  test("is the prompt for -, whatever is in it", async () => {
    const home = await openProject();
    const child = Bun.spawn([process.execPath, main, "create-task", "--title", "x", "-"], {
      env: { PATH: process.env.PATH ?? "", CCM_HOME: home.paths.home },
      stdin: new Blob(["--title is not\nan option here\n"]),
      stdout: "pipe",
      stderr: "pipe",
    });
    expect([await child.stderr.text(), await child.exited]).toEqual(["", 0]);
    expect(mustFind(home.ctx, 1).prompt).toBe("--title is not\nan option here\n");
  });

  test("that has no end is read no further than a prompt may be long", async () => {
    const home = await openProject();
    const child = Bun.spawn(["sh", "-c", `yes | '${process.execPath}' '${main}' create-task --title x - --json`], {
      env: { PATH: process.env.PATH ?? "", CCM_HOME: home.paths.home },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    expect(JSON.parse(await child.stderr.text()).error.message).toBe("The prompt in standard input is larger than 1 MB.");
    expect(await child.exited).toBe(2);
  });
});

describe("list-tasks", () => {
  async function openList(): Promise<CommandHome> {
    const home = await openProject();
    await create(home, "Fix the login of people whose address has a plus sign in it, and of all others", "--kind", "bugfix");
    await create(home, "Add tests", "--after", "1");
    await create(home, "Rename the module");
    await create(home, "日本語のタイトル");
    moveThrough(home.ctx, 1, "executing", "verifying", "approving");
    setWaiting(home.ctx, mustFind(home.ctx, 1), { reason: "approval", text: "Waits for a person." });
    moveTask(home.ctx, {
      task: mustFind(home.ctx, 3),
      to: "failed",
      patch: { error: { code: "failed", text: "It failed.", hint: "Retry." } },
    });
    home.clock.advance(95 * 60_000);
    return home;
  }

  test("fits 80 columns, the newest last", async () => {
    expectGolden("tasks/list", await (await openList()).out("list-tasks"));
  });

  test("of no tasks says how to create one", async () => {
    expect(await (await openProject()).out("list-tasks")).toBe("No tasks. `ccm create-task` queues one.\n");
  });

  test("says how many more there are", async () => {
    const home = await openList();
    expect(await home.out("tasks", "list", "--limit", "3")).toEndWith("\n1 earlier: --limit shows more.\n");
    expect(await home.out("list-tasks", "--limit", "4")).not.toContain("earlier");
  });

  test("filters by state and project", async () => {
    const home = await openList();
    const ids = async (...words: string[]) => (await home.json<TaskShape[]>("list-tasks", ...words)).map((task) => task.id);
    expect(await ids("--state", "queued")).toEqual([2, 4]);
    expect(await ids("--project", "my-app", "--limit", "2")).toEqual([3, 4]);
    expect(await home.fault("list-tasks", "--state", "aproving")).toMatchObject({ exit: 2, hint: 'Did you mean "approving"?' });
    expect(await home.fault("list-tasks", "--limit", "0")).toMatchObject({ exit: 2, hint: "Give a whole number from 1 to 100000." });
  });
});

describe("what becomes of a task", () => {
  test("it is edited, paused, resumed, cancelled and retried", async () => {
    const home = await openProject();
    await create(home, "Fix");
    await home.out("edit-task", "1", "--title", "Fix it", "--priority", "high", "--prompt", "Now.", "--agent", "demo");
    expect(mustFind(home.ctx, 1)).toMatchObject({ title: "Fix it", priority: 1, prompt: "Now.", agent: "demo" });
    const states: string[] = [];
    for (const verb of ["pause", "resume", "cancel", "retry"]) states.push((await home.json<TaskShape>(`${verb}-task`, "1")).state);
    expect(states).toEqual(["paused", "queued", "cancelled", "queued"]);
    await home.out("cancel-task", "1", "--reason", "Not needed any more.");
    expect(mustFind(home.ctx, 1).error?.text).toBe("Not needed any more.");
  });

  const refused: [words: string[], code: string, message: string][] = [
    [["edit-task", "1"], "invalid", "Nothing of task 1 is to change."],
    [["edit-task", "1", "--agent", "cluade"], "not_found", 'There is no agent "cluade".'],
    [["edit-task", "1", "--prompt", " "], "invalid", "The prompt is empty."],
    [["resume-task", "1"], "conflict", 'Task 1 is "queued", not paused.'],
    [["retry-task", "1"], "conflict", 'Task 1 is "queued" already.'],
    [["pause-task", "r1"], "invalid", '"r1" is no task\'s number.'],
    [["pause-task", "0"], "invalid", '"0" is no task\'s number.'],
    [["cancel-task", "7"], "not_found", 'There is no task "7".'],
  ];
  test.each(refused)("%j is refused with %s", async (words, code, message) => {
    const home = await openProject();
    await create(home, "Fix");
    expect(await home.fault(...words)).toMatchObject({ code, message });
  });

  test("once it has started it is not edited any more", async () => {
    const home = await openProject();
    await create(home, "Fix");
    moveThrough(home.ctx, 1, "executing");
    expect(await home.fault("edit-task", "1", "--title", "x")).toMatchObject({ code: "conflict", exit: 4 });
  });
});

describe("wait", () => {
  test("is over at once for the state that the task is in", async () => {
    const home = await openProject();
    await create(home, "Fix");
    expect((await home.json<TaskShape>("wait", "1", "--for", "queued")).state).toBe("queued");
  });

  test("goes on until the state is there, or was passed through", async () => {
    const home = await openProject();
    await create(home, "Fix");
    const waiting = home.json<TaskShape>("wait", "1", "--for", "verifying");
    await waitFor("the first look", () => home.clock.nextWake());
    moveThrough(home.ctx, 1, "executing", "verifying", "approving");
    home.clock.advance(50);
    expect((await waiting).state).toBe("approving");
  });

  test("ends when the task ends otherwise: 9 if it failed, 4 if not", async () => {
    const home = await openProject();
    await create(home, "Fix");
    moveTask(home.ctx, {
      task: mustFind(home.ctx, 1),
      to: "failed",
      patch: { error: { code: "failed", text: "It broke.", hint: "Look." } },
    });
    expect(await home.fault("wait", "1")).toEqual({
      code: "failed",
      message: 'Task 1 is "failed" and will not become "done". It broke.',
      hint: "Look.",
      exit: 9,
    });
    await create(home, "Another");
    await home.out("cancel-task", "2");
    expect(await home.fault("wait", "2", "--for", "approving")).toMatchObject({ code: "conflict", exit: 4 });
  });

  test("gives up with 7 when its time is over", async () => {
    const home = await openProject();
    await create(home, "Fix");
    const waiting = home.fault("wait", "1", "--for", "done", "--timeout", "2");
    await waitFor("the first look", () => home.clock.nextWake());
    home.clock.advance(2_000);
    expect(await waiting).toMatchObject({ code: "timeout", exit: 7, message: 'Task 1 is still "queued" after 2 s.' });
  });

  test.each([
    ["--for", "finished"],
    ["--timeout", "soon"],
  ])("refuses %s %s", async (flag, value) => {
    const home = await openProject();
    await create(home, "Fix");
    expect(await home.fault("wait", "1", flag, value)).toMatchObject({ exit: 2 });
  });
});

test("a run counts for its task", async () => {
  const home = await openProject();
  await create(home, "Fix");
  moveThrough(home.ctx, 1, "executing");
  startedRun(home.ctx, 1);
  expect((await home.json<TaskShape[]>("list-tasks"))[0]?.runs).toBe(1);
});
