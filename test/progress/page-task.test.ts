// The page of one task: what it shows in each state, what has happened, and what comes while it is open.
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { appendEvent, lastSeq } from "../../src/kernel/events.ts";
import type { FeedSection, Page } from "../../src/kernel/page.ts";
import { taskPage } from "../../src/progress/page-task.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { createTask, failTask, mustFind, setWaiting } from "../../src/tasks/actions.ts";
import { cancelTask } from "../../src/tasks/persons-word.ts";
import { newTaskSchema, type TaskState } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, endRun, finishedRun, moveThrough, startedRun } from "../support/progress.ts";
import { openSite, type TestSite } from "../support/site.ts";

const HOSTILE = '<script>alert(1)</script> \u001b[31m\u202e "quoted" & more';

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app", agent: "demo" }));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: HOSTILE, prompt: `Do it.\n${HOSTILE}` }));
  site = await openSite(home.ctx);
});

/** The tags of a page's scripts and handlers that no view has written. */
function foreignMarkup(html: string): RegExpMatchArray | null {
  return html.match(/<script>|\p{Cc}(?<![\n\t])|\u202e/u);
}

describe("in each state", () => {
  const cases: [name: string, make: () => void, ...shown: RegExp[]][] = [
    ["queued", () => {}, /It is queued and starts when its turn comes/, /href="\/tasks\/1\/edit"/, /action="\/tasks\/1\/cancel"/],
    [
      "executing",
      () => {
        moveThrough(home.ctx, 1, "executing");
        startedRun(home.ctx, 1);
      },
      /action="\/tasks\/1\/message"/,
      /Watch its log/,
      /action="\/tasks\/1\/stop-agent"/,
    ],
    [
      "checked by its gate",
      () => {
        moveThrough(home.ctx, 1, "executing", "verifying");
        startedRun(home.ctx, 1, "gate", "full");
      },
      /The gate &quot;full&quot; runs/,
      /action="\/tasks\/1\/request-changes"/,
    ],
    ["failed", () => failed(), /It broke\./, /The end of the output of r1/, /last &lt;b&gt;words/, /action="\/tasks\/1\/retry"/],
    [
      "held by a checkout",
      () => {
        moveThrough(home.ctx, 1, "executing", "merging");
        setWaiting(home.ctx, mustFind(home.ctx, 1), { reason: "dirty_checkout", text: "Your checkout is dirty." });
      },
      /Your checkout is dirty\./,
      /data-tone="warn"/,
    ],
    [
      "cancelled",
      () => {
        moveThrough(home.ctx, 1, "executing");
        cancelTask(home.ctx, 1, "No.");
      },
      /cancelled/,
      /action="\/tasks\/1\/retry"/,
    ],
  ];
  test.each(cases)("%s", async (_, make, ...shown) => {
    make();
    const { status, main, html } = await site.get("/tasks/1");
    expect(status).toBe(200);
    for (const part of shown) expect(main).toMatch(part);
    expect(foreignMarkup(html)).toBeNull();
  });

  function failed(): void {
    moveThrough(home.ctx, 1, "executing");
    finishedRun(home.ctx, startedRun(home.ctx, 1), 1, "first\nlast <b>words</b> \u001b[2J");
    failTask(home.ctx, mustFind(home.ctx, 1), { code: "failed", text: "It broke.", hint: "Try again." });
  }
});

describe("its way", () => {
  const stages = async () =>
    [...(await site.get("/tasks/1")).main.matchAll(/data-status="(\w+)"[\s\S]*?class="stage-name"[^>]*>(\w+)/g)].map(
      ([, status, name]) => `${name} ${status}`,
    );
  const at = (...states: TaskState[]) => moveThrough(home.ctx, 1, ...states);

  test("what is behind it, where it is, and what comes", async () => {
    at("executing", "verifying");
    expect(await stages()).toEqual(["queued done", "executing done", "verifying now", "approving next", "merging next", "done next"]);
  });

  test("a stage that was left out says so", async () => {
    at("executing", "approving");
    checkedCandidate(home.ctx, 1, { base: "base", tip: "tip", commit: "a".repeat(40) });
    expect((await stages()).slice(2, 4)).toEqual(["verifying skipped", "approving held"]);
  });

  test("a task that failed shows where", async () => {
    at("executing", "verifying");
    failTask(home.ctx, mustFind(home.ctx, 1), { code: "failed", text: "No.", hint: "" });
    expect(await stages()).toEqual(["queued done", "executing done", "verifying failed", "failed failed"]);
  });

  test("a paused one keeps its place", async () => {
    at("executing", "paused");
    expect((await stages())[1]).toBe("executing held");
  });
});

describe("what has happened", () => {
  test("is told in words; what people need not see is behind a switch", async () => {
    moveThrough(home.ctx, 1, "executing");
    const run = startedRun(home.ctx, 1);
    endRun(home.ctx, run, 0);
    appendEvent(home.ctx.db, 1, { name: "run.ended", source: "host", taskId: 1, runId: run.id, data: { reason: "exited", code: 0 } });
    const texts = (html: string) => [...html.matchAll(/class="event-text"[^>]*><span>([^<]*)</g)].map(([, text]) => text);
    const few = texts((await site.get("/tasks/1")).main);
    const all = texts((await site.get("/tasks/1?all=1")).main);
    expect(few).toContain("Is being worked on.");
    expect(few).not.toContain("Run r1 ended with exit code 0.");
    expect(all).toContain("Run r1 ended with exit code 0.");
    expect((await site.get("/tasks/1")).main).toContain('href="/tasks/1?all=1#timeline"');
  });

  test("of a long history the latest is shown, and every event is on exactly one page", async () => {
    for (let i = 0; i < 500; i++)
      appendEvent(home.ctx.db, i, { name: "message.sent", source: "person", taskId: 1, data: { text: `word ${i}` } });
    const seen: string[] = [];
    let path: string | undefined = "/tasks/1";
    for (let pages = 0; path && pages < 20; pages++) {
      const { main } = await site.get(path.replace(/#.*$/, "").replaceAll("&amp;", "&"));
      const rows = [...main.matchAll(/id="event-(\d+)"/g)].map(([, seq]) => seq ?? "");
      seen.unshift(...rows);
      path = /class="feed-earlier" href="([^"]+)"/.exec(main)?.[1];
    }
    expect(seen.map(Number)).toEqual(
      Array.from({ length: lastSeq(home.ctx.db) }, (_, i) => i + 1).filter((seq) => seen.includes(String(seq))),
    );
    expect(seen.length).toBeGreaterThan(500);
  });

  const shown = async (query = ""): Promise<Page> =>
    taskPage.show(home.ctx, { params: { id: "1" }, query: new URLSearchParams(query), typed: null, csrf: "x", by: "ada" });
  /** The growing part as it is now: it is made when it is first asked for. */
  const feed = async () => {
    const section = (await shown()).sections.find((one): one is FeedSection => one.kind === "feed") as FeedSection;
    const { cursor, more } = section;
    return { cursor, more };
  };

  test("what comes is told from where the page ended, and once", async () => {
    const before = await feed();
    expect(before.more(before.cursor)).toBeNull();
    moveThrough(home.ctx, 1, "executing");
    const more = before.more(before.cursor);
    if (more === null || more === "anew") throw new Error("nothing came");
    expect(await more.rows).toContain("Is being worked on.");
    expect((await feed()).cursor).toBe(more.cursor);
    expect(before.more(more.cursor)).toBeNull();
  });

  test("who has slept long gets the page anew", async () => {
    const before = await feed();
    for (let i = 0; i < 301; i++) appendEvent(home.ctx.db, i, { name: "message.sent", source: "person", taskId: 1, data: { text: "x" } });
    expect(before.more(before.cursor)).toBe("anew");
  });

  test("a page is the same as long as nothing happens, and about its task", async () => {
    startedRun(home.ctx, 1);
    const texts = async () => Promise.all((await shown()).sections.map(async (section) => await section.html()));
    const first = await texts();
    home.clock.advance(3_600_000);
    expect(await texts()).toEqual(first);
    expect((await shown()).watch).toEqual({ taskId: 1 });
  });
});

test.each([
  ["/tasks/99", 404, "There is no task"],
  ["/tasks/x", 422, "is no task"],
  ["/tasks/1/log?run=r9", 404, "has no run"],
  ["/tasks/1/diff", 200, "It has not begun."],
  ["/tasks/1/log", 200, "No run yet."],
  ["/tasks/1/gates", 200, "No gate has run yet."],
  ["/tasks/1/runs", 200, "No run yet."],
  ["/tasks/1?before=x", 200, "Created:"],
])("%s is answered with %i and says %j", async (path, status, text) => {
  const answer = await site.get(path);
  expect({ status: answer.status, says: answer.main.includes(text) }).toEqual({ status, says: true });
});

test("runs are listed with why, what came of them and how long they took", async () => {
  moveThrough(home.ctx, 1, "executing");
  finishedRun(home.ctx, startedRun(home.ctx, 1), 0);
  const { main } = await site.get("/tasks/1/runs");
  expect(main).toContain('href="/tasks/1/log?run=r1"');
  expect(main).toContain("the task was created");
  expect(main).toMatch(/ended with exit code 0/);
});
