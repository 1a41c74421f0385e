// From what an agent prints to the event log: how late it is there, and that nothing is lost or doubled while the daemon is killed again and again.
import { writeFileSync } from "node:fs";
import { liveRuns } from "../../src/agents/actions.ts";
import { type Event, readEvents } from "../../src/kernel/events.ts";
import { kill } from "../support/home-under-test.ts";
import { waitFor } from "../support/wait.ts";
import { counting } from "./counter.ts";
import { type BenchHome, openBenchHome } from "./home.ts";
import { cpuSoFar } from "./measure.ts";
import { ms, type Row, row } from "./row.ts";

const AGENTS = 10;
/** Events of one agent: at ten a second, half of them with the daemon at work and half while it is killed. */
const EVENTS = 250;
const QUIET_MS = 10_000;
/** The daemon is killed so often, and killed again after this time; a part of it passes before it is back. */
const KILLS = 6;
const BETWEEN_KILLS_MS = 2_500;
/** How late the log is looked at, at most. */
const LOOK_MS = 5;
const DEADLINE_MS = 90_000;

export async function hearing(): Promise<Row[]> {
  const bench = await openBenchHome();
  const watch = watchLog(bench);
  try {
    writeFileSync(bench.home.paths.config, JSON.stringify({ agents: counting(EVENTS) }));
    let daemon = await bench.start();
    for (let i = 0; i < AGENTS; i++)
      await bench.home.json("create-task", "--title", `Count ${i}`, "--prompt", "Count.", "--agent", "counter");
    await waitFor("the agents", () => liveRuns(bench.ctx).filter(({ state }) => state === "running").length === AGENTS, DEADLINE_MS);
    const from = watch.delays.length;
    const used = cpuSoFar(daemon);
    await Bun.sleep(QUIET_MS);
    const cpu = (cpuSoFar(daemon) - used) / QUIET_MS;
    const delays = watch.delays.slice(from).sort((a, b) => a - b);
    for (let i = 0; i < KILLS; i++) {
      kill(daemon);
      daemon = await bench.start();
      await Bun.sleep(BETWEEN_KILLS_MS);
    }
    await waitFor("the end of the agents", () => liveRuns(bench.ctx).length === 0, DEADLINE_MS);
    return rows(delays, countsOf(bench.events()), cpu);
  } finally {
    watch.stop();
    await bench.close();
  }
}

function rows(delays: number[], { lost, doubled, told }: { lost: number; doubled: number; told: number }, cpuPart: number): Row[] {
  const p99 = delays[Math.floor(delays.length * 0.99)] ?? Number.NaN;
  const median = delays[Math.floor(delays.length / 2)] ?? Number.NaN;
  return [
    row(
      `an agent's line → event log (${AGENTS} agents, 10 lines/s each)`,
      "p99 ≤ 150 ms",
      `p99 ${ms(p99)}`,
      `median ${ms(median)} of ${delays.length}; the daemon took ${(cpuPart * 100).toFixed(1)} % of a core`,
      p99 <= 150,
    ),
    row(
      `the same, the daemon killed ${KILLS} times meanwhile`,
      "0 lost, 0 doubled",
      `${lost} lost, ${doubled} doubled`,
      `of ${told} lines`,
      lost === 0 && doubled === 0,
    ),
  ];
}

/** Looks at the log all the time, and keeps how old each line was when it was first seen there. */
function watchLog(bench: BenchHome): { delays: number[]; stop(): void } {
  const delays: number[] = [];
  let cursor = 0;
  const timer = setInterval(() => {
    const events = readEvents(bench.ctx.db, { after: cursor, limit: 10_000 });
    cursor = events.at(-1)?.seq ?? cursor;
    const now = Date.now();
    for (const { name, data } of events) if (name === "request.retried") delays.push(now - Number(data.error));
  }, LOOK_MS);
  return { delays, stop: () => clearInterval(timer) };
}

function countsOf(events: readonly Event[]): { lost: number; doubled: number; told: number } {
  const numbers = Map.groupBy(
    events.filter(({ name }) => name === "request.retried"),
    ({ runId }) => runId,
  );
  let lost = EVENTS * (AGENTS - numbers.size);
  let doubled = 0;
  for (const told of numbers.values()) {
    const different = new Set(told.map(({ data }) => data.attempt)).size;
    lost += EVENTS - different;
    doubled += told.length - different;
  }
  return { lost, doubled, told: EVENTS * AGENTS };
}
