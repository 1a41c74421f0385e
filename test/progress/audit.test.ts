// The audit log as people and scripts read it, and that what people decide gets into it with their name.
import { beforeEach, describe, expect, test } from "bun:test";
import { approve } from "../../src/decisions/actions.ts";
import { actingFor } from "../../src/kernel/context.ts";
import { appendEvent } from "../../src/kernel/events.ts";
import { openApi } from "../support/api.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough } from "../support/progress.ts";

type Row = { id: number; at: string; name: string; source: string; data: Record<string, unknown>; hash: string };

let home: CommandHome;

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  await home.out("create-task", "--title", "Fix the login", "--prompt", "Fix it.");
  await home.out("edit-project", "my-app", "--approval", "auto", "--env", "TOKEN=hunter2");
  const base = home.repository.git("rev-parse", "HEAD");
  moveThrough(home.ctx, 1, "executing", "verifying", "approving");
  checkedCandidate(home.ctx, 1, { base, tip: base, commit: base });
  home.clock.advance(3_600_000);
  approve(actingFor(home.ctx, "ada"), 1, "ada", "Well done");
});

describe("ccm audit", () => {
  test("tells who decided and changed what, and nothing else", async () => {
    const rows = await home.json<Row[]>("audit");
    expect(rows.map(({ name }) => name)).toEqual(["project.registered", "project.changed", "task.approved"]);
    expect(rows[2]).toMatchObject({ id: 3, source: "person", data: { by: "ada", comment: "Well done" }, scrubbedAt: null });
    const text = await home.out("audit");
    expect(text).toMatch(/^3 2030-01-01 01:00:00 ada, task 1: ada approved/m);
  });

  test("keeps what a project was and is, and of its variables only the names", async () => {
    const [, changed] = await home.json<Row[]>("audit");
    expect(changed?.data).toMatchObject({ before: { approval: "ask", env: [] }, after: { approval: "auto", env: ["TOKEN"] } });
    expect(JSON.stringify(changed)).not.toContain("hunter2");
    expect(await home.out("audit")).toMatch(/approval is\s+"auto" \(was "ask"\)/);
  });

  test("can be asked for a time, a project, a task, so many", async () => {
    const ids = async (...words: string[]) => (await home.json<Row[]>("audit", ...words)).map(({ id }) => id);
    expect(await ids("--since", "30m")).toEqual([3]);
    expect(await ids("--since", "2030-01-01")).toEqual([1, 2, 3]);
    expect(await ids("--project", "my-app")).toEqual([1, 2, 3]);
    expect(await ids("--task", "1")).toEqual([3]);
    expect(await ids("--limit", "1")).toEqual([3]);
    expect(await home.fault("audit", "--since", "yesterday")).toMatchObject({ code: "invalid", exit: 2 });
    expect(await home.fault("audit", "--task", "9")).toMatchObject({ code: "not_found" });
    home.clock.advance(1);
    expect(await home.out("audit", "--since", "0m")).toContain("Nothing");
  });

  test("outlives the events", async () => {
    home.ctx.db.sql.run("DELETE FROM events");
    expect(await home.json<Row[]>("audit")).toHaveLength(3);
  });
});

describe("ccm audit --verify", () => {
  test("says that the log is whole, and what to note of it", async () => {
    const check = await home.json<{ whole: boolean; rows: number; head: string }>("audit", "--verify");
    expect(check).toMatchObject({ whole: true, rows: 3, damages: [] });
    appendEvent(home.ctx.db, 5, { name: "task.urged", source: "person", taskId: 1 });
    expect(await home.out("audit", "--noted", check.head)).toContain("The 4 rows of the audit log are as they were written.");
  });

  test("fails for a log that somebody edited", async () => {
    home.ctx.db.sql.run("DROP TRIGGER audit_is_as_written");
    home.ctx.db.sql.run(`UPDATE audit SET data = '{"by":"eve"}' WHERE id = 3`);
    expect(await home.fault("audit", "--verify")).toMatchObject({
      code: "failed",
      exit: 9,
      message: expect.stringContaining("the data of row 3"),
    });
  });

  test("fails for a log that is not the one that was noted", async () => {
    expect(await home.fault("audit", "--noted", `2:${"0".repeat(64)}`)).toMatchObject({ code: "failed", exit: 9 });
    expect(await home.fault("audit", "--noted", `99:${"0".repeat(64)}`)).toMatchObject({ code: "failed" });
    expect(await home.fault("audit", "--noted", "3")).toMatchObject({ code: "invalid", exit: 2 });
  });
});

test("the API has the same rows, the newest first, a page at a time", async () => {
  const api = await openApi(home.ctx);
  expect((await api.all("/audit?limit=2")).map(({ id }) => id)).toEqual([3, 2, 1]);
  expect((await api.get("/audit?task=1")).body.items).toHaveLength(1);
  expect((await api.get("/audit?since=2030-01-01T00:30:00.000Z")).body.items).toHaveLength(1);
  expect((await api.get("/audit/check")).body).toMatchObject({ whole: true, rows: 3 });
});
