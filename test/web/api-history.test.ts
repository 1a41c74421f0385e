// The API on a home with days of work in it, in every state and with hostile texts: all of it comes through as its schemas say.
import { expect, test } from "bun:test";
import { openApi } from "../support/api.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { openCommandHome } from "../support/command-home.ts";
import { temporaryHome } from "../support/folders.ts";
import { seedHome } from "../support/seed-home.ts";

const SIZES = { tasks: 300, events: 3_000 };

test("every page of every list is whole, and nothing is missing or twice", async () => {
  const paths = temporaryHome();
  const db = seedHome(paths.home, SIZES);
  afterThisTest(() => db.close());
  const api = await openApi({ ...openCommandHome().ctx, paths, db });

  const tasks = await api.all("/tasks?limit=100");
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(SIZES.tasks);
  for (const task of tasks.slice(0, 30)) expect((await api.get(`/tasks/${task.id}`)).status).toBe(200);
  const results = await api.all("/recent-results?limit=7");
  expect(new Set(results.map(({ id }) => id))).toEqual(
    new Set(tasks.filter(({ state }) => ["done", "failed", "cancelled"].includes(String(state))).map(({ id }) => id)),
  );
  const ofProject = await api.all("/recent-results?limit=7&project=infra");
  expect(ofProject.map(({ id }) => id)).toEqual(results.filter(({ project }) => project === "infra").map(({ id }) => id));
  const runs = await api.all("/agents?all=true&limit=50");
  expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
  expect(runs.length).toBeGreaterThan(0);
  expect((await api.all("/approvals")).length).toBeGreaterThan(0);
  await api.all("/worktrees?all=true");
  expect((await api.get("/plan")).status).toBe(200);
  expect((await api.get("/status")).status).toBe(200);

  const events: unknown[] = [];
  for (let after = 0; ; ) {
    const { items, next } = (await api.get(`/events?limit=1000&after=${after}`)).body as { items: { seq: number }[]; next: number };
    if (items.length === 0) break;
    events.push(...items.map(({ seq }) => seq));
    after = next;
  }
  expect(events.length).toBeGreaterThanOrEqual(SIZES.events);
  expect(new Set(events).size).toBe(events.length);
}, 30_000);
