// The API as records: what is sent, what comes back, what is recorded.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { newestEvents } from "../../src/kernel/events.ts";
import { readOperation } from "../../src/kernel/operation.ts";
import { moveTask, mustFind } from "../../src/tasks/actions.ts";
import { openApi, type TestApi } from "../support/api.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { waitFor } from "../support/wait.ts";

type Site = { home: CommandHome; api: TestApi };

/** A home with a project of the name "sample". */
async function openSample(): Promise<Site> {
  const home = openCommandHome();
  const api = await openApi(home.ctx);
  expect((await api.post("/projects", { path: home.repository.path, name: "sample", agent: "demo" })).status).toBe(200);
  return { home, api };
}

const TASK = { title: "Greet politely", prompt: "Say please." };

describe("tasks", () => {
  test("are created, listed, shown, edited and ended with the words of the command line, in the name of the script", async () => {
    const { home, api } = await openSample();
    api.news();
    const created = await api.post("/tasks", { ...TASK, project: "sample", priority: "high" });
    expect(created).toMatchObject({ status: 200, body: { id: 1, project: "sample", title: "Greet politely", state: "queued" } });
    expect((await api.post("/tasks", { ...TASK, after: [1] })).body).toMatchObject({ id: 2, waiting: { reason: "dependency" } });
    expect((await api.post("/tasks/2/edit", { title: "Greet" })).body).toMatchObject({ title: "Greet", state: "queued" });
    expect((await api.post("/tasks/1/pause")).body).toMatchObject({ state: "paused" });
    expect((await api.post("/tasks/1/resume")).body).toMatchObject({ state: "queued" });
    expect((await api.post("/tasks/1/cancel", { reason: "Not now." })).body).toMatchObject({ error: { message: "Not now." } });
    expect((await api.post("/tasks/1/retry")).body).toMatchObject({ state: "queued", error: null });
    expect(api.news().filter(({ name }) => name !== "task.held")).toEqual(
      ["task.created", "task.created", "task.edited", "task.paused", "task.queued", "task.cancelled", "task.queued"].map((name) => ({
        name,
        by: "api",
      })),
    );
    expect((await api.get("/tasks/2")).body).toEqual(await home.json("task-status", "2"));
    expect((await api.get("/tasks")).body.items).toEqual((await home.json<unknown[]>("list-tasks")).reverse());
    expect((await api.get("/recent-results")).body).toEqual({ items: [], next: null });
  });

  test("are listed a page at a time, in every order, and what is added meanwhile shifts nothing", async () => {
    const { home, api } = await openSample();
    for (let i = 1; i <= 7; i++) await api.post("/tasks", { ...TASK, title: `Task ${i}`, priority: i % 2 ? "low" : "urgent" });
    await api.post("/tasks/3/pause");
    const first = await api.get("/tasks?limit=3");
    await api.post("/tasks", TASK);
    const second = await api.get(`/tasks?limit=3&cursor=${first.body.next}`);
    const ids = (...answers: { body: Record<string, unknown> }[]) =>
      answers.flatMap(({ body }) => (body.items as { id: number }[]).map(({ id }) => id));
    expect(ids(first, second)).toEqual([7, 6, 5, 4, 3, 2]);
    for (const sort of ["newest", "oldest", "moved", "cost", "priority"]) {
      const found = (await api.all(`/tasks?limit=2&sort=${sort}`)).map(({ id }) => Number(id));
      expect([...found].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
    expect((await api.all("/tasks?state=paused&project=sample")).map(({ id }) => id)).toEqual([3]);
    expect((await api.all("/tasks?priority=urgent")).map(({ id }) => id)).toEqual([6, 4, 2]);
    expect((await api.all("/tasks?words=task 5")).map(({ id }) => id)).toEqual([5]);
    expect((await api.get(`/tasks?sort=cost&cursor=${first.body.next}`)).status).toBe(422);
    expect(await home.json<unknown[]>("list-tasks")).toHaveLength(8);
  });

  test("are waited for: until they are there, until they cannot come there, until the time is over", async () => {
    const { home, api } = await openSample();
    await api.post("/tasks", TASK);
    expect((await api.get("/tasks/1/wait?for=queued")).body).toMatchObject({ id: 1 });
    expect(await api.get("/tasks/1/wait?for=done&timeout=0")).toMatchObject({ status: 504, body: { error: { code: "timeout" } } });
    const waiting = api.get("/tasks/1/wait?for=executing&timeout=60");
    await waitFor("the request to wait", () => home.clock.nextWake() !== undefined);
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "executing" });
    home.clock.advance(100);
    expect((await waiting).body).toMatchObject({ state: "executing" });
    await api.post("/tasks/1/cancel");
    expect(await api.get("/tasks/1/wait")).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    expect((await api.get("/tasks/9/wait")).status).toBe(404);
  });
});

describe("projects", () => {
  test("are registered, shown, changed and forgotten", async () => {
    const { home, api } = await openSample();
    expect((await api.get("/projects/sample")).body).toEqual({
      ...(await home.json("project-status", "sample")),
      path: home.repository.path,
    });
    await api.post("/projects/sample/edit", { approval: "auto", settings: { gates: { full: "true" }, env: { KEY: "secret" } } });
    const [project] = await api.all("/projects");
    expect(project).toMatchObject({ approval: "auto", gates: { full: "true" }, env: ["KEY"], tasks: {} });
    await api.post("/tasks", TASK);
    expect(await api.post("/projects/sample/unregister")).toMatchObject({ status: 409 });
    expect((await api.post("/projects/sample/unregister", { cancelTasks: true })).body).toMatchObject({ cancelled: [1] });
    expect((await api.get("/projects/sample")).status).toBe(404);
    expect(api.news().filter(({ by }) => by !== "api")).toEqual([]);
  });

  test("what git does not know is refused, and nothing is written", async () => {
    const { home, api } = await openSample();
    expect((await api.post("/projects", { path: join(home.paths.home, "nowhere") })).body).toMatchObject({
      error: { code: expect.any(String) },
    });
    expect((await api.post("/projects/sample/edit", { base: "no-such-branch" })).status).toBe(404);
    expect(await api.all("/projects")).toHaveLength(1);
  });
});

test("events are read from the end, from any place, by what they are about, and as they come", async () => {
  const { home, api } = await openSample();
  await api.post("/tasks", TASK);
  const newest = await api.get("/events?limit=1");
  expect(newest.body.items).toMatchObject([{ name: "task.created", taskId: 1, data: { by: "api" } }]);
  expect((await api.get("/events?after=0&limit=1")).body).toMatchObject({ items: [{ seq: 1 }], next: 1 });
  expect((await api.get("/events?after=0&name=task.created")).body).toMatchObject({
    items: [{ name: "task.created" }],
    next: newest.body.next,
  });
  expect((await api.get("/events?task=1&after=0")).body.items).toHaveLength(1);
  expect((await api.get("/events?project=sample")).body.items).toHaveLength(2);
  expect((await api.get("/events?run=r7")).status).toBe(404);
  const following = api.get(`/events?after=${newest.body.next}&wait=60`);
  await waitFor("the request to wait", () => home.clock.nextWake() !== undefined);
  await api.post("/tasks/1/pause");
  home.clock.advance(100);
  expect((await following).body.items).toMatchObject([{ name: "task.paused" }]);
  const late = api.get(`/events?after=${newEnd(home)}&wait=1`);
  await waitFor("the request to wait", () => home.clock.nextWake() !== undefined);
  home.clock.advance(2_000);
  expect((await late).body).toEqual({ items: [], next: newEnd(home) });
  expect((await api.get("/events?task=1")).body.items).toEqual(await home.json("logs", "1"));
});

const newEnd = (home: CommandHome) => newestEvents(home.ctx.db, { limit: 1 })[0]?.seq ?? 0;

test("everything else that is read has the shape of the command line", async () => {
  const { home, api } = await openSample();
  await api.post("/tasks", TASK);
  expect((await api.get("/plan")).body).toMatchObject({ starts: [{ task: 1, kind: "begin", project: "sample" }], holds: [] });
  expect((await api.get("/status")).body).toEqual({ ...(await home.json("status")), home: home.paths.home });
  expect((await api.get("/health")).body).toMatchObject({ ok: false, checks: [{ name: "daemon", verdict: "fail" }, {}, {}] });
  for (const path of ["/agents", "/agents?all=true", "/worktrees?all=true", "/approvals"]) expect(await api.all(path)).toEqual([]);
  expect((await api.get("/tasks/1/diff")).body).toMatchObject({ error: { code: "conflict" } });
});

describe("what is wrong is said in one form", () => {
  /** Method, path, body, status, code, and what the sentence and its hint hold. */
  const wrong: [string, string, unknown, number, string, RegExp][] = [
    ["GET", "/taks", undefined, 404, "not_found", /no "\/api\/v1\/taks".*Did you mean "\/api\/v1\/tasks"/],
    ["GET", "/", undefined, 404, "not_found", /openapi.json/],
    ["GET", "/tasks/12", undefined, 404, "not_found", /no task "12"/],
    ["GET", "/tasks/12x", undefined, 422, "invalid", /"id" is no task's number/],
    ["GET", "/tasks/%ff", undefined, 404, "not_found", /%ff/],
    ["GET", "/agents/x", undefined, 422, "invalid", /"x" is no task and no run/],
    ["GET", "/projects/none", undefined, 404, "not_found", /no project "none"/],
    ["GET", "/tasks?stat=queued", undefined, 422, "invalid", /no field "stat".*Did you mean "state"/],
    ["GET", "/tasks?state=queud", undefined, 422, "invalid", /no state "queud".*Did you mean "queued"/],
    ["GET", "/tasks?limit=0", undefined, 422, "invalid", /"limit" is to be a whole number from 1 to 1000/],
    ["GET", "/tasks?limit=1&limit=2", undefined, 422, "invalid", /"limit" is given twice/],
    ["GET", "/tasks?cursor=x", undefined, 422, "invalid", /no cursor of this list/],
    ["GET", "/agents?all=yes", undefined, 422, "invalid", /"all" is to be "true" or "false"/],
    ["GET", "/plan?__proto__=1", undefined, 422, "invalid", /no field "__proto__"/],
    ["POST", "/tasks", "{", 422, "invalid", /not JSON/],
    ["POST", "/tasks", "[]", 422, "invalid", /no JSON object/],
    ["POST", "/tasks", { ...TASK, priorty: "high" }, 422, "invalid", /no field "priorty".*Did you mean "priority"/],
    ["POST", "/tasks", { title: "No prompt" }, 422, "invalid", /"prompt" is missing/],
    ["POST", "/tasks", { ...TASK, prompt: 3 }, 422, "invalid", /"prompt" is to be a text, not 3/],
    ["POST", "/tasks", { ...TASK, title: " " }, 422, "invalid", /"title": The title is empty/],
    ["POST", "/tasks", { ...TASK, after: [0] }, 422, "invalid", /"after.0" is to be at least 1/],
    ["POST", "/tasks", { ...TASK, agent: "nobody" }, 404, "not_found", /no agent "nobody"/],
    ["POST", "/tasks?project=sample", TASK, 422, "invalid", /no "project" in its address/],
    ["POST", "/projects/sample/edit", { settings: { gatez: {} } }, 422, "invalid", /no field "settings.gatez"/],
    ["POST", "/tasks/12/approve", {}, 404, "not_found", /no task "12"/],
    ["POST", "/tasks/12/reject", {}, 422, "invalid", /"reason" is missing/],
    ["POST", "/agents/12/message", { text: "Hello" }, 404, "not_found", /no task "12"/],
    ["DELETE", "/tasks", undefined, 405, "invalid", /does not take DELETE.*GET, HEAD, POST/],
    ["POST", "/plan", {}, 405, "invalid", /It takes GET, HEAD/],
    ["PUT", "/nothing", undefined, 404, "not_found", /nothing/],
  ];
  test.each(wrong)("%s %s %j → %i", async (method, path, body, status, code, text) => {
    const { api } = await openSample();
    api.news();
    const headers = { "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body), headers };
    const answer = await api.send(new Request(`http://127.0.0.1:8765/api/v1${path}`, { method, ...sent }));
    const error = v.parse(
      v.strictObject({ error: v.strictObject({ code: v.string(), message: v.string(), hint: v.string() }) }),
      answer.body,
    ).error;
    expect({ status: answer.status, code: error.code }).toEqual({ status, code });
    expect(`${error.message} ${error.hint}`).toMatch(text);
    expect(api.news()).toEqual([]);
  });

  test("a bug says that it is one, and nothing else", async () => {
    const { ctx } = openCommandHome();
    const broken = readOperation({
      path: "/broken",
      name: "broken",
      summary: "",
      answer: v.null(),
      run() {
        throw new TypeError("secret of the stack");
      },
    });
    const { status, body } = await (await openApi(ctx, [broken])).get("/broken");
    expect({ status, body }).toMatchObject({ status: 500, body: { error: { code: "bug", message: "This is a bug in ccm." } } });
    expect(JSON.stringify(body)).not.toContain("secret");
  });
});

describe("what HTTP asks for", () => {
  test("a list that the caller has already is not sent again, and HEAD sends none", async () => {
    const { api } = await openSample();
    const first = await api.get("/tasks");
    const etag = first.headers.get("etag") ?? "";
    expect((await api.get("/tasks", { "if-none-match": etag })).status).toBe(304);
    await api.post("/tasks", TASK);
    const other = await api.get("/tasks", { "if-none-match": etag });
    expect(other.status).toBe(200);
    expect((await api.get("/tasks", { "if-none-match": `"x", ${other.headers.get("etag")}` })).status).toBe(304);
    expect((await api.post("/tasks/1/pause", undefined, { "if-none-match": "*" })).status).toBe(200);
    const head = await api.send(new Request("http://127.0.0.1:8765/api/v1/tasks", { method: "HEAD" }));
    expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: {} });
    expect(head.headers.get("content-type")).toStartWith("application/json");
  });

  test("only JSON goes in and out, and no more than there is room for", async () => {
    const { api } = await openSample();
    expect((await api.get("/tasks", { accept: "text/html" })).status).toBe(406);
    expect((await api.get("/tasks", { accept: "text/html, */*;q=0.1" })).status).toBe(200);
    expect((await api.post("/tasks", JSON.stringify(TASK), { "content-type": "text/plain" })).status).toBe(415);
    expect((await api.post("/tasks", { ...TASK, prompt: "x".repeat(2_600_000) })).status).toBe(413);
    expect((await api.post("/tasks", { ...TASK, prompt: "x".repeat(1_100_000) })).body).toMatchObject({ error: { code: "invalid" } });
    const allowed = await api.send(new Request("http://127.0.0.1:8765/api/v1/tasks", { method: "DELETE" }));
    expect(allowed.headers.get("allow")).toBe("GET, HEAD, POST");
    expect(allowed.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("a browser must say that it sends JSON, also where it sends nothing: a form of another site cannot", async () => {
    const { api } = await openSample();
    await api.post("/tasks", TASK);
    const browser = { kind: "browser", csrf: "", by: "the page", session: 1, stays: () => true } as const;
    const pause = (headers: Record<string, string>) =>
      api.send(new Request("http://127.0.0.1:8765/api/v1/tasks/1/pause", { method: "POST", headers }), browser);
    expect((await pause({})).status).toBe(415);
    expect((await pause({ "content-type": "application/json" })).status).toBe(200);
  });
});
