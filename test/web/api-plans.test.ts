// How the API's lists are read: by an index that ends where the page does, however long the history is.
import { expect, test } from "bun:test";
import type { Ctx } from "../../src/kernel/context.ts";
import { openApi } from "../support/api.ts";
import { openCommandHome } from "../support/command-home.ts";

/** The same context, and every statement that it is asked for. */
function listening(ctx: Ctx): { ctx: Ctx; statements: Set<string> } {
  const statements = new Set<string>();
  const sql = new Proxy(ctx.db.sql, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (key !== "query") return typeof value === "function" ? value.bind(target) : value;
      return (text: string) => {
        statements.add(text);
        return target.query(text);
      };
    },
  });
  return { ctx: { ...ctx, db: { ...ctx.db, sql } }, statements };
}

/** Pages of lists: the first, and one behind a place. */
const PAGES = [
  "/tasks?limit=1",
  "/tasks?limit=1&state=queued",
  "/tasks?limit=1&project=sample",
  "/tasks?limit=1&sort=cost&project=sample",
  "/recent-results?limit=1",
  "/recent-results?limit=1&project=sample",
  "/agents?all=true&limit=1",
  "/worktrees?all=true&limit=1",
  "/events?limit=1",
  "/events?limit=1&after=0",
  "/events?limit=1&after=0&name=task.created",
  "/events?limit=1&after=0&task=1",
  "/events?limit=1&project=sample",
  "/tasks/1",
  "/projects",
  "/status",
  "/approvals",
  "/plan",
  "/agents",
];

test("no list reads all rows of tasks, runs, trees or events", async () => {
  const home = openCommandHome();
  const { ctx, statements } = listening(home.ctx);
  const api = await openApi(ctx);
  await api.post("/projects", { path: home.repository.path, name: "sample", agent: "demo" });
  for (let i = 0; i < 4; i++) await api.post("/tasks", { title: `Task ${i}`, prompt: "Work." });
  for (const id of [1, 2]) await api.post(`/tasks/${id}/cancel`);
  statements.clear();
  for (const page of PAGES) {
    const { status, body } = await api.get(page);
    expect({ page, status }).toEqual({ page, status: 200 });
    if (typeof body.next === "string") expect((await api.get(`${page}&cursor=${body.next}`)).status).toBe(200);
  }
  const plans = [...statements].flatMap((statement) =>
    home.ctx.db.sql
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${statement}`)
      .all()
      .map(({ detail }) => ({ detail, statement })),
  );
  // Without a condition, a scan in the order of the rows ends with the page.
  const isBounded = (statement: string) => !statement.includes("WHERE") && /ORDER BY seq DESC LIMIT \?$/.test(statement);
  const isWhole = (detail: string) => /^SCAN (?:tasks|t|runs|r|events|worktrees|w|observations)$/.test(detail);
  expect(statements.size).toBeGreaterThan(15);
  expect(plans.filter(({ detail, statement }) => isWhole(detail) && !isBounded(statement))).toEqual([]);
});

test("the page behind a place begins there: no row before it is looked at", async () => {
  const { ctx, statements } = listening(openCommandHome().ctx);
  const api = await openApi(ctx);
  for (const path of ["/recent-results", "/agents?all=true", "/worktrees?all=true", "/tasks"]) {
    const list = path.slice(1).split("?")[0];
    const [name, place] = list === "tasks" ? ["tasks-newest", "5 5"] : list === "recent-results" ? ["results", "5 5"] : [list, "5"];
    statements.clear();
    const cursor = Buffer.from(`${name} ${place}`).toString("base64url");
    expect(await api.get(`${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`)).toMatchObject({ status: 200, body: { items: [] } });
    const plans = [...statements].flatMap((statement) => ctx.db.sql.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${statement}`).all());
    expect(plans.map(({ detail }) => detail).filter((detail) => /SEARCH .*(?:<\?|<\(\?)/.test(detail)).length).toBeGreaterThan(0);
  }
});
