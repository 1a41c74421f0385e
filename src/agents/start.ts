// How a run starts and stops: the tree shows its commit, the run folder is written, a host is started at most once.
import { automationOrders } from "../hooks/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf, settingsAt } from "../projects/actions.ts";
import type { Project, ProjectSettings } from "../projects/schema.ts";
import { rightsOf } from "../sandbox/rules.ts";
import { mustFind, patchTask, record } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { copyWithheld, snapshotCommit, treeOrder } from "../worktrees/actions.ts";
import { NOTE_CHARS, type TreeOrder } from "../worktrees/schema.ts";
import { branchTip, finishRun } from "./actions.ts";
import type { Run } from "./schema.ts";
import { sessionOf, specOf } from "./spec.ts";
import * as table from "./table.ts";

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
    await copyWithheld(ctx, task);
    const order = treeOrder(ctx, task);
    const project = projectOf(ctx, run.projectId);
    await keepSentBack(ctx, run, task);
    if (!isFirstAtWork(ctx, run)) await showCommit(ctx, run, task, order);
    const roles = await rolesFor(ctx, run, task, project);
    const automations = run.kind === "agent" ? await automationOrders(ctx) : [];
    const spec = ctx.outside.hosts.prepare(specOf(ctx, run, { task, project, roles, automations }));
    const isStarting = ctx.db.transact(() => {
      if (!table.setStarting(ctx.db, run.id, { level: spec.sandbox.level, rights: rightsOf(spec.sandbox), session: sessionOf(spec) }))
        return false;
      if (run.kind === "agent" && task.freshSession) patchTask(ctx, task.id, { freshSession: false });
      return true;
    });
    if (!isStarting) return;
  }
  ctx.outside.hosts.launch(run.id);
  await untilStarted(ctx, run.id);
}

/** What person and repository say about the role, as of the base that the task's branch is on. */
async function rolesFor(ctx: Ctx, run: Run, task: Task, project: Project): Promise<ProjectSettings["roles"]> {
  if (run.kind !== "agent" || !task.baseCommit) return {};
  return (await settingsAt(ctx, project, task.baseCommit)).roles;
}

/** Nothing but set-up has been in the tree, and what set-up made there is for the agent to use. */
function isFirstAtWork(ctx: Ctx, run: Run): boolean {
  return run.kind !== "gate" && table.runsOf(ctx.db, run.taskId).every((other) => other.id >= run.id || other.kind === "setup");
}

/** What was finished and comes back to its agent can be gone back to. */
async function keepSentBack(ctx: Ctx, run: Run, task: Task): Promise<void> {
  if (run.kind !== "agent" || table.agentRunBefore(ctx.db, run, 0)?.outcome !== "passed") return;
  const note = task.cause.split("\n")[0]?.slice(0, NOTE_CHARS) ?? "";
  await snapshotCommit(ctx, task, await branchTip(ctx, task), { why: "send-back", note });
}

/** Later runs get what they are to work on: a gate its exact commit, an agent its branch. */
async function showCommit(ctx: Ctx, run: Run, task: Task, order: TreeOrder): Promise<void> {
  if (run.kind === "gate" && run.commit) return ctx.outside.trees.show(order, run.commit, "detached");
  await ctx.outside.trees.show(order, await branchTip(ctx, task), followsParked(ctx, run) ? "as left" : "branch");
}

/** Nothing has been in the tree since an agent was parked there. */
function followsParked(ctx: Ctx, run: Run): boolean {
  return table.runsOf(ctx.db, run.taskId).findLast((other) => other.id < run.id)?.exit?.reason === "parked";
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
        { kind: run.kind, agent: run.agent, sandbox: run.sandbox, network: run.rights?.network, user: run.rights?.user },
        run.id,
      );
  });
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
