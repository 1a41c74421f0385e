// A run's way: claimed, started, ended, finished. Finishing is bound to the run that was claimed.
import type { CommitId } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { failTask, moveTask, mustFind, patchTask, record, setWaiting } from "../tasks/actions.ts";
import { judgeFault } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { findWorktree, setupIsDone, treeOrder } from "../worktrees/actions.ts";
import type { TreeOrder } from "../worktrees/schema.ts";
import { describeExit, judgeRun, outcomeOf, type RunVerdict, retryInstruction, stageOf } from "./rules.ts";
import type { ExitRecord, HostState, Run, RunKind, RunOutcome } from "./schema.ts";
import { specOf } from "./spec.ts";
import * as table from "./table.ts";

/** True when a host is not any more what its run's row says: the loop should look. Microseconds a run. */
export function hostsMoved(ctx: Ctx): boolean {
  return table.liveRuns(ctx.db).some((run) => {
    if (run.state !== "starting" && run.state !== "running") return false;
    const isLive = ctx.outside.hosts.look(run.id).kind === "live";
    return run.state === "running" ? !isLive && !ctx.jobs.isRunning(`task:${run.taskId}`) : isLive;
  });
}

/** What dispatch claims: a slot for one run. `commit` is what the tree must show; `command` what a gate or set-up runs. */
export type Claim = { task: Task; kind: RunKind; name: string; commit: string | null; command: string | null };

/** Claims a run, or returns null when the task has a live one already. */
export function claimRun(ctx: Ctx, claim: Claim): Run | null {
  return ctx.db.transact(() => {
    const { task } = claim;
    const run = table.insertRun(ctx.db, {
      uuid: ctx.ids.uuid(),
      taskId: task.id,
      projectId: task.projectId,
      kind: claim.kind,
      agent: claim.name,
      attempt: table.countRuns(ctx.db, task.id) + 1,
      commit: claim.commit,
      command: claim.command,
      at: ctx.clock.now(),
    });
    if (!run) return null;
    patchTask(ctx, task.id, { runs: run.attempt });
    record(ctx, task, "run.claimed", "daemon", { kind: run.kind, agent: run.agent }, run.id);
    setWaiting(ctx, task, null);
    return run;
  }, "durable");
}

export function findRun(ctx: Ctx, id: number): Run | null {
  return table.findRun(ctx.db, id);
}

export function liveRuns(ctx: Ctx): Run[] {
  return table.liveRuns(ctx.db);
}

export function liveRunOf(ctx: Ctx, taskId: number): Run | null {
  return table.liveRunOf(ctx.db, taskId);
}

export function runsOf(ctx: Ctx, taskId: number): Run[] {
  return table.runsOf(ctx.db, taskId);
}

export function newestRuns(ctx: Ctx, limit: number): Run[] {
  return table.newestRuns(ctx.db, limit);
}

/**
 * The run that a person means: `r7`, or a task's number for its live run. `newest` also takes a run that has ended, and
 * the task's last one. Faults: `invalid` for a word that is neither, `not_found`, `conflict` when it is not live.
 */
export function runMeant(ctx: Ctx, word: string, which: "live" | "newest"): Run {
  if (!/^r?[1-9]\d{0,14}$/.test(word))
    throw new Fault(
      "invalid",
      `"${word}" is no task and no run.`,
      "Give a task's number (12) or a run's (r34): `ccm list-agents` shows both.",
    );
  if (word.startsWith("r")) return runNumbered(ctx, Number(word.slice(1)), which);
  const task = mustFind(ctx, Number(word));
  const run = table.liveRunOf(ctx.db, task.id) ?? (which === "newest" ? table.runsOf(ctx.db, task.id).at(-1) : undefined);
  if (run) return run;
  const text = which === "live" ? `Task ${task.id} is "${task.state}" and has no run now.` : `Task ${task.id} has had no run yet.`;
  throw new Fault("conflict", text, `\`ccm task-status ${task.id}\` shows where it is; \`ccm plan\` says when it starts.`);
}

function runNumbered(ctx: Ctx, id: number, which: "live" | "newest"): Run {
  const run = table.findRun(ctx.db, id);
  if (!run) throw new Fault("not_found", `There is no run "r${id}".`, "`ccm list-agents --all` shows the newest.");
  if (which === "newest" || (run.state !== "finished" && run.state !== "ended")) return run;
  throw new Fault("conflict", `Run r${id} has ended.`, `\`ccm agent-status r${id}\` shows how.`);
}

/** Longest wait for a host to take its lock, in ms: it needs 20; a machine that swaps needs more. */
const LAUNCH_MS = 15_000;
const LAUNCH_POLL_MS = 5;

/**
 * Shows the commit in the tree, writes the run folder, records that, and only then starts the host. Repeated after a
 * crash at any point it starts at most one: a host finds the lock taken, or the run started.
 */
export async function startRun(ctx: Ctx, run: Run): Promise<void> {
  const task = mustFind(ctx, run.taskId);
  if (run.state === "claimed") {
    const order = treeOrder(ctx, task);
    if (run.attempt > 1) await showCommit(ctx, run, task, order);
    ctx.outside.hosts.prepare(specOf(ctx, run, task, projectOf(ctx, run.projectId), order.level));
    if (!ctx.db.transact(() => table.setStarting(ctx.db, run.id, order.level))) return;
  }
  ctx.outside.hosts.launch(run.id);
  await untilStarted(ctx, run.id);
}

/** The first run of a task finds the tree as it was made; later ones get what they are to work on. */
async function showCommit(ctx: Ctx, run: Run, task: Task, order: TreeOrder): Promise<void> {
  if (run.kind === "gate" && run.commit) return ctx.outside.trees.show(order, run.commit, "detached");
  await ctx.outside.trees.show(order, await branchTip(ctx, task), "branch");
}

/**
 * The branch as it is: ahead of the row after a crash, or because a person committed on it; then the row follows.
 * Faults: `conflict` when it was moved away from the task's work.
 */
export async function branchTip(ctx: Ctx, task: Task): Promise<CommitId> {
  const repo = repositoryOf(projectOf(ctx, task.projectId));
  if (!task.tipCommit) throw new Error(`Task ${task.id} has begun and has no tip.`);
  const actual = await ctx.outside.git.tip(repo, `refs/heads/${task.branch}`);
  if (actual === task.tipCommit) return actual;
  if (actual && (await ctx.outside.git.contains(repo, actual, task.tipCommit))) {
    ctx.db.transact(() => {
      patchTask(ctx, task.id, { tipCommit: actual });
      record(ctx, task, "branch.advanced", "outside", { from: task.tipCommit, to: actual });
    });
    return actual;
  }
  throw new Fault(
    "conflict",
    `The branch "${task.branch}" was moved to ${actual ?? "nowhere"}, away from the task's work at ${task.tipCommit}.`,
    `\`git branch -f ${task.branch} ${task.tipCommit}\` puts it back, then \`ccm retry-task ${task.id}\`.`,
  );
}

async function untilStarted(ctx: Ctx, runId: number): Promise<void> {
  const deadline = ctx.clock.elapsed() + LAUNCH_MS;
  while (ctx.outside.hosts.look(runId).kind === "new") {
    if (ctx.clock.elapsed() > deadline)
      throw new Fault(
        "environment",
        `The host of run r${runId} did not start within ${LAUNCH_MS / 1000} s.`,
        "`ccm doctor` tries what a run needs.",
      );
    await ctx.clock.sleep(LAUNCH_POLL_MS);
  }
}

export function markRunning(ctx: Ctx, run: Run): void {
  ctx.db.transact(() => {
    if (table.setRunning(ctx.db, run.id, ctx.clock.now()))
      record(
        ctx,
        { id: run.taskId, projectId: run.projectId },
        "run.started",
        "host",
        { kind: run.kind, agent: run.agent, sandbox: run.sandbox },
        run.id,
      );
  });
}

/** After the lock was released: proves that nothing of the run is left, then records how it ended. */
export async function collectRun(ctx: Ctx, run: Run): Promise<void> {
  const survivors = await ctx.outside.hosts.reap(run.id, run.taskId);
  const state = ctx.outside.hosts.look(run.id);
  if (state.kind === "live") return;
  const exit = exitFrom(state, run, ctx.clock.now());
  ctx.db.transact(() => {
    if (!table.setEnded(ctx.db, run.id, exit, ctx.clock.now())) return;
    const task = { id: run.taskId, projectId: run.projectId };
    if (survivors.length > 0) record(ctx, task, "run.survivors-killed", "daemon", { survivors }, run.id);
    record(ctx, task, "run.ended", "host", { reason: exit?.reason, code: exit?.code, signal: exit?.signal }, run.id);
  });
}

function exitFrom(state: HostState, run: Run, now: number): ExitRecord | null {
  if (state.kind === "ended") return state.exit;
  if (state.kind === "absent") return null;
  const tail = state.kind === "died" ? state.tail : "";
  return {
    code: null,
    signal: "SIGKILL",
    reason: "died",
    startedAt: run.startedAt ?? now,
    endedAt: now,
    peakMemoryBytes: 0,
    outputBytes: 0,
    tail,
    result: null,
  };
}

/** Ends a claimed run that is not wanted any more before anything of it started. */
export function dropClaim(ctx: Ctx, run: Run): void {
  ctx.db.transact(() => {
    if (table.setEnded(ctx.db, run.id, null, ctx.clock.now())) finishRun(ctx, run, "stopped", "It was not wanted any more.");
  });
}

/** Asks a run's host to stop, once. */
export function sendStop(ctx: Ctx, run: Run, why: string): void {
  if (run.stopSent) return;
  ctx.outside.hosts.request(run.id, { kind: "stop", how: "gently" });
  ctx.db.transact(() => {
    table.setStopWanted(ctx.db, run.id, why);
    table.setStopSent(ctx.db, run.id);
    record(ctx, { id: run.taskId, projectId: run.projectId }, "run.stop-requested", "daemon", { why }, run.id);
  });
}

/** Records why a run was stopped from outside the loop, so that its end is no failure of the agent. */
export function wantStop(ctx: Ctx, run: Run, why: string): void {
  ctx.db.transact(() => table.setStopWanted(ctx.db, run.id, why));
}

/** Makes every later run number greater than `id`. */
export function reserveRunIdsUpTo(ctx: Ctx, id: number): void {
  ctx.db.transact(() => table.reserveRunIdsUpTo(ctx.db, id));
}

/** Stops the live run of a task so that the next one starts at once in its place. Faults: `conflict` without a live run. */
export function restartRun(ctx: Ctx, taskId: number): Run {
  const run = table.liveRunOf(ctx.db, taskId);
  if (!run || !ctx.db.transact(() => table.setStopWanted(ctx.db, run.id, "restart"))) {
    throw new Fault("conflict", `Task ${taskId} has no agent at work.`, "`ccm list-agents` shows those that are.");
  }
  return run;
}

/** Records the outcome of an ended run; false when somebody else did. Also used for gates, which another room judges. */
export function finishRun(ctx: Ctx, run: Run, outcome: RunOutcome, summary: string): boolean {
  return ctx.db.transact(() => {
    if (!table.setFinished(ctx.db, run.id, outcome, summary, ctx.clock.now())) return false;
    record(ctx, { id: run.taskId, projectId: run.projectId }, "run.finished", "daemon", { kind: run.kind, outcome, summary }, run.id);
    return true;
  });
}

/** Longest pause of this function is git: commits what the agent left, brings the branch in, and judges the run. */
export async function finishAgentRun(ctx: Ctx, run: Run): Promise<void> {
  let tip: CommitId | null = null;
  try {
    if (run.exit) tip = await bringHome(ctx, run);
  } catch (thrown) {
    return leaveInTree(ctx, run, thrown);
  }
  const task = mustFind(ctx, run.taskId);
  const verdict = judgeRun({
    kind: "agent",
    name: run.agent,
    exit: run.exit,
    changed: (tip ?? task.tipCommit) !== task.baseCommit,
    stopWanted: run.stopWanted,
    attempts: task.attempts,
    allowedAttempts: ctx.config.limits.attempts,
  });
  applyVerdict(ctx, run, verdict);
}

/** Work that cannot be brought in, however often it is tried, stays in the tree; run and task end with the reason. */
function leaveInTree(ctx: Ctx, run: Run, thrown: unknown): void {
  const task = mustFind(ctx, run.taskId);
  if (!(thrown instanceof Fault) || judgeFault(thrown.code, task.jobFaults + 1).kind === "retry") throw thrown;
  ctx.db.transact(() => {
    const summary = `Its work could not be brought in and stays in the tree: ${thrown.message}`;
    if (!finishRun(ctx, run, "failed", summary)) return;
    failTask(ctx, task, { code: thrown.code, text: summary, hint: thrown.hint });
  });
}

async function bringHome(ctx: Ctx, run: Run): Promise<string> {
  const task = mustFind(ctx, run.taskId);
  const project = projectOf(ctx, task.projectId);
  const order = treeOrder(ctx, task);
  const settled = await ctx.outside.trees.settle(order, `Work of ${run.agent} on: ${task.title}`);
  if (!task.tipCommit) throw new Error(`Task ${task.id} has a run but no tip.`);
  const text = { message: task.title, author: { name: project.authorName, email: project.authorEmail }, at: run.claimedAt };
  const imported = await ctx.outside.git.importBranch(order.git, order.base, task.tipCommit, text);
  const sizeBytes = await ctx.outside.trees.measure(task.id);
  ctx.db.transact(() => {
    patchTask(ctx, task.id, { tipCommit: imported.tip });
    if (settled.committedFiles > 0 || settled.left.length > 0)
      record(ctx, task, "work.committed", "daemon", { files: settled.committedFiles, left: settled.left }, run.id);
    if (settled.found.length > 0) record(ctx, task, "work.tampered", "daemon", { found: settled.found }, run.id);
    if (imported.tip !== task.tipCommit)
      record(
        ctx,
        task,
        "work.imported",
        "daemon",
        { from: task.tipCommit, to: imported.tip, grafted: imported.grafted, sizeBytes },
        run.id,
      );
  });
  return imported.tip;
}

export function finishSetupRun(ctx: Ctx, run: Run): void {
  const task = mustFind(ctx, run.taskId);
  const verdict = judgeRun({
    kind: "setup",
    name: run.agent,
    exit: run.exit,
    changed: true,
    stopWanted: run.stopWanted,
    attempts: task.attempts,
    allowedAttempts: ctx.config.limits.attempts,
  });
  applyVerdict(ctx, run, verdict);
}

function applyVerdict(ctx: Ctx, run: Run, verdict: RunVerdict): void {
  ctx.db.transact(() => {
    const task = mustFind(ctx, run.taskId);
    const summary =
      verdict.kind === "fail"
        ? verdict.error.text
        : describeExit(`${run.kind === "setup" ? "The set-up command" : `The agent "${run.agent}"`}`, run.exit);
    if (!finishRun(ctx, run, outcomeOf(run.exit), summary)) return;
    if (task.state === stageOf(run.kind)) moveOn(ctx, run, task, verdict);
  });
}

function moveOn(ctx: Ctx, run: Run, task: Task, verdict: RunVerdict): void {
  switch (verdict.kind) {
    case "advance":
      if (run.kind === "setup") setupIsDone(ctx, task.id);
      patchTask(ctx, task.id, run.kind === "setup" ? { attempts: 0 } : { attempts: 0, stageDone: true, instruction: null });
      return;
    case "no_change":
      moveTask(ctx, {
        task,
        to: "done",
        patch: { result: "no_change", attempts: 0, instruction: null },
        why: "The agent changed nothing.",
      });
      return;
    case "again":
      return;
    case "retry":
      patchTask(ctx, task.id, {
        attempts: verdict.attempts,
        notBefore: ctx.clock.now() + verdict.delayMs,
        ...(run.kind === "agent" ? { instruction: retryInstruction(verdict.why, run.exit) } : {}),
      });
      setWaiting(ctx, mustFind(ctx, task.id), {
        reason: "retry",
        text: `${verdict.why} Try ${verdict.attempts + 1} follows in ${verdict.delayMs / 1000} s.`,
      });
      return;
    case "fail":
      failTask(ctx, task, verdict.error);
      return;
  }
}

/** The kind of run that an executing task needs next, or null while its tree is not ready or its stage is done. */
export function nextRunKind(ctx: Ctx, task: Task): "setup" | "agent" | null {
  const worktree = findWorktree(ctx, task.id);
  if (worktree?.state !== "ready" || task.stageDone) return null;
  return worktree.setup === "needed" ? "setup" : "agent";
}
