// Runs under their hosts: what one takes of memory, how soon it starts, and how ten are found again after kill -9.
import { readFileSync } from "node:fs";
import { liveRuns } from "../../src/agents/actions.ts";
import { readEventsFrom, readStarted } from "../../src/agents/run-files.ts";
import type { Event } from "../../src/kernel/events.ts";
import { kill } from "../support/home-under-test.ts";
import { waitFor } from "../support/wait.ts";
import { type BenchHome, openBenchHome } from "./home.ts";
import { median, memoryOf } from "./measure.ts";
import { mb, ms, type Row, row } from "./row.ts";

const LIVE = 10;
const STARTS = 7;
/** A host's memory is looked at when its agent has been at work for a while. */
const SETTLE_MS = 1_500;
/** Waits for a message, as an agent waits for its model. */
const WAITING = "demo: say At work\ndemo: await-message";

export async function runs(): Promise<Row[]> {
  const bench = await openBenchHome();
  try {
    await bench.start();
    const starts: number[] = [];
    for (let i = 0; i < STARTS; i++) starts.push(await startOne(bench));
    await liveOnes(bench, LIVE);
    await Bun.sleep(SETTLE_MS);
    const hosts = hostPids(bench).map(memoryOf);
    const resident = median(hosts.map((one) => one.residentMb));
    const own = median(hosts.map((one) => one.privateMb));
    const restart = await killAndStart(bench);
    const first = await startToDispatch();
    return [
      row("create-task → agent process, without the worktree", "≤ 50 ms", ms(median(starts)), `of ${STARTS} starts`, median(starts) <= 50),
      row(
        `host of a run (${LIVE} live)`,
        "≤ 30 MB resident, ≤ 8 MB private",
        `${mb(resident)}, private ${mb(own)}`,
        `largest ${mb(Math.max(...hosts.map((one) => one.privateMb)))} private`,
        resident <= 30 && own <= 8,
      ),
      row("daemon start → first dispatch", "≤ 150 ms", ms(first), "from `ccm start` on", first <= 150),
      row(
        `the same, adopting ${LIVE} live runs after kill -9`,
        "≤ 500 ms",
        ms(restart.ms),
        `${restart.adopted} of ${LIVE} go on under the same host`,
        restart.ms <= 500 && restart.adopted === LIVE,
      ),
    ];
  } finally {
    await bench.close();
  }
}

/** From the task's row to the note of its host that the command runs, without the time in which the tree was made. */
async function startOne(bench: BenchHome): Promise<number> {
  const task = bench.create(WAITING);
  await waitFor("the start of a run", () => has(bench.events(task), "run.started"));
  const events = bench.events(task);
  const run = events.find(({ name }) => name === "run.started")?.runId ?? 0;
  const started = await waitFor("the agent", () =>
    readEventsFrom(bench.home.paths.run(run).events, 0).events.find(({ kind }) => kind === "started"),
  );
  const tree = at(events, "worktree.created") - at(events, "task.moved");
  return started.at - at(events, "task.created") - tree;
}

const at = (events: Event[], name: string): number => events.find((event) => event.name === name)?.at ?? Number.NaN;
const has = (events: Event[], name: string): boolean => events.some((event) => event.name === name);

async function liveOnes(bench: BenchHome, count: number): Promise<void> {
  while (liveRuns(bench.ctx).length < count) {
    bench.create(WAITING);
    const wanted = bench.ctx.db.sql.query<{ n: number }, []>("SELECT count(*) AS n FROM tasks").get()?.n ?? 0;
    await waitFor("live runs", () => liveRuns(bench.ctx).filter(({ state }) => state === "running").length >= Math.min(wanted, count));
  }
}

const hostPids = (bench: BenchHome): number[] => liveRuns(bench.ctx).flatMap(({ id }) => readStarted(bench.home.paths.run(id))?.pid ?? []);

/** Until a new task is dispatched: then every live run was looked at, too. */
async function killAndStart(bench: BenchHome): Promise<{ ms: number; adopted: number }> {
  const before = hostPids(bench);
  kill(await bench.start()); // Gives the running daemon's process.
  const took = await untilDispatch(bench);
  const after = new Set(hostPids(bench).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("host")));
  return { ms: took, adopted: before.filter((pid) => after.has(pid)).length };
}

async function startToDispatch(): Promise<number> {
  const bench = await openBenchHome();
  try {
    return await untilDispatch(bench);
  } finally {
    await bench.close();
  }
}

async function untilDispatch(bench: BenchHome): Promise<number> {
  const task = bench.create(WAITING);
  const before = Date.now();
  await bench.start();
  await waitFor("the dispatch", () => has(bench.events(task), "task.moved"));
  return at(bench.events(task), "task.moved") - before;
}
