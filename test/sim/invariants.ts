// What must hold at every moment, and what must be true when all is quiet.
import { liveRuns, runsOf } from "../../src/agents/actions.ts";
import { breakersOf } from "../../src/agents/recovery/breakers.ts";
import { lastDecision } from "../../src/decisions/actions.ts";
import { checkAudit } from "../../src/kernel/audit.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { findTask, listTasks, mustFind } from "../../src/tasks/actions.ts";
import type { Task } from "../../src/tasks/schema.ts";
import { snapshotsOf } from "../../src/worktrees/actions.ts";
import { snapshotRef } from "../../src/worktrees/rules.ts";
import type { World } from "./world.ts";

export function checkAlways(world: World, ctx: Ctx): void {
  const main = world.repo.refs.get("refs/heads/main") ?? "";
  if (main !== world.checkedBase) checkBase(world, main);
  checkUnwanted(world, ctx);
  checkBreakers(world, ctx);
  checkTries(world, ctx);
  if (world.mostLive > ctx.config.limits.runs) world.violate(`${world.mostLive} runs were live, the limit is ${ctx.config.limits.runs}`);
}

function checkBase(world: World, main: string): void {
  const history = world.repo.history(main);
  for (const commit of world.personal) if (!history.has(commit)) world.violate(`a commit of the person's is lost from the base: ${commit}`);
  world.checkedBase = main;
}

/** Longest time that a run nobody wants may stay live while nothing else goes wrong: a tick, the request, its slowest stop. */
const STOPPED_WITHIN_MS = 15_000;

/** A run whose task was cancelled or paused is stopped; counted in quiet times only, since a dead daemon stops nobody. */
function checkUnwanted(world: World, ctx: Ctx): void {
  if (world.odds.crash > 0 || world.odds.fault > 0) return;
  for (const host of world.hosts.values()) {
    const state = findTask(ctx, host.spec.taskId)?.state;
    const isWanted = state === (host.spec.kind === "gate" ? "verifying" : "executing");
    if (host.state !== "live" || isWanted) host.unwantedSince = null;
    else host.unwantedSince ??= world.clock.elapsed();
    if (host.unwantedSince !== null && world.clock.elapsed() - host.unwantedSince > STOPPED_WITHIN_MS) {
      world.violate(`run r${host.spec.runId} goes on although task ${host.spec.taskId} is ${state}`);
    }
  }
}

/** While a breaker is open one run at a time tries, and that only when there is a reason to. */
function checkBreakers(world: World, ctx: Ctx): void {
  for (const { agent, openedAt, retryAt, fingerprint } of breakersOf(ctx)) {
    if (openedAt === null || world.jumps > 0) continue;
    const since = liveRuns(ctx).filter((run) => run.kind === "agent" && run.agent === agent && run.claimedAt > openedAt);
    if (since.length > 1) world.violate(`${since.length} runs of ${agent} try at once whether it is served again`);
    for (const run of since) {
      const isMended = fingerprint !== null && fingerprint !== world.login;
      const isUrged = (mustFind(ctx, run.taskId).urgedAt ?? 0) >= openedAt;
      if (run.claimedAt < (retryAt ?? Number.POSITIVE_INFINITY) && !isMended && !isUrged)
        world.violate(`run r${run.id} was started although ${agent} is held until ${retryAt}`);
    }
  }
}

/** What is no fault of a task uses up none of its tries: refusals of the provider, parked questions, restarts of the machine. */
function checkTries(world: World, ctx: Ctx): void {
  const failures = Map.groupBy(
    [...world.hosts.values()].filter((host) => host.isOwnFailure),
    (host) => host.spec.taskId,
  );
  const tried = ctx.db.sql.query<{ id: number; attempts: number }, []>("SELECT id, attempts FROM tasks WHERE attempts > 0").all();
  for (const { id, attempts } of tried) {
    const own = (failures.get(id)?.length ?? 0) + (world.forgottenFailures.get(id) ?? 0);
    if (attempts > own) world.violate(`task ${id} has used up ${attempts} tries with ${own} failures of its own`);
  }
}

/** After the quiet end every task has ended, merged at most once, on a commit that was checked, and no work is lost. */
export function checkEnd(world: World, ctx: Ctx): void {
  const main = world.repo.refs.get("refs/heads/main") ?? "";
  const history = [...world.repo.history(main)].map((id) => world.repo.at(id));
  const gated = ctx.db.sql.query<{ settings: string }, []>("SELECT settings FROM projects").get()?.settings.includes("full");
  for (const task of listTasks(ctx, { limit: 1_000 })) {
    world.count(`task ${task.state}${task.result ? ` ${task.result}` : ""}`);
    const merges = history.filter((commit) => commit.message.includes(` ${task.uuid}`) && commit.parents.length === 1);
    if (merges.length > 1) world.violate(`task ${task.id} was merged ${merges.length} times`);
    if ((task.result === "merged") !== (merges.length === 1))
      world.violate(`task ${task.id} says ${task.state} ${task.result}, the base holds ${merges.length} merges of it`);
    if (merges[0] && merges[0].id !== task.mergedCommit)
      world.violate(`task ${task.id} merged ${merges[0].id}, the row says ${task.mergedCommit}`);
    if (merges[0] && gated && !world.passed.has(merges[0].id)) world.violate(`task ${task.id} merged a commit that no gate passed`);
    if (!["done", "failed", "cancelled"].includes(task.state))
      world.violate(
        `task ${task.id} is stuck in ${task.state}: ${JSON.stringify(task.waiting)} run ${JSON.stringify(runsOf(ctx, task.id).at(-1)?.state)}`,
      );
    checkTrust(world, ctx, task);
    checkWork(world, ctx, task);
    checkSnapshots(world, ctx, task);
    checkEvents(world, ctx, task.id);
  }
  for (const host of world.hosts.values()) if (host.state === "live") world.violate(`run r${host.spec.runId} is still live`);
  for (const { id, what } of checkAudit(ctx.db).damages) world.violate(`the audit log is not as it was written: ${what} ${id}`);
  checkHeard(world, ctx);
  const uncaused = ctx.db.sql.query<{ id: number }, []>("SELECT id FROM runs WHERE trim(cause) = ''").all();
  for (const { id } of uncaused) world.violate(`run r${id} has no cause`);
  for (const run of liveRuns(ctx)) {
    const task = mustFind(ctx, run.taskId);
    world.violate(
      `run r${run.id} (${run.kind}) is still ${run.state}; its task ${task.id} is ${task.state}, waiting ${JSON.stringify(task.waiting)}`,
    );
  }
}

/** What others wrote merges after a person approved it, or said that it may merge by itself. */
function checkTrust(world: World, ctx: Ctx, { id, origin, lifted, result }: Task): void {
  if (origin === "person" || result !== "merged") return;
  world.count("task from outside merged");
  const last = lastDecision(ctx, id)?.verdict;
  if (last !== "approved" && !lifted.includes("auto-merge")) world.violate(`task ${id} is from outside and merged; a person said ${last}`);
}

/**
 * Every commit an agent made is reachable from its branch, its trash ref, its snapshots, or the tree that is still there: what
 * is not merged has a ref, whatever was taken back or thrown away. Of a task that is done, time takes the snapshots.
 */
function checkWork(world: World, ctx: Ctx, { id: taskId, branch, state }: Task): void {
  const snapshots = [...world.repo.refs].flatMap(([ref, commit]) => (ref.startsWith(`refs/ccm/snapshots/${taskId}/`) ? [commit] : []));
  const wasTakenBack = readEvents(ctx.db, { taskId, after: 0, limit: 100_000 }).some(({ name }) => name === "task.rolled-back");
  if (wasTakenBack) world.count("task taken back");
  if (state === "done" && wasTakenBack && snapshots.length === 0) return;
  const tips = [
    world.repo.refs.get(`refs/heads/${branch}`),
    world.repo.refs.get(`refs/ccm/trash/${taskId}`),
    world.trees.get(taskId)?.tip,
    ...snapshots,
  ];
  const kept = new Set(tips.flatMap((tip) => (tip ? [...world.repo.history(tip)] : [])));
  for (const commit of world.work.get(taskId) ?? []) if (!kept.has(commit)) world.violate(`work ${commit} of task ${taskId} is lost`);
}

/** Every snapshot that people are told of is there, at its commit. */
function checkSnapshots(world: World, ctx: Ctx, task: Task): void {
  for (const { n, commit, why } of snapshotsOf(ctx, task.id)) {
    world.count(`snapshot: ${why}`);
    const at = world.repo.refs.get(snapshotRef(task.id, n));
    if (at !== commit) world.violate(`snapshot ${n} of task ${task.id} is at ${at}, its row says ${commit}`);
  }
}

/** What hosts recorded is in the event log once, wherever the daemon died while it read. */
function checkHeard(world: World, ctx: Ctx): void {
  const told = ctx.db.sql.query<{ runId: number; name: string; n: number }, []>(
    "SELECT run_id AS runId, name, count(*) AS n FROM events WHERE name IN ('turn.ended', 'message.sent') GROUP BY run_id, name",
  );
  const counts = new Map(told.all().map(({ runId, name, n }) => [`${runId} ${name}`, n]));
  for (const { spec, events } of world.hosts.values()) {
    const turns = events.filter(({ json }) => (json as { type?: string } | undefined)?.type === "result").length;
    const messages = events.filter(({ kind }) => kind === "message").length;
    for (const [name, recorded] of Object.entries({ "turn.ended": turns, "message.sent": messages })) {
      const found = counts.get(`${spec.runId} ${name}`) ?? 0;
      if (found !== recorded) world.violate(`run r${spec.runId} recorded ${recorded} × ${name}, the log has ${found}`);
      else if (found > 0) world.count(`heard once: ${name}`);
    }
  }
}

/** A run finishes once; a finished one was claimed. */
function checkEvents(world: World, ctx: Ctx, taskId: number): void {
  const twice = ctx.db.sql
    .query<{ runId: number; name: string }, [number]>(
      `SELECT run_id AS runId, name FROM events WHERE task_id = ? AND name IN ('run.claimed', 'run.started', 'run.finished', 'task.merged')
       GROUP BY run_id, name HAVING count(*) > 1`,
    )
    .all(taskId);
  for (const { runId, name } of twice) world.violate(`${name} is recorded twice for run r${runId} of task ${taskId}`);
}
