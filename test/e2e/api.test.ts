// The API of the built executable, as a script meets it: from a prompt to a merged commit without another way in.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { allOperations } from "../../src/modules.ts";
import { findDaemon } from "../../src/setup/daemon-file.ts";
import { paramsOf } from "../../src/web/site.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { git, makeRepository, SLOW_MS } from "../support/home-with-project.ts";
import { waitFor } from "../support/wait.ts";

const operations = await allOperations();

type Answer = { status: number; body: Record<string, unknown> };
type Script = { get(path: string): Promise<Answer>; post(path: string, body?: unknown, key?: string): Promise<Answer> };

/** A home with a daemon and nothing else, and a script that has its token. */
async function openScript(): Promise<{ home: HomeUnderTest; script: Script }> {
  const home = openHome("e2e");
  afterThisTest(() => home.remove());
  await home.json("init", "--yes");
  await home.startDaemon();
  return { home, script: scriptOf(home) };
}

function scriptOf(home: HomeUnderTest): Script {
  const send = async (method: string, path: string, body?: unknown, key?: string): Promise<Answer> => {
    const daemon = findDaemon(home.paths);
    if (daemon.kind !== "ready" || !daemon.state.web || !("url" in daemon.state.web)) throw new Error("The daemon does not listen.");
    const headers: Record<string, string> = { authorization: `Bearer ${readFileSync(join(home.paths.home, "token"), "utf8").trim()}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (key !== undefined) headers["idempotency-key"] = key;
    const answer = await fetch(`${daemon.state.web.url}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const given = (await answer.json()) as Record<string, unknown>;
    if (answer.status === 200) v.parse(answerSchema(method, path), given);
    return { status: answer.status, body: given };
  };
  return { get: (path) => send("GET", path), post: (path, body, key) => send("POST", path, body, key) };
}

/** What the operation behind a path says that it answers. */
function answerSchema(method: string, path: string): v.GenericSchema {
  const found = operations.find((one) => one.method === method && paramsOf(one.path, path.split("?")[0] ?? ""));
  if (!found) throw new Error(`There is no ${method} ${path}.`);
  return found.answer;
}

test(
  "a task goes from its prompt to a merged commit by requests alone",
  async () => {
    const { home, script } = await openScript();
    const repo = join(home.root, "repo");
    makeRepository(home, repo);
    await home.ccm("open", "--print"); // Makes the token, as for a person who has never used it.
    expect(await script.post("/projects", { path: repo, agent: "demo" })).toMatchObject({
      status: 200,
      body: { name: "repo", approval: "ask" },
    });
    const task = { title: "Greet", prompt: "demo: write greeting.txt hello" };
    const created = await script.post("/tasks", task, "greet-1");
    const { id } = created.body as { id: number };
    expect(await script.post("/tasks", task, "greet-1")).toEqual(created);

    expect((await script.get(`/tasks/${id}/wait?for=approving&timeout=60`)).body).toMatchObject({ state: "approving" });
    expect((await script.get("/approvals")).body.items).toMatchObject([{ kind: "approval", task: { id } }]);
    const first = (await script.get(`/tasks/${id}/diff`)).body as { diff: string; commit: string };
    expect(first.diff).toContain("+hello");

    await script.post(`/tasks/${id}/request-changes`, { comment: "demo: write farewell.txt bye" });
    const second = await waitFor("another diff", async () => {
      expect((await script.get(`/tasks/${id}/wait?for=approving&timeout=60`)).status).toBe(200);
      const found = (await script.get(`/tasks/${id}/diff`)).body as { diff: string; commit: string };
      return found.commit === first.commit ? null : found;
    });
    expect(second.diff).toContain("+bye");
    expect(await script.post(`/tasks/${id}/approve`, { commit: first.commit })).toMatchObject({ status: 409 });
    expect((await script.post(`/tasks/${id}/approve`, { commit: second.commit, comment: "Good." })).status).toBe(200);
    expect((await script.get(`/tasks/${id}/wait?timeout=60`)).body).toMatchObject({ state: "done", result: "merged" });
    expect(git(home, repo, "show", "main:farewell.txt")).toBe("bye");

    const story = (await script.get(`/tasks/${id}`)).body;
    expect(story).toEqual(await home.json("task-status", String(id)));
    expect(story.decisions).toMatchObject([
      { verdict: "changes", by: "api" },
      { verdict: "approved", by: "api", comment: "Good." },
    ]);
    const [run] = story.runList as { id: number }[];
    expect(((await script.get(`/agents/r${run?.id}/output`)).body.lines as unknown[]).length).toBeGreaterThan(0);
    expect((await script.get("/recent-results")).body.items).toMatchObject([{ id }]);
    expect((await script.get("/agents?all=true")).body.items).toMatchObject([
      { task: id },
      { task: id, kind: "agent", agent: { activity: "finished" } },
    ]);
    expect((await script.get(`/agents/r${run?.id}`)).body).toMatchObject({ id: run?.id, state: "finished" });
    for (const path of ["/agents", "/worktrees?all=true", "/events?after=0&limit=1000", "/status", "/plan", "/projects"])
      expect({ path, status: (await script.get(path)).status }).toEqual({ path, status: 200 });
    expect((await script.get("/health")).body.checks).toContainEqual(expect.objectContaining({ name: "loop", verdict: "ok" }));
  },
  SLOW_MS,
);

test(
  "a daemon that was killed does not do twice what it is asked again",
  async () => {
    const { home, script } = await openScript();
    const repo = join(home.root, "repo");
    makeRepository(home, repo);
    await home.ccm("open", "--print");
    await script.post("/projects", { path: repo, agent: "demo" });
    const task = { title: "Wait", prompt: "demo: hang" };
    const asked = Array.from({ length: 20 }, (_, i) => script.post("/tasks", task, `key-${i}`).catch(() => null));
    await Promise.any(asked);
    await home.killDaemon();
    await Promise.all(asked);
    await home.startDaemon();
    const again = await Promise.all(Array.from({ length: 20 }, (_, i) => script.post("/tasks", task, `key-${i}`)));
    expect(again.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(again.map(({ body }) => body.id)).size).toBe(20);
    expect(await home.json<unknown[]>("list-tasks")).toHaveLength(20);
  },
  SLOW_MS,
);

test(
  "who has no token learns nothing, in JSON",
  async () => {
    const { home } = await openScript();
    const daemon = findDaemon(home.paths);
    const url = daemon.kind === "ready" && daemon.state.web && "url" in daemon.state.web ? daemon.state.web.url : "";
    for (const headers of [{}, { authorization: "Bearer nonsense" }]) {
      const answer = await fetch(`${url}/api/v1/tasks`, { headers });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: { code: "denied", message: expect.any(String), hint: expect.any(String) } });
    }
  },
  SLOW_MS,
);
