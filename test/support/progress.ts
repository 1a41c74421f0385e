// Brings a task into a state as the loop would, but at once: moves, runs and candidates as rows.
import { claimRun, finishRun } from "../../src/agents/actions.ts";
import type { ExitRecord, Run, RunKind } from "../../src/agents/schema.ts";
import { setEnded, setRunning, setStarting } from "../../src/agents/table.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { putCandidate } from "../../src/review/table.ts";
import type { RunRights } from "../../src/sandbox/schema.ts";
import { moveTask, mustFind, patchTask } from "../../src/tasks/actions.ts";
import type { Task, TaskState } from "../../src/tasks/schema.ts";

/** What a run that nobody said anything about may do. */
export const RIGHTS: RunRights = { network: "host", hosts: [], ports: [], unixSockets: false, user: null };

/** Moves a task through the given states, one after another. */
export function moveThrough(ctx: Ctx, id: number, ...states: TaskState[]): Task {
  for (const to of states) moveTask(ctx, { task: mustFind(ctx, id), to });
  return mustFind(ctx, id);
}

/** A run of the task that is running. */
export function startedRun(ctx: Ctx, id: number, kind: RunKind = "agent", name = "demo"): Run {
  const run = claimRun(ctx, { task: mustFind(ctx, id), kind, name, commit: null, command: kind === "gate" ? "npm test" : null });
  if (!run) throw new Error(`Task ${id} has a live run already.`);
  ctx.db.transact(() => {
    setStarting(ctx.db, run.id, { level: "kernel", rights: RIGHTS, session: null });
    setRunning(ctx.db, run.id, ctx.clock.now());
  });
  return run;
}

/** Its host is gone, and it ended with an exit code and its last words; nobody has judged it yet. */
export function endRun(ctx: Ctx, run: Run, code: number, tail = ""): void {
  const at = ctx.clock.now();
  const exit: ExitRecord = {
    code,
    signal: null,
    reason: "exited",
    startedAt: at,
    endedAt: at,
    peakMemoryBytes: 52_000_000,
    outputBytes: tail.length,
    tail,
    result: null,
    undelivered: [],
  };
  ctx.db.transact(() => setEnded(ctx.db, run.id, exit, at));
}

/** The same, and its outcome is recorded. */
export function finishedRun(ctx: Ctx, run: Run, code: number, tail = ""): void {
  endRun(ctx, run, code, tail);
  finishRun(ctx, run, code === 0 ? "passed" : "failed", `The ${run.kind} "${run.agent}" ended with exit code ${code}.`);
}

/** Gives the task a base, a tip and a candidate on which the gates have passed. */
export function checkedCandidate(ctx: Ctx, id: number, commits: { base: string; tip: string; commit: string; patchId?: string }): void {
  patchTask(ctx, id, { baseCommit: commits.base, tipCommit: commits.tip });
  ctx.db.transact(() =>
    putCandidate(ctx.db, {
      taskId: id,
      state: "passed",
      base: commits.base,
      tip: commits.tip,
      commit: commits.commit,
      patchId: commits.patchId ?? "patch-1",
      gate: null,
      gateCommand: null,
      gateRunId: null,
      createdAt: ctx.clock.now(),
    }),
  );
}
