// One simulation: daemons that die and start again over a world that misbehaves, then a quiet end in which all must settle.
import migration from "../../migrations/local/0001_core.sql" with { type: "text" };
import { checkConfig } from "../../src/kernel/config.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { unwrap } from "../../src/kernel/fault.ts";
import { seededIds } from "../../src/kernel/ids.ts";
import { createJobs } from "../../src/kernel/jobs.ts";
import { silentLog } from "../../src/kernel/log.ts";
import { tick } from "../../src/kernel/loop.ts";
import { pathsAt } from "../../src/kernel/paths.ts";
import { stepRequests } from "../../src/kernel/requests.ts";
import { allAnswers, allSteps } from "../../src/modules.ts";
import { sections } from "../../src/setup/config.ts";
import { advanceHosts } from "./agents.ts";
import { checkAlways, checkEnd } from "./invariants.ts";
import { simOutside } from "./outside.ts";
import { actAsPerson, prepareQueue, settleAsPerson } from "./person.ts";
import { changeWeather, clearUp } from "./talk.ts";
import { Killed, type Odds, World } from "./world.ts";

// What the loop imports when it first needs it is here before: reading a file takes real time, which a simulation must not depend on.
await Promise.all([
  import("../../src/hooks/automations/automations.ts"),
  import("../../src/worktrees/snapshots.ts"),
  import("../../src/review/differences.ts"),
]);
const answers = await allAnswers();
const steps = [{ name: "requests", run: (ctx: Ctx) => stepRequests(ctx, answers) }, ...(await allSteps())];

export type SimReport = { seed: number; violations: string[]; tally: Map<string, number>; simulatedMs: number };

const QUIET: Odds = { crash: 0, fault: 0, hostKill: 0, slow: 0, lateLook: 0, doubleLaunch: 0, weather: 0 };
/** Simulated time of misbehaviour: a few tasks with their retries fit. */
const STORM_MS = 4 * 60_000;
/** Simulated time in which a quiet world must settle everything: longer than the longest run limit, and than a breaker waits. */
const QUIET_MS = 60 * 60_000;

/** Every seed has its own settings: tight and loose caps, trees that go at once and trees that stay. */
function settingsOf(seed: number): string {
  const minutes = `runMinutes: ${seed % 2 === 0 ? 1 : 4}, gateMinutes: 1, stallMinutes: 1`;
  const limits = `runs: ${1 + (seed % 3)}, runsPerProject: ${1 + (seed % 4)}, ${minutes}`;
  return `limits: { ${limits} }\nretention: { keepDays: ${seed % 2 === 0 ? 0 : 7}, trashDays: ${seed % 5 === 0 ? 0 : 7} }\n`;
}

/** Runs one seed to its end and says what did not hold. The same seed gives the same simulation. */
export async function simulate(seed: number): Promise<SimReport> {
  const world = new World(seed, QUIET);
  world.odds = stormOdds(world);
  const db = openDatabase(":memory:");
  db.sql.run(migration);
  const boot = () => bootDaemon(world, db, seed);
  let ctx = boot();
  await flush();
  prepareQueue(world, ctx);
  const start = world.clock.elapsed();
  while (world.clock.elapsed() - start < STORM_MS) ctx = await turn(world, ctx, boot, actAsPerson);
  world.odds = QUIET;
  clearUp(world);
  const calm = world.clock.elapsed();
  while (world.clock.elapsed() - calm < QUIET_MS && !settledAll(ctx)) ctx = await turn(world, ctx, boot, settleAsPerson);
  for (let i = 0; i < 50; i++) ctx = await turn(world, ctx, boot, settleAsPerson);
  checkEnd(world, ctx);
  db.close();
  return { seed, violations: world.violations, tally: world.tally, simulatedMs: world.clock.elapsed() };
}

/** Every seed has its own weather: some are calm in one respect and wild in another. */
function stormOdds(world: World): Odds {
  const odds = (most: number) => (world.chance(0.4) ? 0 : most * world.random());
  const often = { slow: odds(0.05), lateLook: odds(0.3), doubleLaunch: odds(0.5), weather: odds(0.03) };
  return { crash: odds(0.05), fault: odds(0.08), hostKill: odds(0.01), ...often };
}

/** A little time passes: the person acts, hosts live, the daemon ticks, and is started again when it died. */
async function turn(world: World, ctx: Ctx, boot: () => Ctx, person: (world: World, ctx: Ctx) => void): Promise<Ctx> {
  const isQuiet = world.odds === QUIET;
  world.clock.advance(world.chance(isQuiet ? 0.8 : 0.2) ? 1_000 : 20 + world.random() * 400);
  if (world.chance(world.odds.crash / 4)) setClock(world);
  changeWeather(world);
  advanceHosts(world);
  await flush();
  person(world, ctx);
  tick(ctx, steps);
  await flush();
  checkAlways(world, ctx);
  if (world.epoch !== epochOf.get(ctx) || world.chance(world.odds.crash / 4)) {
    world.crash();
    return boot();
  }
  return ctx;
}

function setClock(world: World): void {
  world.clock.jump((world.random() - 0.5) * 7_200_000);
  world.jumps += 1;
}

const epochOf = new WeakMap<Ctx, number>();

function bootDaemon(world: World, db: Db, seed: number): Ctx {
  const epoch = world.epoch;
  const alive = { ...db, transact: guardedTransact(world, epoch, db) };
  const ctx: Ctx = {
    paths: pathsAt("/sim"),
    db: alive,
    clock: world.clock,
    ids: seededIds(seed * 1_000 + epoch, world.clock.now),
    config: unwrap(checkConfig(sections, settingsOf(seed), "config.yaml", {})),
    log: { ...silentLog, error: (message, fields) => reportBug(world, epoch, message, fields) },
    jobs: createJobs(world.clock, () => {}),
    outside: simOutside(world),
  };
  epochOf.set(ctx, epoch);
  return ctx;
}

/** A daemon that was killed writes nothing any more. */
function guardedTransact(world: World, epoch: number, db: Db): Db["transact"] {
  return (work, durability) => {
    if (world.epoch !== epoch) throw new Killed("dead");
    return db.transact(work, durability);
  };
}

/** What the daemon logs as an error is a bug, unless it is the simulated death going through. */
function reportBug(world: World, epoch: number, message: string, fields?: Record<string, unknown>): void {
  if (world.epoch === epoch) world.violate(`${message}: ${String(fields?.error ?? "").slice(0, 600)}`);
}

function settledAll(ctx: Ctx): boolean {
  const open = ctx.db.sql
    .query<{ n: number }, []>(
      `SELECT (SELECT count(*) FROM tasks WHERE state NOT IN ('done', 'failed', 'cancelled'))
         + (SELECT count(*) FROM runs WHERE state <> 'finished') AS n`,
    )
    .get()?.n;
  return open === 0 && ctx.jobs.size === 0;
}

/** Lets everything that can go on without time passing go on. */
async function flush(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
