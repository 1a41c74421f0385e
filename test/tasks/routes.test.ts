// The pages and forms of tasks: a request, what it is answered with, and what has happened then.
import { beforeEach, describe, expect, test } from "bun:test";
import { moveTask, mustFind, pauseTask } from "../../src/tasks/actions.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { openSite, plain, type TestSite } from "../support/site.ts";

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  site = await openSite(home.ctx);
});

const create = (title: string, ...words: string[]) => home.out("create-task", "--title", title, "--prompt", `Do: ${title}`, ...words);

describe("the list", () => {
  test("without a task leads to the first one", async () => {
    const { status, main } = await site.get("/tasks");
    expect(status).toBe(200);
    expect(main).toContain("No task yet");
    expect(main).toContain('href="/tasks/new"');
  });

  test("shows titles as text, whatever is in them", async () => {
    await create('<script>alert("1")</script> \u202egnp.exe');
    const { main } = await site.get("/tasks");
    expect(main).toContain("&lt;script&gt;");
    expect(main).not.toContain("<script>");
    expect(main).not.toContain("\u202e");
  });

  const searched: [query: string, ids: number[]][] = [
    ["", [4, 3, 2, 1]],
    ["?sort=oldest", [1, 2, 3, 4]],
    ["?sort=priority", [3, 1, 2, 4]],
    ["?state=paused", [2]],
    ["?state=open", [4, 3, 2, 1]],
    ["?state=done", []],
    ["?words=login", [3, 1]],
    ["?words=LOGIN&state=queued", [3, 1]],
    ["?words=100%25", [4]],
    ["?words=%25", [4]],
    ["?words=%232", [2]],
    ["?kind=bugfix", [1]],
    ["?priority=urgent", [3]],
    ["?agent=claude", [4]],
    ["?agent=demo", [3, 2, 1]],
    ["?project=my-app&agent=demo&kind=custom", [3, 2]],
    ["?project=nothing", []],
    ["?state=nonsense&sort=nonsense&after=nonsense", [4, 3, 2, 1]],
    ["?after=3~3", [2, 1]],
    ["?before=2~2", [4, 3]],
  ];
  test.each(searched)("%s", async (query, ids) => {
    await create("Fix the login", "--kind", "bugfix");
    await create("Add tests");
    await create("Log in with the login page", "--priority", "urgent");
    await create("Cover 100% of it", "--agent", "claude", "--priority", "low");
    pauseTask(home.ctx, 2);
    const { main } = await site.get(`/tasks${query}`);
    expect([...main.matchAll(/<li class="task-row" id="task-(\d+)"/g)].map((row) => Number(row[1]))).toEqual(ids);
  });

  test("goes through pages in both directions, and every task is on one of them", async () => {
    for (let i = 1; i <= 120; i++) await insert(i);
    const ids: number[] = [];
    let at: string | undefined = "/tasks";
    let last = at;
    while (at) {
      const { main } = await site.get(at);
      ids.push(...rows(main));
      last = at;
      at = link(main, "next");
    }
    expect(ids).toEqual(Array.from({ length: 120 }, (_, i) => 120 - i));
    const { main } = await site.get(link((await site.get(last)).main, "prev") ?? "");
    expect(rows(main)).toEqual(ids.slice(50, 100));
  });

  test("counts a state, of what is looked for", async () => {
    await create("One");
    await create("Two");
    pauseTask(home.ctx, 2);
    const tab = async (path: string, name: string) =>
      new RegExp(`<span>${name}</span><span class="count">(\\d+)<`).exec((await site.get(path)).main)?.[1];
    expect(await tab("/tasks", "all")).toBe("2");
    expect(await tab("/tasks", "paused")).toBe("1");
    expect(await tab("/tasks?words=one", "all")).toBe("1");
  });
});

async function insert(number: number): Promise<void> {
  home.clock.advance(1);
  await create(`Task ${number}`);
}
const rows = (main: string) => [...main.matchAll(/id="task-(\d+)"/g)].map((row) => Number(row[1]));
const link = (main: string, rel: string) => new RegExp(`href="([^"]+)" rel="${rel}"`).exec(main)?.[1]?.replaceAll("&amp;", "&");

describe("the board", () => {
  test("has a column a state on the way, and those in which something is", async () => {
    await create("One");
    await create("Two");
    pauseTask(home.ctx, 2);
    const { main } = await site.get("/tasks?view=board");
    expect([...main.matchAll(/id="column-(\w+)" class/g)].map((column) => column[1])).toEqual([
      ...["queued", "executing", "verifying", "approving", "merging", "done", "paused"],
    ]);
    expect(main).toContain('action="/tasks/2/resume"');
  });

  test("shows some of a column, and leads to the rest", async () => {
    for (let i = 1; i <= 18; i++) await create(`Task ${i}`);
    const { main } = await site.get("/tasks?view=board");
    expect(rows(main)).toHaveLength(15);
    expect(main).toContain(">3 more</a>");
  });
});

describe("a new task", () => {
  test("is written in a form that an address can fill in", async () => {
    const { main } = await site.get("/tasks/new?project=my-app&title=Fix+it&after=3&prompt=%3C/textarea%3E");
    expect(main).toContain('value="Fix it"');
    expect(main).toContain('name="after" value="3"');
    expect(main).toContain("&lt;/textarea&gt;");
  });

  test("is queued, and its page follows", async () => {
    await create("First");
    site.news();
    const fields = {
      project: "my-app",
      title: " Fix it ",
      prompt: "Line 1\r\nLine 2",
      kind: "bugfix",
      priority: "high",
      after: "#1",
      agent: "demo",
    };
    expect(await site.post("/tasks/new", fields)).toMatchObject({ status: 303, to: "/tasks/2" });
    expect(mustFind(home.ctx, 2)).toMatchObject({
      title: "Fix it",
      prompt: "Line 1\nLine 2",
      kind: "bugfix",
      priority: 1,
      agent: "demo",
      unmet: 1,
    });
    expect(site.news()).toEqual(["task.created", "task.held"]);
  });

  test("may have a prompt of a megabyte", async () => {
    const prompt = "ä".repeat(500_000);
    expect((await site.post("/tasks/new", { project: "my-app", title: "x", prompt })).status).toBe(303);
    expect(mustFind(home.ctx, 1).prompt).toBe(prompt);
  });

  const written = { project: "my-app", title: "Fix it", prompt: "It is broken." };
  const refused: [what: string, fields: Record<string, string>, field: string, reason: RegExp][] = [
    ["without a project", { project: "" }, "project", /Choose the project/],
    ["of an unknown project", { project: "nope" }, "project", /There is no project "nope"/],
    ["without a title", { title: "  " }, "title", /The title is empty/],
    ["with a long title", { title: "x".repeat(201) }, "title", /longer than 200 characters/],
    ["with a title of two lines", { title: "a\nb" }, "title", /more than one line/],
    ["without a prompt", { prompt: "\n" }, "prompt", /The prompt is empty/],
    ["with a prompt that is too large", { prompt: "x".repeat(1_000_001) }, "prompt", /larger than 1 MB/],
    ["of no kind", { kind: "magic" }, "kind", /./],
    ["of no priority", { priority: "now" }, "priority", /./],
    ["after words", { after: "the other" }, "after", /named by their numbers/],
    ["after nothing", { after: "99" }, "after", /There is no task "99" to come after/],
    ["after too many", { after: Array.from({ length: 65 }, (_, i) => i + 1).join(" ") }, "after", /wait for 64 others/],
    ["by an unknown agent", { agent: "cluade" }, "agent", /There is no agent "cluade"/],
    ["by an impossible agent", { agent: "No Agent" }, "agent", /a letter, then letters/],
  ];
  test.each(refused)("%s is refused, with the reason beside the field and all values kept", async (_, fields, field, reason) => {
    const { status, main, reasons } = await site.post("/tasks/new", { ...written, ...fields });
    expect({ status, at: Object.keys(reasons) }).toEqual({ status: 422, at: [`field-${field}`] });
    expect(reasons[`field-${field}`]).toMatch(reason);
    if (!("title" in fields)) expect(main).toContain('value="Fix it"');
    if (!("prompt" in fields)) expect(main).toContain("It is broken.");
    for (const value of Object.values(fields)) if (value.trim() !== "") expect(plain(main)).toContain(value);
    expect(site.news()).toEqual([]);
  });

  test("without the session's field is nobody's", async () => {
    expect((await site.post("/tasks/new", { ...written, csrf: "another" })).status).toBe(403);
    expect(site.news()).toEqual([]);
  });
});

describe("editing", () => {
  test("changes what differs, and says what that was", async () => {
    await create("Fix it", "--agent", "claude");
    site.news();
    const { main } = await site.get("/tasks/1/edit");
    expect(main).toContain('value="Fix it"');
    const fields = { title: "Fix it well", prompt: "Do: Fix it", priority: "normal", agent: "" };
    expect(await site.post("/tasks/1/edit", fields)).toMatchObject({ status: 303, to: "/tasks/1" });
    expect(mustFind(home.ctx, 1)).toMatchObject({ title: "Fix it well", agent: null });
    expect(site.news()).toEqual(["task.edited"]);
    expect((await site.post("/tasks/1/edit", fields)).status).toBe(303);
    expect(site.news()).toEqual([]);
  });

  test("is over once the task has started", async () => {
    await create("Fix it");
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "executing" });
    expect((await site.get("/tasks/1/edit")).status).toBe(409);
    expect((await site.post("/tasks/1/edit", { title: "x", prompt: "y" })).status).toBe(409);
    expect((await site.get("/tasks/9/edit")).status).toBe(404);
  });
});

describe("the forms of a row", () => {
  const moves: [word: string, from: "queued" | "paused" | "failed", to: string][] = [
    ["pause", "queued", "paused"],
    ["resume", "paused", "queued"],
    ["retry", "failed", "queued"],
    ["cancel", "queued", "cancelled"],
  ];
  test.each(moves)("%s takes a task that is %s on to %s", async (word, from, to) => {
    await create("Fix it");
    if (from !== "queued") moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: from });
    site.news();
    expect(await site.post(`/tasks/1/${word}`, { back: "/tasks?state=open" })).toMatchObject({ status: 303, to: "/tasks?state=open" });
    expect(mustFind(home.ctx, 1).state).toBe(to as "queued");
    expect(site.news()).toEqual([to === "queued" && from === "paused" ? "task.queued" : `task.${to}`]);
  });

  test("lead to the task's page when nothing else is said, and to no other site", async () => {
    await create("Fix it");
    expect((await site.post("/tasks/1/pause")).to).toBe("/tasks/1");
    for (const back of ["//evil.example", "https://evil.example", "/\\evil.example", "/tasks\nx"])
      expect(await site.post("/tasks/1/resume", { back })).toMatchObject({ status: 422 });
    expect(mustFind(home.ctx, 1).state).toBe("paused");
  });

  test("keep the reason of a cancel", async () => {
    await create("Fix it");
    await site.post("/tasks/1/cancel", { reason: " No longer needed. " });
    expect(mustFind(home.ctx, 1).error?.text).toBe("No longer needed.");
  });

  test("that come too late say so", async () => {
    await create("Fix it");
    expect((await site.post("/tasks/1/resume")).status).toBe(409);
    expect((await site.post("/tasks/99/pause")).status).toBe(404);
    expect((await site.post("/tasks/x/pause")).status).toBe(422);
  });
});
