// THE state machine: which move a task may make, and what a fault of the daemon's own work means for it.
import { Fault } from "../kernel/fault.ts";
import type { Task, TaskState } from "./schema.ts";

/**
 * Every move there is. A move not in this table is a Fault. `queued`, `paused` and `cancelled` can become `done`
 * because a person may say so in the very moment in which the base branch moves: then the merge is the fact.
 * `verifying` and `approving` can, because a base that moved may hold the whole change by then.
 */
export const MOVES: Record<TaskState, readonly TaskState[]> = {
  queued: ["planning", "executing", "done", "paused", "failed", "cancelled"],
  planning: ["executing", "paused", "failed", "cancelled"],
  executing: ["reviewing", "verifying", "approving", "merging", "done", "paused", "failed", "cancelled"],
  reviewing: ["executing", "verifying", "approving", "merging", "paused", "failed", "cancelled"],
  verifying: ["executing", "approving", "merging", "done", "paused", "failed", "cancelled"],
  approving: ["executing", "verifying", "merging", "done", "paused", "failed", "cancelled"],
  merging: ["executing", "verifying", "approving", "done", "paused", "failed", "cancelled"],
  paused: ["queued", "planning", "executing", "reviewing", "verifying", "approving", "merging", "done", "cancelled"],
  done: [],
  failed: ["queued"],
  cancelled: ["queued", "done"],
};

export function canMove(from: TaskState, to: TaskState): boolean {
  return MOVES[from].includes(to);
}

export function isFinal(state: TaskState): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/** The Fault of a move that the table does not have. */
export function noSuchMove(task: Pick<Task, "id" | "state">, to: TaskState): Fault {
  return new Fault(
    "conflict",
    `Task ${task.id} is "${task.state}" and cannot become "${to}".`,
    `\`ccm task-status ${task.id}\` shows where it is.`,
  );
}

/** Back-off between tries in milliseconds: 2, 4, 8 s, as the product promises; later ones stay at the last. */
const RETRY_MS = [2_000, 4_000, 8_000] as const;

/** How long to wait after the `failures`-th failure in a row (from 1). */
export function retryDelayMs(failures: number): number {
  return RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? RETRY_MS[0];
}

/** Longest delay that any row asks for, in milliseconds. */
export const LONGEST_DELAY_MS = 60_000;

/** True when a delayed row may be worked on. A delay that seems longer than any ccm sets means that the clock was set back. */
export function isDue(notBefore: number | null, now: number): boolean {
  return notBefore === null || notBefore <= now || notBefore - now > LONGEST_DELAY_MS;
}

/** What to do after a fault in the daemon's own work on a task. */
export type FaultVerdict = { kind: "retry"; delayMs: number } | { kind: "fail" };

/** Tries of work that failed for a reason that retrying rarely cures. */
const HOPELESS_TRIES = 3;

/**
 * The machine's faults (disk full, git missing, a locked file) pass: they are retried for ever, once a minute in the
 * end, and shown as what the task waits for. Any other fault is about this task and fails it after three tries.
 */
export function judgeFault(code: string, faults: number): FaultVerdict {
  const passing = code === "environment" || code === "unavailable" || code === "timeout";
  if (!passing && faults >= HOPELESS_TRIES) return { kind: "fail" };
  return { kind: "retry", delayMs: Math.min(LONGEST_DELAY_MS, 2_000 * 2 ** Math.min(faults - 1, 5)) };
}
