// The daemon itself: its memory and its processor time while nothing happens, and its memory after much has.
import { appendEvent } from "../../src/kernel/events.ts";
import { waitFor } from "../support/wait.ts";
import { emptyProgram } from "./commands.ts";
import { type BenchHome, openBenchHome } from "./home.ts";
import { cpuSoFar, memoryOf } from "./measure.ts";
import { clear, place } from "./places.ts";
import { mb, type Row, row } from "./row.ts";

/** The start is over, and the memory that it took is given back. */
const SETTLE_MS = 3_000;
/** The loop looks once a second, so that this is twenty looks. */
const IDLE_MS = 20_000;
const EVENTS = 100_000;
/** Events of one commit: ten agents at a few events each. The daemon wakes for every commit. */
const BATCH = 20;

export async function daemon(): Promise<Row[]> {
  const bench = await openBenchHome();
  const folder = place();
  try {
    const waiting = Bun.spawn([await emptyProgram(folder, "setInterval(() => {}, 1000);")], { stdio: ["ignore", "ignore", "ignore"] });
    const pid = await bench.start();
    await Bun.sleep(SETTLE_MS);
    const idle = memoryOf(pid);
    const floor = memoryOf(waiting.pid);
    const share = await shareOfCore([pid, waiting.pid]);
    await storeEvents(bench);
    await Bun.sleep(SETTLE_MS);
    const after = memoryOf(pid);
    waiting.kill();
    const beside = `a Bun program that waits ${mb(floor.residentMb)}`;
    const figure = (of: { residentMb: number; privateMb: number }) => `${mb(of.residentMb)}, private ${mb(of.privateMb)}`;
    return [
      row("daemon (minimal), idle", "≤ 30 MB resident", figure(idle), beside, idle.residentMb <= 30),
      row("daemon (minimal), after 100k events", "≤ 40 MB resident", figure(after), beside, after.residentMb <= 40),
      row(
        "daemon, idle, 20 s",
        "≤ 0.3 % of a core",
        percent(share[0]),
        `a Bun program that wakes once a second ${percent(share[1])}`,
        (share[0] ?? 1) <= 0.003,
      ),
    ];
  } finally {
    await clear(folder);
    await bench.close();
  }
}

const percent = (share = Number.NaN): string => `${(share * 100).toFixed(2)} %`;

async function shareOfCore(pids: number[]): Promise<number[]> {
  const before = pids.map(cpuSoFar);
  const start = performance.now();
  await Bun.sleep(IDLE_MS);
  const wall = performance.now() - start;
  return pids.map((pid, i) => (cpuSoFar(pid) - (before[i] ?? 0)) / wall);
}

/** From this process, as a command would; the daemon sees each commit. It has seen the last one when it has carried out a request of its own. */
async function storeEvents({ ctx, create, events }: BenchHome): Promise<void> {
  for (let i = 0; i < EVENTS / BATCH; i++) {
    ctx.db.transact(() => {
      for (let n = 0; n < BATCH; n++)
        appendEvent(ctx.db, ctx.clock.now(), { name: "hook.received", source: "agent", data: { text: "x".repeat(300) } });
    });
    if (i % 10 === 0) await Bun.sleep(1); // The daemon gets its turn, as between the events of real agents.
  }
  const task = create("demo: write noted.txt one\ndemo: commit Note it");
  await waitFor("a task after the events", () => events(task).some(({ name }) => name === "task.merged"));
}
