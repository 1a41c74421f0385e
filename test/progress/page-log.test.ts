// What a run printed, on a page: its end at once, whatever its size; what was before, line by line; what comes, once.
import { beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import * as v from "valibot";
import type { RunEvent } from "../../src/agents/schema.ts";
import type { FeedSection } from "../../src/kernel/page.ts";
import { logPage } from "../../src/progress/page-log.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { createTask } from "../../src/tasks/actions.ts";
import { newTaskSchema } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { finishedRun, moveThrough, startedRun } from "../support/progress.ts";
import { openSite, type TestSite } from "../support/site.ts";

/** What a page may send for a log of any size, in bytes: 600 lines and the page around them. */
const PAGE_BYTES = 300_000;

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app", agent: "demo" }));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: "Fix", prompt: "Do it." }));
  moveThrough(home.ctx, 1, "executing");
  startedRun(home.ctx, 1);
  mkdirSync(dirname(events()), { recursive: true });
  site = await openSite(home.ctx);
});

const events = () => home.paths.run(1).events;

function print(...lines: Pick<RunEvent, "kind" | "text" | "json">[]): void {
  appendFileSync(events(), lines.map((line) => `${JSON.stringify({ seq: 1, at: 1, ...line })}\n`).join(""));
}

/** The lines of a log as people read them. */
function shown(html: string): string[] {
  return [...html.matchAll(/<code>([^<]*)<\/code>/g)].map(([, text]) => text ?? "");
}

const page = (query = "") =>
  logPage.show(home.ctx, { params: { id: "1" }, query: new URLSearchParams(query), typed: null, csrf: "x", by: "ada" });
/** The growing part as it is now: it is made when it is first asked for. */
const feed = async () => {
  const section = (await page()).sections.find((one): one is FeedSection => one.kind === "feed") as FeedSection;
  const { cursor, more } = section;
  return { cursor, more };
};

describe("a log", () => {
  test("has nothing yet, then what the agent said and did, and nothing in it is markup", async () => {
    expect((await site.get("/tasks/1/log")).main).toContain("It has printed nothing yet.");
    print(
      { kind: "output", text: "<script>alert(1)</script> \u001b[31mred\u001b[0m \u001b[2J\u202e" },
      { kind: "json", json: { type: "assistant", message: { content: [{ type: "text", text: "I <b>look</b>." }] } } },
      {
        kind: "json",
        json: { type: "assistant", message: { content: [{ type: "tool_use", id: "1", name: "Bash", input: { command: "ls" } }] } },
      },
    );
    const { html, main } = await site.get("/tasks/1/log");
    expect(shown(main)).toEqual(["&lt;script&gt;alert(1)&lt;/script&gt; red ␛[2J�", "I &lt;b&gt;look&lt;/b&gt;.", "▸ Bash ls"]);
    expect(html).not.toMatch(/<script>|\p{Cc}(?<![\n\t])|\u202e/u);
  });

  test("of a run that is over is shown from its end, and says how it ended", async () => {
    print({ kind: "output", text: "done" });
    const run = { id: 1, taskId: 1, projectId: 1, kind: "agent", agent: "demo" } as Parameters<typeof finishedRun>[1];
    finishedRun(home.ctx, run, 0);
    const { main } = await site.get("/tasks/1/log?run=r1");
    expect(main).toContain("ended with exit code 0.");
    expect(main).toContain("data-follow");
  });

  test("what is long is folded away, and there", async () => {
    const text = Array.from({ length: 40 }, (_, i) => `row ${i}`).join("\n");
    print(
      {
        kind: "json",
        json: { type: "assistant", message: { content: [{ type: "tool_use", id: "1", name: "Bash", input: { command: "ls" } }] } },
      },
      { kind: "json", json: { type: "user", message: { content: [{ type: "tool_result", tool_use_id: "1", content: text }] } } },
    );
    const { main } = await site.get("/tasks/1/log");
    expect(main).toMatch(/<details class="log-fold"><summary>\s*… 34 more lines<\/summary>/);
    expect(shown(main).at(-1)?.trim()).toBe("row 39");
  });
});

describe("a long log", () => {
  test("shows each line on exactly one page, from the last one back", async () => {
    print(...Array.from({ length: 3_000 }, (_, i) => ({ kind: "output" as const, text: `line ${i} ${"·".repeat(i % 90)}` })));
    const seen: string[] = [];
    let path: string | undefined = "/tasks/1/log";
    for (let pages = 0; path && pages < 30; pages++) {
      const { main } = await site.get(path.replace(/#.*$/, ""));
      seen.unshift(...shown(main));
      path = /href="(\/tasks\/1\/log\?run=r1(?:&amp;|&)before=\d+#log)"/.exec(main)?.[1]?.replace("&amp;", "&");
    }
    expect(seen.map((line) => Number(line.split(" ")[1]))).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
  });

  test("of 50 MB opens at its end, with a few hundred kB", async () => {
    const file = openSync(events(), "a");
    const chunk = Array.from(
      { length: 1_000 },
      (_, i) => `${JSON.stringify({ seq: i, at: 1, kind: "output", text: `${i} ${"x".repeat(200)}` })}\n`,
    ).join("");
    for (let written = 0; written < 50_000_000; written += chunk.length) writeSync(file, chunk);
    closeSync(file);
    print({ kind: "output", text: "the very end" });
    const from = performance.now();
    const { html, main } = await site.get("/tasks/1/log");
    console.info(`a log of 50 MB: ${Math.round(performance.now() - from)} ms, ${html.length} bytes`);
    expect(shown(main).at(-1)).toBe("the very end");
    expect(html.length).toBeLessThan(PAGE_BYTES);
  });

  test("of one endless text is cut, and says so", async () => {
    print({ kind: "json", json: { type: "assistant", message: { content: [{ type: "text", text: "a\n".repeat(5_000) }] } } });
    print({ kind: "output", text: "y".repeat(60_000) });
    const { html, main } = await site.get("/tasks/1/log");
    expect(main).toContain("y…");
    expect(html.length).toBeLessThan(PAGE_BYTES);
    const earlier = /before=(\d+)/.exec(main)?.[1];
    expect((await site.get(`/tasks/1/log?run=r1&before=${earlier}`)).main).toMatch(/… 4\d\d\d lines before these/);
  });

  test("a line that is not whole yet is not shown, and not lost", async () => {
    print({ kind: "output", text: "one" });
    appendFileSync(events(), '{"seq":2,"at":1,"kind":"output","te');
    const before = await feed();
    expect(before.more(before.cursor)).toBeNull();
    appendFileSync(events(), 'xt":"two"}\n');
    const more = before.more(before.cursor);
    if (more === null || more === "anew") throw new Error("nothing came");
    expect(shown(String(await more.rows))).toEqual(["two"]);
  });
});

describe("what comes", () => {
  test("is told from where the page ended, by what was called before", async () => {
    print({
      kind: "json",
      json: { type: "assistant", message: { content: [{ type: "tool_use", id: "7", name: "Edit", input: { file_path: "a" } }] } },
    });
    const before = await feed();
    print({
      kind: "json",
      json: { type: "user", message: { content: [{ type: "tool_result", tool_use_id: "7", content: "The file was updated." }] } },
    });
    print({ kind: "output", text: "next" });
    const more = before.more(before.cursor);
    if (more === null || more === "anew") throw new Error("nothing came");
    expect(shown(String(await more.rows))).toEqual(["next"]);
    expect(before.more(more.cursor)).toBeNull();
    expect((await feed()).cursor).toBe(more.cursor);
  });

  test("is anew for a lot, for another run, and for a cursor that is none", async () => {
    const before = await feed();
    print(...Array.from({ length: 700 }, () => ({ kind: "output" as const, text: "x" })));
    expect(before.more(before.cursor)).toBe("anew");
    for (const cursor of ["9x0", "", "1xabc"]) expect(before.more(cursor)).toBe("anew");
  });

  test("makes the page again when the file grows, with or without an event", async () => {
    const { watch } = await page();
    const small = watch?.grows?.();
    print({ kind: "output", text: "more" });
    expect(watch?.grows?.()).toBeGreaterThan(small ?? Number.NaN);
  });
});
