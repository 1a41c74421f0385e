// A home with one project on a small repository, and the built executable's own daemon in it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ctx } from "../../src/kernel/context.ts";
import { openDatabase } from "../../src/kernel/database.ts";
import { type Event, readEvents } from "../../src/kernel/events.ts";
import { createHome } from "../../src/kernel/home.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";
import { openContext } from "../../src/open.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { findDaemon } from "../../src/setup/daemon-file.ts";
import type { Profile } from "../../src/setup/schema.ts";
import { createTask } from "../../src/tasks/actions.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { clear, place } from "./places.ts";

/** Room for ten runs and more on a small machine. */
const LIMITS = {
  CCM_LIMITS_RUNS: "40",
  CCM_LIMITS_RUNS_PER_PROJECT: "40",
  CCM_LIMITS_RUNS_PER_AGENT: "40",
  CCM_LIMITS_FREE_MEMORY_MB: "0",
  CCM_LIMITS_LOAD_PER_CORE: "100",
};

export type BenchHome = {
  home: HomeUnderTest;
  ctx: Ctx;
  projectId: number;
  repo: string;
  git(...words: string[]): string;
  /** `ccm start`, which gives the daemon its own environment; gives the daemon's process. */
  start(profile?: Profile): Promise<number>;
  /** A task for the demo agent with these directives; gives its number. */
  create(prompt: string): number;
  events(taskId?: number): Event[];
  close(): Promise<void>;
};

export async function openBenchHome(): Promise<BenchHome> {
  const home = openHome("bench");
  place(home.root);
  const repo = makeRepository(home);
  const ctx = openIn(home);
  const settings = { gates: { full: "test -f README.md" }, setup: null, copies: [], env: {}, sandbox: {}, guards: {}, roles: {} };
  const project = await registerProject(ctx, { path: repo, agent: "demo", approval: "auto", settings });
  return {
    home,
    ctx,
    projectId: project.id,
    repo,
    git: (...words) => run(["git", ...words], repo, home.env),
    async start(profile = "minimal") {
      const started = await home.ccmWith({ env: LIMITS }, "start", "--profile", profile);
      const found = findDaemon(home.paths);
      if (found.kind !== "ready") throw new Error(`The daemon did not start: ${started.stderr}`);
      return found.state.pid;
    },
    create: (prompt) => createTask(ctx, project.id, { title: "Measure", prompt, kind: "custom", priority: "normal", after: [] }).id,
    events: (taskId) => readEvents(ctx.db, { after: 0, limit: 100_000, ...(taskId === undefined ? {} : { taskId }) }),
    async close() {
      ctx.db.close();
      await clear(home.root);
    },
  };
}

function makeRepository(home: HomeUnderTest): string {
  const repo = join(home.root, "repo");
  mkdirSync(repo);
  writeFileSync(join(repo, "README.md"), "# Sample\n");
  for (const words of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-q", "-m", "First"],
  ])
    run(["git", ...words], repo, home.env);
  return repo;
}

function openIn(home: HomeUnderTest): Ctx {
  createHome(home.paths, { uid: process.getuid?.() ?? 0, env: {} });
  const db = openDatabase(home.paths.database);
  migrate(db, MIGRATIONS, home.paths.backups, Date.now());
  db.close();
  process.env.CCM_HOME = home.paths.home; // Benchmarks run one after another, each in its own home.
  return openContext();
}

/** Runs a command that must succeed and gives its output without the last newline. */
export function run(argv: string[], cwd: string, env: Record<string, string>): string {
  const ended = Bun.spawnSync(argv, { cwd, env, stdin: "ignore" });
  if (ended.exitCode !== 0) throw new Error(`${argv.join(" ")}: ${ended.stderr}`);
  return ended.stdout.toString().trimEnd();
}
