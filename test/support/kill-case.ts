// One task from the queue to the base branch, with something killed on the way, and the person who approves it.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStarted } from "../../src/agents/run-files.ts";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { type Event, readEvents } from "../../src/kernel/events.ts";
import { allProcesses, descendantsOf } from "../../src/kernel/process.ts";
import { type HomeUnderTest, kill, killAll, openHome, processesOf } from "./home-under-test.ts";
import { checkAll } from "./kill-checks.ts";

/** Who is killed: one process, or `everything` that belongs to this home at once. */
export type Victim = "daemon" | "host" | "agent" | "everything";

/** Kill `victim` so many ms after the task's nth event of that name. */
export type KillCase = { victim: Victim; event: string; nth: number; delayMs: number };

export const nameOf = (c: KillCase) => `${c.victim}, ${c.delayMs} ms after ${c.event}${c.nth > 1 ? ` (${c.nth})` : ""}`;

/** A home with one project whose daemon runs; `db` is for looking. */
export type Lane = { home: HomeUnderTest; db: Db; repo: string; git(...words: string[]): string };

/** The repository's files besides README.md and its gate: many make its checkout slow enough to be killed half-way. */
export type LaneOptions = { files?: Record<string, string> };

export async function openLane({ files = {} }: LaneOptions = {}): Promise<Lane> {
  const home = openHome("kill");
  const repo = join(home.root, "repo");
  const git = (...words: string[]) => {
    const run = Bun.spawnSync(["git", ...words], { cwd: repo, env: home.env });
    if (run.exitCode !== 0) throw new Error(`git ${words.join(" ")}: ${run.stderr}`);
    return run.stdout.toString().trimEnd();
  };
  mkdirSync(repo);
  const all = { "README.md": "# Sample\n", "check.sh": "sleep 0.05\ntest -f README.md\n", ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(repo, name), text);
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "First");
  await home.json("init", "--yes");
  await home.json("register-project", "--path", repo, "--agent", "demo", "--gate", "full=sh check.sh");
  await home.startDaemon();
  return { home, db: openDatabase(home.paths.database, "existing"), repo, git };
}

export async function closeLane(lane: Lane): Promise<void> {
  lane.db.close();
  await lane.home.remove();
}

/** Longest time for one task, with its restarts and its tries after 2 and 4 s, on a loaded machine. */
const CASE_MS = 60_000;

/** What the agent does: two commits' worth of work, of which it commits the first. */
const PROMPT = (name: string) => `demo: write ${name}-first.txt one
demo: sleep 0.2
demo: commit First half
demo: sleep 0.05
demo: write ${name}-second.txt two
demo: leave-uncommitted
`;

/** Runs one task through, kills at the moment, starts again, and checks all that must hold. Tells whom it killed, if anybody was there. */
export async function runCase(lane: Lane, c: KillCase, prompt = PROMPT): Promise<string | null> {
  const { home } = lane;
  const name = Bun.randomUUIDv7();
  const task = await home.json<{ id: number }>("create-task", "--title", name, "--prompt", prompt(name));
  const events = follow(lane, task.id);
  const deadline = performance.now() + CASE_MS;
  let strikeAt: number | undefined;
  let struck: string | null | undefined;
  while (!isThrough(lane, task.id) || (strikeAt !== undefined && struck === undefined)) {
    if (performance.now() > deadline) throw new Error(`The task did not end.\n${await describeTask(lane, task.id)}`);
    events.look();
    if (events.count(c.event) >= c.nth) strikeAt ??= performance.now() + c.delayMs;
    if (struck === undefined && strikeAt !== undefined && performance.now() >= strikeAt) struck = await strike(lane, c.victim, task.id);
    if (isWaitingForApproval(lane, task.id)) await home.ccm("approve", String(task.id));
    await Bun.sleep(1);
  }
  await checkAll(lane, task.id, name, c.victim);
  return struck ?? null;
}

type Place = { state: string; waiting: string | null; tree: string | null };

function placeOf({ db }: Lane, taskId: number): Place {
  const row = db.sql
    .query<Place, [number]>(
      `SELECT tasks.state, waiting_reason AS waiting, worktrees.state AS tree FROM tasks LEFT JOIN worktrees ON task_id = id WHERE id = ?`,
    )
    .get(taskId);
  if (!row) throw new Error(`There is no task ${taskId}.`);
  return row;
}

function isWaitingForApproval(lane: Lane, taskId: number): boolean {
  const { state, waiting } = placeOf(lane, taskId);
  return state === "approving" && waiting === "approval";
}

/** Nothing more will happen to the task. */
function isThrough(lane: Lane, taskId: number): boolean {
  const { state, tree } = placeOf(lane, taskId);
  return state === "failed" || state === "cancelled" || tree === "discarded";
}

/** Kills; says whom, or null when nobody was there. A daemon that was killed is started again. */
async function strike(lane: Lane, victim: Victim, taskId: number): Promise<string | null> {
  const { home } = lane;
  if (victim === "daemon" || victim === "everything") {
    if (victim === "everything") await killAll(home.root);
    await home.killDaemon();
    await home.startDaemon();
    return victim;
  }
  const run = lane.db.sql.query<{ id: number }, [number]>("SELECT max(id) AS id FROM runs WHERE task_id = ?").get(taskId);
  const paths = home.paths.run(run?.id ?? 0);
  const host = readStarted(paths)?.pid;
  if (!host || existsSync(paths.exit)) return null;
  const targets = victim === "host" ? [host] : descendantsOf(host, allProcesses()).map((one) => one.pid);
  for (const pid of targets) kill(pid);
  return targets.length > 0 ? `${victim} of r${run?.id}` : null;
}

function follow({ db }: Lane, taskId: number) {
  const counts = new Map<string, number>();
  let after = 0;
  return {
    look() {
      for (const event of readEvents(db, { after, limit: 1_000, taskId })) {
        after = event.seq;
        counts.set(event.name, (counts.get(event.name) ?? 0) + 1);
      }
    },
    count: (name: string) => counts.get(name) ?? 0,
  };
}

/** Where a task is, how it came there and what still runs: the message of a failed test. */
export async function describeTask({ home, db }: Lane, taskId: number): Promise<string> {
  const status = await home.ccm("task-status", String(taskId), "--json");
  const events: Event[] = readEvents(db, { after: 0, limit: 1_000, taskId });
  const lines = events.map(
    (e) => `  ${e.at - (events[0]?.at ?? 0)} ms ${e.name}${e.runId ? ` r${e.runId}` : ""} ${JSON.stringify(e.data).slice(0, 500)}`,
  );
  const processes = processesOf(home.root).map((found) => `  ${found.pid} ${found.command}`);
  return [status.stdout + status.stderr, ...lines, ...processes].join("\n");
}
