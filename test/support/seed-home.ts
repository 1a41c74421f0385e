// A home with days of work in it, to look at pages and to measure them: `bun test/support/seed-home.ts HOME --tasks N --events N`.
// Rows are as the daemon writes them. Nothing in it starts by itself: what is queued waits for a paused task.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { createHome, currentCaller } from "../../src/kernel/home.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";
import { pathsAt } from "../../src/kernel/paths.ts";
import { PRIORITIES, TASK_KINDS, type TaskState } from "../../src/tasks/schema.ts";

export type SeedSizes = { tasks: number; events: number };

/** What has been done is most of it; these many are at the end of the list and not ended. */
const OPEN = { approving: 4, queued: 9, paused: 2 } as const;
const MINUTE = 60_000;

const PROJECTS = ["storefront", "billing-api", "mobile-app", "infra"];
const TITLES = [
  "Fix the login for addresses with a plus sign",
  "Add rate limits to the public API",
  "Move the price rules out of the controller",
  "Cover the invoice totals with unit tests",
  "Update the payment client to version 9",
  "Explain how to run the app in the README",
  "Remove the feature flag of the old checkout",
  "Retry webhooks with back-off",
  "Show the order's history on its page",
  "Make the nightly export resumable",
];
/** In titles and prompts by turns: what people and agents may write, and a page must show as text. */
const HOSTILE = [
  `<script>document.title = "broken"</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  "{{7*7}} `id` $(id) %{7*7}",
  "\u202egnp.exe\u202c with bidirectional text, العربية, עברית",
  "e\u0301\u0323".repeat(20),
  "𓀀👩‍👩‍👧‍👦🏳️‍🌈 emoji of many code points",
  "long".repeat(49),
  "</textarea></form><form action=https://evil.example>",
  "javascript:alert(1) data:text/html,<b>x</b>",
];

/** Makes the home (which must not exist) and gives its open database. */
export function seedHome(home: string, sizes: SeedSizes, now = Date.now()): Db {
  const paths = pathsAt(home);
  createHome(paths, currentCaller());
  const db = openDatabase(paths.database);
  migrate(db, MIGRATIONS, paths.backups, now);
  const repositories = PROJECTS.map((name) => makeRepository(join(`${home}-repositories`, name)));
  db.transact(() => {
    seedProjects(db, repositories, now);
    const last = seedTasks(db, sizes.tasks, now);
    seedApprovals(db, repositories, last, now);
    seedEvents(db, sizes, now);
  });
  db.sql.run("ANALYZE");
  return db;
}

type Repository = { path: string; base: string; propose(branch: string): string };

function makeRepository(path: string): Repository {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const git = (...words: string[]) => {
    const env = { PATH: process.env.PATH ?? "", HOME: path, GIT_CONFIG_NOSYSTEM: "1", LANG: "C.UTF-8" };
    const run = Bun.spawnSync(["git", "-c", "user.name=Kim", "-c", "user.email=kim@example.org", ...words], { cwd: path, env });
    if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")}: ${run.stderr}`);
    return run.stdout.toString().trim();
  };
  git("init", "-q", "-b", "main");
  const lines = Array.from({ length: 120 }, (_, i) => `export const rule${i} = (price) => price * ${i};`);
  writeFileSync(join(path, "README.md"), "# Sample\n");
  writeFileSync(join(path, "rules.js"), `${lines.join("\n")}\n`);
  git("add", ".");
  git("commit", "-q", "-m", "First");
  const base = git("rev-parse", "HEAD");
  return {
    path,
    base,
    propose(branch) {
      git("checkout", "-q", "-b", branch, base);
      const changed = lines.map((line, i) => (i % 40 === 7 ? line.replace("price *", "2 * price *") : line));
      writeFileSync(join(path, "rules.js"), `${changed.join("\n")}\n`);
      writeFileSync(
        join(path, "rules.test.js"),
        `import { rule7 } from "./rules.js";\nif (rule7(1) !== 14) throw new Error("<b>wrong</b>");\n`,
      );
      git("add", ".");
      git("commit", "-q", "-m", "Double the prices");
      const commit = git("rev-parse", "HEAD");
      git("checkout", "-q", "main");
      return commit;
    },
  };
}

function seedProjects(db: Db, repositories: readonly Repository[], now: number): void {
  const settings = {
    gates: { full: "npm test" },
    setup: "npm ci",
    copies: [".env"],
    env: { NODE_ENV: "test" },
    sandbox: {},
    guards: {},
    roles: {},
  };
  for (const [index, name] of PROJECTS.entries()) {
    const path = repositories[index]?.path ?? "";
    db.sql
      .query(
        `INSERT INTO projects (uuid, name, path, git_dir, base, agent, approval, settings, author_name, author_email, created_at)
         VALUES (?, ?, ?, ?, 'main', 'demo', ?, ?, 'Kim', 'kim@example.org', ?)`,
      )
      .run(
        uuid(1, index),
        name,
        path,
        join(path, ".git"),
        index % 2 ? "auto" : "ask",
        JSON.stringify(settings),
        now - 30 * 24 * 60 * MINUTE,
      );
  }
}

function seedTasks(db: Db, count: number, now: number): number {
  const open: TaskState[] = Object.entries(OPEN).flatMap(([state, many]) => Array<TaskState>(many).fill(state as TaskState));
  const insert = db.sql.query(
    `INSERT INTO tasks (id, uuid, project_id, title, prompt, kind, priority, state, paused_from, unmet, waiting_reason, waiting_text,
       waiting_since, result, error_code, error_text, error_hint, branch, runs, cost_usd, created_at, updated_at, state_since, finished_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (let id = 1; id <= count; id++) {
    const state = open[count - id] ?? endOf(id);
    const createdAt = now - (count - id + 20) * MINUTE;
    const endedAt = createdAt + (3 + (id % 40)) * MINUTE;
    const isOver = state === "done" || state === "failed" || state === "cancelled";
    const waits = state === "queued" ? ["dependency", `Waits for task ${count}.`, createdAt] : [null, null, null];
    const error = errorOf(state, id);
    insert.run(
      ...[id, uuid(2, id), 1 + (id % PROJECTS.length), titleOf(id), promptOf(id)],
      ...[TASK_KINDS[id % TASK_KINDS.length] ?? "custom", id % PRIORITIES.length, state, state === "paused" ? "executing" : null],
      ...[state === "queued" ? 1 : 0, ...waits, resultOf(state, id), ...error, `ccm/task-${id}`],
      ...[state === "queued" ? 0 : 1 + (id % 4), state === "queued" ? 0 : (id % 97) / 40],
      ...[createdAt, isOver ? endedAt : createdAt, isOver ? endedAt : createdAt, isOver ? endedAt : null],
    );
    if (state === "queued")
      db.sql.query("INSERT INTO task_dependencies (task_id, after_id) VALUES (?, ?)").run(id, count - open.length + 1);
    seedRuns(db, id, state, createdAt);
  }
  return count;
}

/** Version 7 in form; `kind` keeps those of tasks, runs and projects apart. */
function uuid(kind: number, id: number): string {
  return `0000000${kind}-0000-7000-8000-${String(id).padStart(12, "0")}`;
}

function endOf(id: number): TaskState {
  if (id % 17 === 0) return "failed";
  return id % 23 === 0 ? "cancelled" : "done";
}

function resultOf(state: TaskState, id: number): string | null {
  if (state !== "done") return null;
  return id % 9 === 0 ? "no_change" : "merged";
}

function errorOf(state: TaskState, id: number): (string | null)[] {
  if (state === "failed") return ["failed", 'The gate "full" failed three times.', `\`ccm retry-task ${id}\` tries once more.`];
  if (state === "cancelled") return ["rejected", "We use the other library.", `\`ccm retry-task ${id}\` queues it again.`];
  return [null, null, null];
}

function titleOf(id: number): string {
  return id % 25 === 0 ? (HOSTILE[(id / 25) % HOSTILE.length] ?? "") : (TITLES[id % TITLES.length] ?? "");
}

function promptOf(id: number): string {
  return `${titleOf(id)}.\n\nThe tests are in test/. Keep the public names.\n${HOSTILE[id % HOSTILE.length]}`;
}

/** An agent's run and a gate's, both over. */
function seedRuns(db: Db, taskId: number, state: TaskState, at: number): void {
  if (state === "queued") return;
  const insert = db.sql.query(
    `INSERT INTO runs (uuid, task_id, project_id, kind, state, agent, attempt, cause, command, sandbox, exit, outcome, summary, claimed_at, started_at, ended_at, finished_at)
     VALUES (?, ?, ?, ?, 'finished', ?, 1, ?, ?, 'namespace', ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const kind of ["agent", "gate"] as const) {
    const outcome = kind === "gate" && state === "failed" ? "failed" : "passed";
    const exit = {
      code: outcome === "passed" ? 0 : 1,
      signal: null,
      reason: "exited",
      startedAt: at,
      endedAt: at + MINUTE,
      peakMemoryBytes: 2e8,
      outputBytes: 400,
      tail: `12 tests\n${outcome}\n`,
      result: null,
      undelivered: [],
    };
    insert.run(
      ...[uuid(kind === "agent" ? 3 : 4, taskId), taskId, 1 + (taskId % PROJECTS.length), kind, kind === "agent" ? "claude" : "full"],
      ...[kind === "agent" ? "the task was created" : "gate", kind === "gate" ? "npm test" : null, JSON.stringify(exit), outcome],
      ...[`The ${kind} ended with exit code ${exit.code}.`, at, at, at + MINUTE, at + MINUTE],
    );
  }
}

/** Tasks that wait for approval have a commit that passed its gate. */
function seedApprovals(db: Db, repositories: readonly Repository[], last: number, now: number): void {
  for (let id = Math.max(1, last - OPEN.approving + 1); id <= last; id++) {
    const repository = repositories[id % PROJECTS.length];
    if (!repository) continue;
    const commit = repository.propose(`ccm/task-${id}`);
    db.sql
      .query(
        "UPDATE tasks SET base_commit = ?2, tip_commit = ?3, waiting_reason = 'approval', waiting_text = ?4, waiting_since = ?5 WHERE id = ?1",
      )
      .run(id, repository.base, commit, `Waits for a person: \`ccm diff ${id}\`, then \`ccm approve ${id}\`.`, now - 5 * MINUTE);
    db.sql
      .query(
        `INSERT INTO candidates (task_id, state, base_commit, tip_commit, commit_id, patch_id, gate, gate_command, gate_run_id, created_at)
         SELECT ?1, 'passed', ?2, ?3, ?3, 'patch-' || ?1, 'full', 'npm test', max(id), ?4 FROM runs WHERE task_id = ?1 AND kind = 'gate'`,
      )
      .run(id, repository.base, commit, now - 5 * MINUTE);
  }
}

const TALK: readonly [string, string, Record<string, unknown>][] = [
  ["task.created", "person", { title: "", priority: "normal", after: [] }],
  ["task.moved", "daemon", { from: "queued", to: "executing" }],
  ["run.started", "host", { kind: "agent", agent: "claude", sandbox: "namespace" }],
  ["hook.received", "agent", { event: "UserPromptSubmit", text: "Fix the login" }],
  ["hook.received", "agent", { event: "PostToolUse", tool: "Bash", subject: "npm test" }],
  ["hook.received", "agent", { event: "PostToolUse", tool: "Read", subject: "src/login.ts" }],
  ["hook.received", "agent", { event: "PostToolUse", tool: "Edit", subject: HOSTILE[0], added: 3, removed: 1 }],
  ["turn.ended", "agent", { turn: 1, isError: false, reason: "completed", text: "Done.", costUsd: 0.02 }],
  ["run.finished", "daemon", { kind: "agent", outcome: "passed", summary: 'The agent "claude" ended with exit code 0.' }],
  ["gate.passed", "daemon", { gate: "full", commit: "95e906f16aac13f27730831b5b22fa218cb5e801" }],
];

/** Every task tells its story; what is left over of the number is told by the newest, as hooks. */
function seedEvents(db: Db, { tasks, events }: SeedSizes, now: number): void {
  const insert = db.sql.query("INSERT INTO events (at, name, source, project_id, task_id, run_id, data) VALUES (?, ?, ?, ?, ?, ?, ?)");
  const perTask = Math.max(TALK.length, Math.ceil(events / tasks));
  let written = 0;
  for (let id = 1; id <= tasks && written < events; id++) {
    const at = now - (tasks - id + 20) * MINUTE;
    for (let i = 0; i < perTask && written < events; i++, written++) {
      const [name, source, data] =
        TALK[i < TALK.length - 2 ? i : i >= perTask - 2 ? TALK.length - perTask + i : 4 + (i % 3)] ?? TALK[0] ?? [];
      insert.run(at + i * 1_000, name ?? "", source ?? "", 1 + (id % PROJECTS.length), id, null, JSON.stringify(data));
    }
  }
}

if (import.meta.main) {
  const [home, ...words] = process.argv.slice(2);
  const size = (flag: string, other: number) => (words.includes(flag) ? Number(words[words.indexOf(flag) + 1]) : other);
  if (!home) throw new Error("Name the folder of the home.");
  seedHome(home, { tasks: size("--tasks", 2_000), events: size("--events", 100_000) }).close();
}
