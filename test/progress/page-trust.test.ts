// The pages on tasks from outside and on the audit log: what others wrote is shown as text, and a person gives rights by a button.
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { auditRows } from "../../src/kernel/audit.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { createTask, mustFind } from "../../src/tasks/actions.ts";
import { newTaskSchema } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { openSite, type TestSite } from "../support/site.ts";

const HOSTILE = '<script>alert(1)</script> \u001b[31m\u202e "quoted" & more';

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app", agent: "demo" }));
  const task = { title: "Fix", prompt: "Fix.", source: 'https://example.org/"><script>', texts: [{ source: "mail <b>", text: HOSTILE }] };
  createTask(home.ctx, project.id, v.parse(newTaskSchema, task));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: "Mine", prompt: "Mine." }));
  site = await openSite(home.ctx);
});

const page = async (path: string) => (await site.get(path)).main;
/** The tags of a page's scripts and handlers that no view has written. */
const foreignMarkup = (html: string) => html.match(/<script>|\p{Cc}(?<![\n\t])|\u202e/u);

describe("a task from outside", () => {
  test("says so wherever it is, and shows what others wrote as text", async () => {
    const html = await page("/tasks/1");
    expect(html).toContain("from outside");
    expect(html).toMatch(/action="\/tasks\/1\/trust\/network"/);
    expect(html).toContain("alert(1)");
    expect(foreignMarkup(html)).toBeNull();
    expect(await page("/tasks")).toContain("from outside");
  });

  test("and others do not", async () => {
    const html = await page("/tasks/2");
    expect(html).not.toContain("from outside");
    expect(html).not.toContain("/trust/");
  });

  test("gets a right by its button, and loses it again", async () => {
    await site.post("/tasks/1/trust/network", {});
    expect(mustFind(home.ctx, 1).lifted).toEqual(["network"]);
    expect(await page("/tasks/1")).toMatch(/action="\/tasks\/1\/distrust\/network"/);
    await site.post("/tasks/1/distrust/network", {});
    expect(mustFind(home.ctx, 1).lifted).toEqual([]);
    expect(auditRows(home.ctx.db, { limit: 9, taskId: 1 }).map(({ name }) => name)).toEqual(["task.trusted", "task.distrusted"]);
  });

  test("refuses a right that there is not, and a task of the person's own", async () => {
    expect((await site.post("/tasks/1/trust/everything", {})).status).toBe(422);
    expect((await site.post("/tasks/2/trust/network", {})).status).toBe(409);
  });
});

describe("the form of a new task", () => {
  const written = { project: "my-app", title: "A", prompt: "B", kind: "custom", priority: "normal", after: "", agent: "" };

  test("takes where it is from, and a text of others", async () => {
    await site.post("/tasks/new", { ...written, source: "https://example.org/1", attached: "It broke." });
    expect(mustFind(home.ctx, 3)).toMatchObject({ origin: "outside", source: "https://example.org/1" });
    expect(await page("/tasks/3")).toContain("It broke.");
  });

  test("makes a task of the person's own without them", async () => {
    await site.post("/tasks/new", { ...written, source: " ", attached: "" });
    expect(mustFind(home.ctx, 3)).toMatchObject({ origin: "person", source: null });
    await site.post("/tasks/new", written);
    expect(mustFind(home.ctx, 4)).toMatchObject({ origin: "person" });
  });
});

describe("the audit log", () => {
  test("tells who did what, and is reached from health", async () => {
    await site.post("/tasks/1/trust/network", {});
    const html = await page("/audit");
    expect(html).toContain("gave its runs: network.");
    expect(html).toMatch(/href="\/tasks\/1"/);
    expect(html).toMatch(/href="\/projects\/my-app"/);
    expect(foreignMarkup(html)).toBeNull();
    expect(await page("/health")).toMatch(/href="\/audit"/);
  });

  test("is checked by its button", async () => {
    await site.post("/audit/check", {});
    expect(await page("/audit")).toContain("are as they were written");
    home.ctx.db.sql.run("DROP TRIGGER audit_is_as_written");
    home.ctx.db.sql.run("UPDATE audit SET at = 1 WHERE id = 1");
    await site.post("/audit/check", {});
    expect(await page("/audit")).toContain("row 1 or the hash before it was changed");
  });

  test("shows a page at a time", async () => {
    for (let round = 0; round < 120; round++) await site.post(`/tasks/1/${round % 2 === 0 ? "trust" : "distrust"}/secrets`, {});
    const first = await page("/audit");
    expect(first.match(/class="audit-row"/g)).toHaveLength(100);
    const earlier = /href="(\/audit\?before=\d+)"/.exec(first)?.[1] ?? "";
    expect((await page(earlier)).match(/class="audit-row"/g)).toHaveLength(21);
  });
});
