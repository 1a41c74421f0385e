// The daemon: takes the lock, opens and migrates, then lets the loop run until it is told to stop; everything in reverse.
import { watch } from "node:fs";
import { join } from "node:path";
import { hostsMoved, liveRuns } from "./agents/actions.ts";
import { ingestRuns } from "./agents/ingest.ts";
import { shipAutomations } from "./hooks/actions.ts";
import { realClock } from "./kernel/clock.ts";
import { loadConfig } from "./kernel/config.ts";
import type { Ctx } from "./kernel/context.ts";
import { type Db, openDatabase } from "./kernel/database.ts";
import { appendEvent } from "./kernel/events.ts";
import { FAULTS, Fault, isFault, messageOf, unwrap } from "./kernel/fault.ts";
import { currentCaller, requireHome } from "./kernel/home.ts";
import { realIds } from "./kernel/ids.ts";
import { createJobs, type JobEnd } from "./kernel/jobs.ts";
import { takeLockAfterDeath } from "./kernel/lock.ts";
import { createLog } from "./kernel/log.ts";
import { createLoop, type Loop } from "./kernel/loop.ts";
import { migrate } from "./kernel/migrate.ts";
import { MIGRATIONS } from "./kernel/migrations.ts";
import type { Step } from "./kernel/module.ts";
import { homeFrom, type Paths, pathsAt } from "./kernel/paths.ts";
import { followPrints } from "./kernel/prints-file.ts";
import { type Answers, stepRequests } from "./kernel/requests.ts";
import { allAnswers, allRoutes, allSteps } from "./modules.ts";
import { realOutside } from "./outside.ts";
import { openSandbox } from "./sandbox/outside.ts";
import { publishPrints } from "./secrets/publish.ts";
import { sections } from "./setup/config.ts";
import { recordConfigAtStart } from "./setup/config-audit.ts";
import { findDaemon, tellDaemon, untellDaemon } from "./setup/daemon-file.ts";
import { judgeWeb, profileFrom } from "./setup/rules.ts";
import type { Profile, WebAddress } from "./setup/schema.ts";

/** Between polls while runs are live, in ms: how late the end of a run may be noticed. */
const BUSY_POLL_MS = 50;
/** Between two looks at what hosts write: the loop also looks when the database was written, which is mostly by itself then. */
const HOSTS_LOOK_MS = 25;
/** Between polls otherwise: changes of the database are watched, this is for file systems that do not tell. */
const IDLE_POLL_MS = 1_000;

/** Runs in the foreground until SIGTERM or SIGINT; `ccm start` starts it detached. The exit code is a Fault's. */
export async function main(words: string[]): Promise<number> {
  if (words.includes("--help") || words.includes("-h")) return (await import("./cli.ts")).main(["daemon", "--help"]);
  try {
    await runDaemon(pathsAt(homeFrom(process.env)), unwrap(profileFrom(words)));
    return 0;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    process.stderr.write(`ccm: ${thrown.message}\n  ${thrown.hint}\n`);
    return FAULTS[thrown.code].exit;
  }
}

async function runDaemon(paths: Paths, profile: Profile): Promise<void> {
  requireHome(paths, currentCaller());
  const lock = findDaemon(paths).kind === "ready" ? null : await takeLockAfterDeath(paths.lock);
  if (!lock) throw new Fault("conflict", `A daemon already runs for "${paths.home}".`, "`ccm status` shows it; `ccm stop` ends it.");
  untellDaemon(paths);
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop.abort());
  let loop: Loop | undefined;
  const ctx = await openDaemon(paths, (end) => loop?.wake() ?? end);
  const answers = await allAnswers();
  publishPrints(ctx);
  const lookAtPrints = followPrints(paths.prints);
  const own: Step[] = [
    // A home that was deleted or replaced is nobody's, and another daemon may have the new one.
    { name: "home", run: () => lock.isInPlace() || stop.abort() },
    { name: "secrets", run: lookAtPrints },
    { name: "requests", run: () => stepRequests(ctx, answers) },
  ];
  loop = createLoop(ctx, [...own, ...(await allSteps())], {
    changed: atMostEvery(
      HOSTS_LOOK_MS,
      ctx,
      anyOf(heardFrom(ctx), () => hostsMoved(ctx)),
    ),
    pollMs: () => (liveRuns(ctx).length > 0 ? BUSY_POLL_MS : IDLE_POLL_MS),
  });
  const watcher = watchDatabase(paths, loop);
  await recover(ctx, answers);
  const said = { profile, startedAt: ctx.clock.now() };
  const tell = (address: WebAddress) => tellDaemon(ctx, { ...said, web: address });
  const web = profile === "full" ? await openWeb(ctx, tell, () => loop?.wake()) : null;
  if (!web) tellDaemon(ctx, { ...said, web: null });
  ctx.log.info("daemon started", { pid: process.pid, sandbox: ctx.outside.sandbox.level() });
  await loop.run(stop.signal);
  watcher.close();
  web?.stop();
  await ctx.jobs.stop();
  ctx.log.info("daemon stopped");
  appendEvent(ctx.db, ctx.clock.now(), { name: "daemon.stopped", source: "daemon" });
  if (lock.isInPlace()) untellDaemon(paths);
  ctx.db.close();
  lock.release();
}

/** A daemon without a page does not even load what serves it. */
async function openWeb(ctx: Ctx, tell: (address: WebAddress) => void, wake: () => void): Promise<{ stop(): void }> {
  const { startWeb } = await import("./web/server.ts");
  return startWeb(ctx, { routes: allRoutes, tell, wake });
}

/**
 * Takes in what agents do within a poll, and without a tick of the whole loop for each step that an agent makes. What goes
 * wrong with it is said by the loop's own step, once a second.
 */
function heardFrom(ctx: Ctx): () => boolean {
  let restsUntil = 0;
  return () => {
    if (ctx.clock.elapsed() < restsUntil) return false;
    try {
      return ingestRuns(ctx);
    } catch {
      restsUntil = ctx.clock.elapsed() + IDLE_POLL_MS;
      return false;
    }
  };
}

/** False, without being asked, for some time after each time that it was. */
function atMostEvery(ms: number, ctx: Ctx, ask: () => boolean): () => boolean {
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (ctx.clock.elapsed() - askedAt < ms) return false;
    askedAt = ctx.clock.elapsed();
    return ask();
  };
}

/** All of them are asked: each may have something to do. */
function anyOf(...asked: (() => boolean)[]): () => boolean {
  return () => asked.map((ask) => ask()).includes(true);
}

/** Trying the sandbox is waiting for processes, and takes longer than all the rest together, which is done meanwhile. */
async function openDaemon(paths: Paths, onEnd: (end: JobEnd) => void): Promise<Ctx> {
  const config = loadConfig(sections, paths.config, process.env);
  const fault = judgeWeb(config.web);
  if (fault) throw fault;
  const [sandbox, db] = await Promise.all([openSandbox(config.sandbox, paths.home), openMigrated(paths)]);
  const log = createLog(realClock, { file: join(paths.logs, "daemon.log"), level: "info" });
  const jobs = createJobs(realClock, (end) => {
    if (end.error !== undefined) log.error(`job ${end.key} ended badly`, { error: String(end.error) });
    onEnd(end);
  });
  return {
    paths,
    db,
    clock: realClock,
    ids: realIds,
    config,
    log,
    jobs,
    outside: realOutside(paths, config, sandbox),
  };
}

async function openMigrated(paths: Paths): Promise<Db> {
  const db = openDatabase(paths.database, "existing");
  migrate(db, MIGRATIONS, paths.backups, Date.now());
  return db;
}

/** A commit of another process changes the write-ahead log, which costs nothing to watch. */
function watchDatabase(paths: Paths, loop: Loop): { close(): void } {
  const name = "ccm.db-wal";
  return watch(paths.home, { persistent: false }, (_event, file) => {
    if (file === name) loop.nudge();
  });
}

/** Compares what is recorded with what is there, and repairs it, before the loop acts on it. */
async function recover(ctx: Ctx, answers: Answers): Promise<void> {
  recordConfigAtStart(ctx.db, ctx.config, ctx.clock.now());
  appendEvent(ctx.db, ctx.clock.now(), {
    name: "daemon.started",
    source: "daemon",
    data: { pid: process.pid, sandbox: ctx.outside.sandbox.level() },
  });
  await answers.fsck?.(ctx, { repair: true });
  await shipAutomations(ctx.paths.home).catch((thrown) => ctx.log.warn("automations could not be renewed", { error: messageOf(thrown) }));
}
