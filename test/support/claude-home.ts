// A whole ccm with a project whose agent is the real Claude Code, which speaks to a scripted model and to nobody else.
import { expect } from "bun:test";
import { chownSync, copyFileSync, linkSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { type Event, readEvents } from "../../src/kernel/events.ts";
import { agentEnvironment } from "./claude-environment.ts";
import { afterThisTest } from "./clean-up.ts";
import { type HomeUnderTest, openHome } from "./home-under-test.ts";
import type { Track } from "./model-script.ts";
import { type ModelServer, openModelServer } from "./model-server.ts";
import { asNormalUser, isRoot, NOBODY } from "./users.ts";
import { waitFor } from "./wait.ts";

export type ClaudeTask = {
  id: number;
  state: string;
  result: string | null;
  runs: number;
  costUsd: number;
  error: { code: string; message: string; hint: string } | null;
  waiting: { reason: string; text: string } | null;
};

export type ClaudeHome = {
  home: HomeUnderTest;
  server: ModelServer;
  repo: string;
  git(...words: string[]): string;
  /** A task whose prompt begins with that text; its track is found by it. */
  create(prompt: string, ...words: string[]): Promise<ClaudeTask>;
  task(id: number): Promise<ClaudeTask>;
  /** Waits until it holds of the task; fails at once when the task has ended otherwise. */
  until(id: number, what: string, holds: (task: ClaudeTask) => boolean): Promise<ClaudeTask>;
  /** Waits for the state, and gives the task. */
  reach(id: number, state: string): Promise<ClaudeTask>;
  events(id: number, name?: string): Event[];
  /** Waits for the event, and gives it. */
  event(id: number, name: string, holds?: (data: Record<string, unknown>) => boolean): Promise<Event>;
};

export type ClaudeHomeOptions = {
  executable: string;
  tracks: Track[];
  /** The address of this machine that the model answers at. */
  modelAt?: string;
  /** Besides README.md, sum.js and its test. */
  files?: Record<string, string>;
  /** Below `person/`: the home of the person who runs ccm. */
  person?: Record<string, string>;
  /** Settings as `ccm config set` takes them. */
  config?: Record<string, string>;
  /** Beside what it needs for the scripted model; an empty one is left out. */
  agentEnv?: Record<string, string>;
  /** Beside the home's own. */
  daemonEnv?: Record<string, string>;
  gate?: string;
  setup?: string;
  /** The repository is a clone of this one, instead of the small one. */
  clone?: string;
  approval?: "ask" | "auto";
  /** Who runs ccm: whoever runs the tests, or a user without rights. */
  user?: "self" | "normal";
};

const FILES = {
  "README.md": "# Sample\n",
  "sum.js": "exports.sum = (a, b) => a - b;\n",
  "check.js":
    'const { sum } = require("./sum.js");\nif (sum(1, 2) !== 3) {\n  console.error("1 + 2 is " + sum(1, 2));\n  process.exit(1);\n}\n',
};

/** Ready to take tasks; after the test everything of it ends, and nothing may have been asked that the vendor refuses. */
export async function openClaudeHome(options: ClaudeHomeOptions): Promise<ClaudeHome> {
  const isOther = options.user === "normal" && isRoot;
  const as = isOther ? asNormalUser([]) : [];
  const home = openHome("claude", as);
  const server = openModelServer(options.tracks, options.modelAt);
  afterThisTest(async () => {
    await home.remove();
    await server.stop();
  });
  const repo = join(home.root, "repo");
  for (const [name, text] of Object.entries(options.person ?? {})) writeWithFolder(join(home.root, "person", name), text);
  const git = (...words: string[]) => runGit(home, repo, as, words);
  mkdirSync(repo);
  if (!options.clone) for (const [name, text] of Object.entries({ ...FILES, ...options.files })) writeWithFolder(join(repo, name), text);
  const executable = isOther ? reachable(options.executable, home.root) : options.executable;
  if (isOther) give(home.root, NOBODY);
  if (options.clone) cloneInto(git, options.clone);
  else
    for (const words of [
      ["init", "-q", "-b", "main"],
      ["add", "."],
      ["commit", "-q", "-m", "First"],
    ])
      git(...words);
  await configure(home, options, { executable, url: server.url, repo });
  await home.startDaemon(options.daemonEnv);
  return { home, server, repo, git, ...asking(home, openDatabase(home.paths.database, "existing")) };
}

async function configure(
  home: HomeUnderTest,
  options: ClaudeHomeOptions,
  at: { executable: string; url: string; repo: string },
): Promise<void> {
  const env = Object.entries({ ...agentEnvironment(at.url), ...options.agentEnv }).filter(([, value]) => value !== "");
  const settings = {
    "agents.claude.command": at.executable,
    ...Object.fromEntries(env.map(([name, value]) => [`agents.claude.env.${name}`, value])),
    ...options.config,
  };
  await home.json("init", "--yes");
  for (const [key, value] of Object.entries(settings)) await home.json("config", "set", key, value);
  const words = ["--agent", "claude", "--approval", options.approval ?? "auto", "--gate", `full=${options.gate ?? "node check.js"}`];
  if (options.setup) words.push("--setup", options.setup);
  await home.json("register-project", "--path", at.repo, "--name", "sample", ...words);
}

/** What a test asks about its tasks. */
function asking(home: HomeUnderTest, db: Db): Pick<ClaudeHome, "create" | "task" | "until" | "reach" | "events" | "event"> {
  afterThisTest(() => db.close());
  const events = (taskId: number, name?: string) =>
    readEvents(db, { after: 0, limit: 10_000, taskId }).filter((event) => name === undefined || event.name === name);
  const task = (id: number) => home.json<ClaudeTask>("task-status", String(id));
  /** Its row, to be looked at again and again: a command takes the processor from the agents. */
  const glance = (id: number) => JSON.stringify(db.sql.query("SELECT state, waiting_text, updated_at FROM tasks WHERE id = ?").get(id));
  async function until(id: number, what: string, holds: (task: ClaudeTask) => boolean): Promise<ClaudeTask> {
    let seen = "";
    const look = async () => {
      const now = glance(id);
      if (now === seen) return null;
      seen = now;
      const found = await task(id);
      if (holds(found)) return found;
      if (ENDED.includes(found.state))
        throw new Error(`Task ${id} did not come ${what}: it is ${found.state}, ${JSON.stringify(found.error)}`);
      return null;
    };
    return await waitFor(`task ${id} ${what}`, look, STEP_MS).catch((thrown) => {
      throw new Error(`${thrown instanceof Error ? thrown.message : thrown}\n${storyOf(events(id))}`);
    });
  }
  return {
    create: (prompt, ...words) => home.json("create-task", "--project", "sample", "--title", prompt, "--prompt", prompt, ...words),
    task,
    until,
    reach: (id, state) => until(id, `to ${state}`, (now) => now.state === state),
    events,
    event: (id, name, holds = () => true) =>
      waitFor(`${name} of task ${id}`, () => events(id, name).find(({ data }) => holds(data)), STEP_MS),
  };
}

const ENDED = ["done", "failed", "cancelled"];
/** One step of a task on a loaded machine, retries included. */
const STEP_MS = 60_000;

/** Its events, one a line: what a failed test shows. */
export function storyOf(events: readonly Event[]): string {
  const start = events[0]?.at ?? 0;
  return events
    .map((e) => `  ${e.at - start} ms ${e.name}${e.runId ? ` r${e.runId}` : ""} ${JSON.stringify(e.data).slice(0, 300)}`)
    .join("\n");
}

/** Nothing was asked of the model that the vendor would refuse. */
export function expectRightRequests(server: ModelServer): void {
  expect(server.wrong).toEqual([]);
  expect(server.asked.length).toBeGreaterThan(0);
}

function writeWithFolder(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** With the commits that the other one has checked out, as `main`, and all that git keeps of them. */
function cloneInto(git: ClaudeHome["git"], from: string): void {
  git("clone", "-q", "--no-local", from, ".");
  git("checkout", "-q", "-B", "main");
}

/** The same file where the other user may go: linked if possible, for it has hundreds of MB. */
function reachable(executable: string, root: string): string {
  const path = join(root, "claude");
  try {
    linkSync(executable, path);
  } catch {
    copyFileSync(executable, path);
  }
  return path;
}

/** Gives everything to the user, but what is shared with others by a link. */
function give(root: string, uid: number): void {
  chownSync(root, uid, uid);
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) if (name !== "claude") chownSync(join(root, name), uid, uid);
}

function runGit(home: HomeUnderTest, cwd: string, as: string[], words: string[]): string {
  const run = Bun.spawnSync([...as, "git", ...words], { cwd, env: home.env });
  if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")}: ${run.stderr}`);
  return run.stdout.toString().trimEnd();
}
