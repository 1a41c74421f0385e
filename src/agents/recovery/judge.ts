// What the end of a run does: its outcome, the agent's breaker, and what the task does next, in one transaction.
import type { Ctx } from "../../kernel/context.ts";
import { failTask, moveTask, mustFind, patchTask, setWaiting } from "../../tasks/actions.ts";
import { isFinal } from "../../tasks/rules.ts";
import type { Task } from "../../tasks/schema.ts";
import { setupIsDone } from "../../worktrees/actions.ts";
import { finishRun } from "../actions.ts";
import { messageInstruction, outcomeOf, retryInstruction, stageOf } from "../rules.ts";
import type { Run, RunOutcome } from "../schema.ts";
import * as table from "../table.ts";
import { noteEnding } from "./breakers.ts";
import { describeEnding, type Ending, type EndingKind, endingOf } from "./failure.ts";
import { saidByPeople } from "./live-recovery.ts";
import { judgeRun, type RunFacts, type RunVerdict, subjectOf } from "./recovery.ts";

/** Judges an ended run of an agent or of set-up. `work`: whether the branch holds something that its base does not. */
export function judgeEnd(ctx: Ctx, ended: Run, work: "changed" | "unchanged"): void {
  const run = { ...ended, exit: ended.exit && { ...ended.exit, undelivered: saidByPeople(ended.exit.undelivered) } };
  ctx.db.transact(() => {
    const task = mustFind(ctx, run.taskId);
    const ending = endingFor(ctx, run);
    const verdict = judgeRun(factsFor(ctx, { run, task, ending, work }));
    const summary = verdict.kind === "fail" ? verdict.error.text : describeEnding(subjectFor(run), ending);
    if (!finishRun(ctx, run, outcomeFor(run, ending.kind), summary)) return;
    if (run.kind === "agent") noteEnding(ctx, run, ending);
    if (task.state === stageOf(run.kind)) moveOn(ctx, run, task, verdict);
    else if (!isFinal(task.state)) patchTask(ctx, task.id, unheard(run, task));
  });
}

function endingFor(ctx: Ctx, run: Run): Ending {
  return endingOf({ exit: run.exit, observed: table.observedOf(ctx.db, run.id), session: run.session, stopWanted: run.stopWanted });
}

function subjectFor(run: Run): string {
  return subjectOf({ kind: run.kind, name: run.agent });
}

/** Exit codes say what a process did; whether an agent's work passed is said by how it ended. */
function outcomeFor(run: Run, kind: EndingKind): RunOutcome {
  if (run.exit?.reason !== "exited") return kind === "stalled" || kind === "looping" ? "failed" : outcomeOf(run.exit);
  if (kind === "ok") return "passed";
  return kind === "parked" || kind === "interrupted" ? "stopped" : "failed";
}

type Ended = { run: Run; task: Task; ending: Ending; work: "changed" | "unchanged" };

function factsFor(ctx: Ctx, { run, task, ending, work }: Ended): RunFacts {
  return {
    kind: run.kind === "setup" ? "setup" : "agent",
    name: run.agent,
    exit: run.exit,
    ending,
    before: run.kind === "agent" ? endingBefore(ctx, run, task) : null,
    changed: work === "changed",
    stopWanted: run.stopWanted,
    attempts: task.attempts,
    allowedAttempts: ctx.config.limits.attempts,
    setbacks: task.setbacks,
    setbackSince: task.setbackSince,
    lostPlace: lostPlace(ctx, run, ending.kind),
    now: ctx.clock.now(),
    random: ctx.ids.random(),
  };
}

/** A person's word begins anew: what was before it does not count. */
function endingBefore(ctx: Ctx, run: Run, task: Task): EndingKind | null {
  const before = table.agentRunBefore(ctx.db, run, task.urgedAt ?? 0);
  return before && endingFor(ctx, before).kind;
}

/** Runs whose hosts were found dead within this time of each other were lost together. */
const LOST_TOGETHER_MS = 60_000;
/** So many hosts do not die of what their agents do: a container was stopped, or somebody ended all of them. */
const LOST_TOGETHER = 3;
/** Runs are claimed in order, and no machine has more of them at once. */
const RUNS_AT_ONCE = 1_000;

/** The run's place, by age, among those that were lost with it; null when it was not, or alone. */
function lostPlace(ctx: Ctx, run: Run, kind: EndingKind): number | null {
  if (kind !== "died" && kind !== "rebooted") return null;
  const at = run.endedAt ?? ctx.clock.now();
  const ids = { from: run.id - RUNS_AT_ONCE, to: run.id + RUNS_AT_ONCE };
  const found = table.lostRuns(ctx.db, ids, { from: at - LOST_TOGETHER_MS, to: at + LOST_TOGETHER_MS });
  const unfound = table.liveRuns(ctx.db).filter((other) => other.state === "running" && ctx.outside.hosts.look(other.id).kind === "died");
  const lost = new Set([...found, ...unfound.map(({ id }) => id)]);
  if (kind === "died" && lost.size < LOST_TOGETHER) return null;
  return [...lost].filter((id) => id < run.id).length;
}

/** What a task that has come on is no longer charged with. */
const CLEAR = { attempts: 0, setbacks: 0, setbackSince: null } as const;

function moveOn(ctx: Ctx, run: Run, task: Task, verdict: RunVerdict): void {
  switch (verdict.kind) {
    case "advance":
      if (run.kind === "setup") setupIsDone(ctx, task.id);
      return patchTask(ctx, task.id, { ...CLEAR, ...(run.kind === "setup" ? {} : { stageDone: true, instruction: null }) });
    case "no_change": {
      const patch = { ...CLEAR, result: "no_change", instruction: null } as const;
      moveTask(ctx, { task, to: "done", patch, why: "The agent changed nothing." });
      return;
    }
    case "heed":
      return patchTask(ctx, task.id, { ...CLEAR, instruction: messageInstruction(verdict.messages), cause: "a person said something" });
    case "again":
      return patchTask(ctx, task.id, { ...unheard(run, task), cause: `the last run was stopped: ${verdict.cause}` });
    case "park":
      return patchTask(ctx, task.id, { ...CLEAR, ...unheard(run, task), cause: "a person answered its question" });
    case "ask":
      patchTask(ctx, task.id, { ...CLEAR, ...unheard(run, task), cause: "a person let it go on" });
      if (moveTask(ctx, { task, to: "paused", why: verdict.why }))
        setWaiting(ctx, mustFind(ctx, task.id), {
          reason: "question",
          text: `${verdict.why} \`ccm resume-task ${task.id}\` lets it go on.`,
        });
      return;
    case "setback":
      return setBack(ctx, run, task, verdict);
    case "retry":
      return tryAgain(ctx, run, task, verdict);
    case "fail":
      patchTask(ctx, task.id, unheard(run, task));
      return failTask(ctx, task, verdict.error);
  }
}

/** What a person said and no agent heard is kept for the next one. */
function unheard(run: Run, task: Task): { instruction?: string } {
  const messages = run.exit?.undelivered ?? [];
  if (messages.length === 0) return {};
  return { instruction: [task.instruction, messageInstruction(messages)].filter(Boolean).join("\n\n") };
}

function setBack(ctx: Ctx, run: Run, task: Task, { delayMs, why, reason }: RunVerdict & { kind: "setback" }): void {
  const now = ctx.clock.now();
  patchTask(ctx, task.id, {
    ...unheard(run, task),
    setbacks: task.setbacks + 1,
    setbackSince: task.setbackSince ?? now,
    notBefore: now + delayMs,
    cause: `the last run could not go on: ${why}`,
  });
  setWaiting(ctx, mustFind(ctx, task.id), { reason, text: `${why} It goes on by itself.` });
}

function tryAgain(ctx: Ctx, run: Run, task: Task, { delayMs, attempts, why, session }: RunVerdict & { kind: "retry" }): void {
  patchTask(ctx, task.id, {
    ...CLEAR,
    attempts,
    notBefore: ctx.clock.now() + delayMs,
    ...(run.kind === "agent"
      ? { instruction: retryInstruction(why, run.exit), cause: `the last run failed: ${why}`, freshSession: session === "fresh" }
      : {}),
  });
  setWaiting(ctx, mustFind(ctx, task.id), { reason: "retry", text: `${why} Try ${attempts + 1} follows in ${delayMs / 1000} s.` });
}
