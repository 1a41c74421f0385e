// `ccm stop --now --all`: everything of this home ends at once, with or without a daemon.
import { endWindows, findRun, liveRuns, wantStop } from "../agents/actions.ts";
import { realClock } from "../kernel/clock.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { currentCaller, requireOwnHome } from "../kernel/home.ts";
import type { CommandHost } from "../kernel/module.ts";
import { homeFrom, type Paths, pathsAt } from "../kernel/paths.ts";
import { type Identity, processOf, signalProcess } from "../kernel/process.ts";
import { identityOf } from "./daemon-actions.ts";
import { findDaemon } from "./daemon-file.ts";
import { processFacts } from "./survey.ts";

/** Hosts look for requests five times a second and kill at once; a machine that swaps takes longer. */
const OBEY_MS = 1_500;
const POLL_MS = 20;

/**
 * Kills the daemon, so that nobody starts anything, then has every host kill its run; whoever does not answer is
 * killed itself. Works with a configuration or a database that nothing else can be done with. Faults: `environment`
 * naming what is still there.
 */
export async function stopEverything(host: CommandHost): Promise<void> {
  const paths = pathsAt(homeFrom(process.env));
  requireOwnHome(paths, currentCaller());
  const daemon = killDaemon(paths);
  // Whatever is broken there must not keep anything alive: the second way goes by processes alone.
  const asked = await host
    .open()
    .then(stopRuns)
    .catch(() => []);
  const runs = [...new Set([...asked, ...(await killMarked(paths))])].sort((a, b) => a - b);
  await endWindows(paths);
  host.print({ daemon: daemon?.pid ?? null, runs }, () =>
    [
      daemon ? `The daemon (process ${daemon.pid}) was killed.` : "No daemon was running.",
      runs.length === 0 ? "No agent was at work." : `Stopped: ${runs.map((id) => `r${id}`).join(", ")}. Their work is kept.`,
      "`ccm start` goes on with every task that is not paused or cancelled.",
    ].join("\n"),
  );
}

/** Kills whoever holds the daemon's lock, and says who that was. */
export function killDaemon(paths: Paths): Identity | undefined {
  const daemon = identityOf(findDaemon(paths));
  if (daemon) signalProcess(daemon, "SIGKILL");
  return daemon;
}

/** Has every host kill its run; gives the numbers of the runs that were stopped. Faults: `environment`. */
export async function stopRuns(ctx: Ctx): Promise<number[]> {
  const { hosts } = ctx.outside;
  const asked = new Set<number>();
  const deadline = realClock.elapsed() + OBEY_MS;
  for (let live = startedRuns(ctx); live.length > 0; live = startedRuns(ctx)) {
    for (const id of live.filter((run) => !asked.has(run))) {
      hosts.request(id, { kind: "stop", how: "now" });
      asked.add(id);
    }
    if (realClock.elapsed() > deadline) {
      await killHosts(ctx, live);
      break;
    }
    await realClock.sleep(POLL_MS);
  }
  for (const run of liveRuns(ctx).filter((candidate) => asked.has(candidate.id))) wantStop(ctx, run, "everything was stopped");
  return [...asked].sort((a, b) => a - b);
}

/** Runs with a host now, known to the database or not; by processes, because there may be thousands of folders. */
function startedRuns(ctx: Ctx): number[] {
  const ids = processFacts(ctx.paths).map(({ runId }) => runId);
  return ids.filter((id) => ctx.outside.hosts.look(id).kind === "live");
}

/** Kills every process that says it belongs to a run of this home, hosts included; gives the runs. Faults: `environment`. */
async function killMarked(paths: Paths): Promise<number[]> {
  const runs = new Set<number>();
  const deadline = realClock.elapsed() + OBEY_MS;
  for (let found = processFacts(paths); found.length > 0; found = processFacts(paths)) {
    for (const { runId, processes } of found) {
      runs.add(runId);
      for (const who of processes) signalProcess(who, "SIGKILL");
    }
    if (realClock.elapsed() > deadline) throw stillThere(found.map(({ runId }) => runId));
    await realClock.sleep(POLL_MS);
  }
  return [...runs];
}

async function killHosts(ctx: Ctx, runs: readonly number[]): Promise<void> {
  const { hosts } = ctx.outside;
  const deadline = realClock.elapsed() + OBEY_MS;
  for (let left = runs; left.length > 0; left = left.filter((id) => hosts.look(id).kind === "live")) {
    for (const id of left) killHost(ctx, id);
    if (realClock.elapsed() > deadline) throw stillThere(left);
    await realClock.sleep(POLL_MS);
  }
  await Promise.all(runs.map((id) => hosts.reap(id, findRun(ctx, id)?.taskId ?? 0)));
}

function killHost(ctx: Ctx, id: number): void {
  const state = ctx.outside.hosts.look(id);
  const host = state.kind === "live" ? processOf(state.pid) : undefined;
  if (host) signalProcess(host, "SIGKILL");
}

function stillThere(runs: readonly number[]): Fault {
  return new Fault("environment", `Still there: ${runs.map((id) => `r${id}`).join(", ")}.`, "They hang in the kernel; look at the disk.");
}
