// Runs as other rooms see them: claimed, found, stopped, finished. Finishing is bound to the run that was claimed.
import type { CommitId } from "../git/schema.ts";
import { realClock } from "../kernel/clock.ts";
import type { Config, Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import type { Paths } from "../kernel/paths.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { mustFind, patchTask, record, setWaiting } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { giveAnswer } from "./questions.ts";
import { breakersOf } from "./recovery/breakers.ts";
import type { AgentHere, AskedQuestion, Breaker, PersonsAnswer, Run, RunKind, RunOutcome } from "./schema.ts";
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
      attempt: table.countRuns(ctx.db, task.id, claim.kind) + 1,
      cause: claim.kind === "agent" ? task.cause : claim.kind,
      session: null,
      commit: claim.commit,
      command: claim.command,
      at: ctx.clock.now(),
    });
    if (!run) return null;
    patchTask(ctx, task.id, { runs: task.runs + 1 });
    record(ctx, task, "run.claimed", "daemon", { kind: run.kind, agent: run.agent, cause: run.cause }, run.id);
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

/** The newest first. */
export function newestRunsOf(ctx: Ctx, taskId: number, limit: number, before?: number): Run[] {
  return table.newestRunsOf(ctx.db, taskId, limit, before);
}

export function newestRuns(ctx: Ctx, limit: number, before?: number): Run[] {
  return table.newestRuns(ctx.db, limit, before);
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

/** What an agent asks of a person and its task waits for, or null. */
export function openQuestion(ctx: Ctx, taskId: number): AskedQuestion | null {
  return table.openQuestion(ctx.db, taskId);
}

/** Answers it; see `giveAnswer`. Faults: `conflict` without a question, `invalid`. */
export function answerQuestion(ctx: Ctx, taskId: number, answer: PersonsAnswer): AskedQuestion {
  return giveAnswer(ctx, taskId, answer);
}

/** The agents that nothing is started with for now. */
export function heldAgents(ctx: Ctx): Breaker[] {
  return breakersOf(ctx).filter(({ openedAt }) => openedAt !== null);
}

/** Records why a run was stopped from outside the loop, so that its end is no failure of the agent. */
export function wantStop(ctx: Ctx, run: Run, why: string): void {
  ctx.db.transact(() => table.setStopWanted(ctx.db, run.id, why));
}

/** What pages show of runs and of what they printed; loaded with the first of them, since nothing else needs it. */
export async function shownRuns(): Promise<typeof import("./shown.ts") & typeof import("./transcript/log-window.ts")> {
  const [shown, log] = await Promise.all([import("./shown.ts"), import("./transcript/log-window.ts")]);
  return { ...shown, ...log };
}

/** Makes every later run number greater than `id`. */
export function reserveRunIdsUpTo(ctx: Ctx, id: number): void {
  ctx.db.transact(() => table.reserveRunIdsUpTo(ctx.db, id));
}

/** The agents on this machine, for those who check it; takes 0.1 s where claude is installed. */
export async function agentsHere(config: Config, env: Readonly<Record<string, string | undefined>>): Promise<AgentHere[]> {
  const { findAgents } = await import("./installed.ts");
  return findAgents(config, env);
}

/** Whether a home can have windows: not when its path is too long for a socket. */
export async function canHaveWindows(paths: Paths): Promise<boolean> {
  const { hasRoomForSocket } = await import("./view/tmux.ts");
  return hasRoomForSocket(paths);
}

/** Closes the windows on all runs of a home, with or without a daemon or a configuration that can be read. */
export async function endWindows(paths: Paths): Promise<void> {
  const { createWindows } = await import("./view/windows.ts");
  await createWindows({ paths, executable: [], when: "auto", elapsed: realClock.elapsed }).end();
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
    // A run that went through got along without an answer; one that was cut off asks again, or is started with it.
    if (run.kind === "agent" && outcome === "passed") table.dropQuestions(ctx.db, run.taskId, ctx.clock.now());
    record(ctx, { id: run.taskId, projectId: run.projectId }, "run.finished", "daemon", { kind: run.kind, outcome, summary }, run.id);
    return true;
  });
}
