// What time takes away, and what it leaves, in a real home.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, utimesSync } from "node:fs";
import type { Ctx } from "../../src/kernel/context.ts";
import { appendEvent, readEvents } from "../../src/kernel/events.ts";
import { openContext } from "../../src/open.ts";
import { makeHome } from "../../src/setup/home-actions.ts";
import { prune, retentionStep } from "../../src/setup/retention.ts";
import { temporaryHome } from "../support/folders.ts";
import { waitFor } from "../support/wait.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const before = process.env.CCM_HOME;
let ctx: Ctx;

beforeEach(() => {
  const paths = temporaryHome();
  process.env.CCM_HOME = paths.home;
  makeHome(paths);
  ctx = openContext();
});
afterEach(() => {
  ctx.db.close();
  if (before === undefined) delete process.env.CCM_HOME;
  else process.env.CCM_HOME = before;
});

const daysAgo = (days: number) => Date.now() - days * DAY_MS;

/** A finished run of a task in that state, with its folder. */
function run(id: number, endedAt: number, taskState: string): void {
  ctx.db.transact(() => {
    ctx.db.sql.run(`INSERT OR IGNORE INTO projects (id, uuid, name, path, git_dir, base, agent, approval, settings, author_name, author_email, created_at)
      VALUES (1, 'p', 'p', '/p', '/p/.git', 'main', 'demo', 'ask', '{}', 'Ada', 'ada@example.org', 0)`);
    ctx.db.sql.run(
      `INSERT INTO tasks (id, uuid, project_id, title, prompt, kind, priority, state, branch, created_at, updated_at, state_since)
       VALUES (?1, 't' || ?1, 1, 'T', 'P', 'custom', 2, ?2, 'ccm/task-' || ?1, 0, 0, 0)`,
      [id, taskState],
    );
    ctx.db.sql.run(
      `INSERT INTO runs (id, uuid, task_id, project_id, kind, state, agent, attempt, cause, claimed_at, finished_at)
       VALUES (?1, 'r' || ?1, ?1, 1, 'agent', 'finished', 'demo', 1, 'test', 0, ?2)`,
      [id, endedAt],
    );
  });
  folder(id);
}

function folder(id: number, touchedAt = Date.now()): void {
  mkdirSync(ctx.paths.run(id).output, { recursive: true });
  utimesSync(ctx.paths.run(id).root, touchedAt / 1_000, touchedAt / 1_000);
}

test("folders of runs go after 30 days, once their task has ended; rows stay", async () => {
  run(1, daysAgo(31), "done");
  run(2, daysAgo(29), "done");
  run(3, daysAgo(31), "executing");
  folder(4, daysAgo(31));
  folder(5, daysAgo(29));
  await prune(ctx, new AbortController().signal);
  const kept = [1, 2, 3, 4, 5].filter((id) => existsSync(ctx.paths.run(id).root));
  expect(kept).toEqual([2, 3, 5]);
  expect(ctx.db.sql.query<{ n: number }, []>("SELECT count(*) AS n FROM runs").get()?.n).toBe(3);
});

test("events go after 90 days, however many they are, and none that came after a younger one", async () => {
  ctx.db.transact(() => {
    for (let i = 0; i < 12_000; i++) appendEvent(ctx.db, daysAgo(91), { name: "task.created", source: "person" });
    appendEvent(ctx.db, daysAgo(89), { name: "task.moved", source: "daemon" });
  });
  await prune(ctx, new AbortController().signal);
  expect(readEvents(ctx.db, { after: 0, limit: 100 }).map((event) => event.name)).toEqual(["task.moved"]);
});

test("it runs when a daemon begins, and not in every tick", async () => {
  run(1, daysAgo(31), "done");
  const step = retentionStep();
  step.run(ctx);
  await waitFor("the first time", () => !existsSync(ctx.paths.run(1).root) && ctx.jobs.size === 0);
  run(2, daysAgo(31), "done");
  step.run(ctx);
  expect(ctx.jobs.size).toBe(0);
});
