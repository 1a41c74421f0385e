// The page on agents, and what a person says to one from the page of its task.
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { restartRun } from "../../src/agents/actions.ts";
import { openBreaker } from "../../src/agents/recovery/breakers.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { createTask, mustFind } from "../../src/tasks/actions.ts";
import { newTaskSchema } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { finishedRun, moveThrough, startedRun } from "../support/progress.ts";
import { openSite, type TestSite } from "../support/site.ts";

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app", agent: "demo" }));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: "Fix <b>it</b>", prompt: "Do it." }));
  site = await openSite(home.ctx);
});

function works(kind: "agent" | "gate" = "agent", name = "demo"): void {
  moveThrough(home.ctx, 1, "executing", ...(kind === "gate" ? (["verifying"] as const) : []));
  startedRun(home.ctx, 1, kind, name);
}

describe("the page on agents", () => {
  test("says what to do when none is at work", async () => {
    const { main } = await site.get("/agents");
    expect(main).toContain("No agent is at work.");
    expect(main).toContain("There has been no run yet.");
  });

  test("shows each at work, with its task and what it does", async () => {
    works();
    const { main } = await site.get("/agents");
    expect(main).toContain("#1 Fix &lt;b&gt;it&lt;/b&gt;");
    expect(main).toContain('href="/tasks/1/log?run=r1"');
    expect(main).toContain("starting");
  });

  test("names an agent that nothing is started with, with why and until when", async () => {
    works();
    const until = home.clock.now() + 3_600_000;
    openBreaker(home.ctx, { id: 1, agent: "demo" } as Parameters<typeof openBreaker>[1], {
      kind: "limit",
      until,
      why: "its <usage> limit is reached",
    });
    const { main } = await site.get("/agents");
    expect(main).toContain("Nothing is started with demo: it waits: its &lt;usage&gt; limit is reached.");
    expect(main).toMatch(/tried again <time datetime="2030-01-01T0\d:[^"]+" data-form="until">/);
  });

  test("lists the runs page by page, each once", async () => {
    moveThrough(home.ctx, 1, "executing");
    for (let i = 0; i < 95; i++) finishedRun(home.ctx, startedRun(home.ctx, 1), 0);
    const seen: number[] = [];
    let path: string | undefined = "/agents";
    for (let pages = 0; path && pages < 10; pages++) {
      const { main } = await site.get(path.replace(/#.*$/, ""));
      seen.push(...[...main.matchAll(/<tr id="run-(\d+)"/g)].map(([, id]) => Number(id)));
      path = /href="([^"]+)" rel="next"/.exec(main)?.[1];
    }
    expect(seen).toEqual(Array.from({ length: 95 }, (_, i) => 95 - i));
  });
});

describe("what a person says", () => {
  test("a message reaches the live agent; one that knows interrupts may be interrupted first", async () => {
    works("agent", "claude");
    expect((await site.get("/tasks/1")).main).toContain("Its turn is interrupted first.");
    expect(await site.post("/tasks/1/message", { text: "Use <tabs>.\nPlease.", when: "now" })).toMatchObject({
      status: 303,
      to: "/tasks/1",
    });
    expect(await site.post("/tasks/1/interrupt")).toMatchObject({ status: 303 });
    expect(home.requests.map(({ request }) => request)).toEqual([
      { kind: "interrupt" },
      { kind: "message", text: "Use <tabs>.\nPlease." },
      { kind: "interrupt" },
    ]);
  });

  test("an empty message, and one that is too long, come back with the reason", async () => {
    works();
    const empty = await site.post("/tasks/1/message", { text: " " });
    expect({ status: empty.status, says: empty.main.includes("The message is empty.") }).toEqual({ status: 422, says: true });
    const long = await site.post("/tasks/1/message", { text: "x".repeat(100_001) });
    expect({ status: long.status, says: long.main.includes("The message is larger than 100 kB.") }).toEqual({ status: 422, says: true });
    expect(home.requests).toEqual([]);
  });

  test("where nobody listens, the page says what would reach it", async () => {
    works("gate", "full");
    const { main } = await site.get("/tasks/1");
    expect(main).not.toContain('action="/tasks/1/message"');
    expect(main).toContain('action="/tasks/1/request-changes"');
    const refused = await site.post("/tasks/1/message", { text: "Hello?" });
    expect(refused.status).toBe(409);
    expect(refused.main).toContain("Run r1 is a gate, not an agent.");
    expect(refused.main).toContain("Hello?");
  });

  test("after its agent has ended, the words come back with the reason", async () => {
    works();
    finishedRun(home.ctx, { id: 1, taskId: 1, projectId: 1, kind: "agent", agent: "demo" } as Parameters<typeof finishedRun>[1], 0);
    const refused = await site.post("/tasks/1/message", { text: "One thing more." });
    expect(refused.status).toBe(409);
    expect(refused.main).toContain("has no run now");
    expect(refused.main).toContain("One thing more.");
  });

  test("stop pauses the task, restart asks for another run, once", async () => {
    works();
    expect(await site.post("/tasks/1/restart-agent")).toMatchObject({ status: 303 });
    expect((await site.get("/tasks/1")).main).toContain("It is stopping.");
    expect(() => restartRun(home.ctx, 1)).toThrow("no agent at work");
    expect(await site.post("/tasks/1/stop-agent")).toMatchObject({ status: 303, to: "/tasks/1" });
    expect(mustFind(home.ctx, 1).state).toBe("paused");
  });
});
