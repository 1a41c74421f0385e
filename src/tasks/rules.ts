// THE state machine: which move a task may make, and what a fault of the daemon's own work means for it.
import { Fault } from "../kernel/fault.ts";
import type { Approval } from "../projects/schema.ts";
import type { Task, TaskBrief, TaskShape, TaskState, WaitingReason } from "./schema.ts";

/**
 * Every move there is. A move not in this table is a Fault. `queued`, `paused`, `failed` and `cancelled` can become `done`
 * because a person may say so, or the work may break, in the very moment in which the base moves: the merge is the fact.
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
  failed: ["queued", "done"],
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
  const where = `\`ccm task-status ${task.id}\` shows where it is.`;
  if (task.state === to) return new Fault("conflict", `Task ${task.id} is "${to}" already.`, where);
  return new Fault("conflict", `Task ${task.id} is "${task.state}" and cannot become "${to}".`, where);
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

const AGENT_REASONS: ReadonlySet<WaitingReason> = new Set(["provider", "limit", "login", "agent"]);

/** Waits for what concerns its agent as a whole, and so for longer than a task's own trouble takes. */
export function isHeldByAgent({ waiting }: Pick<Task, "waiting">): boolean {
  return waiting !== null && AGENT_REASONS.has(waiting.reason);
}

/** What only a person clears. Everything else passes by itself, or with what it waits for. */
const PERSONS_REASONS: ReadonlySet<WaitingReason> = new Set(["approval", "question", "dirty_checkout", "conflict", "fault", "disk"]);

/** Whether a task goes on only when a person does something about it. */
export function waitsForPerson({ waiting }: Pick<Task, "waiting">): boolean {
  return waiting !== null && PERSONS_REASONS.has(waiting.reason);
}

/**
 * What runs of a task from outside do without until a person gives it back. `network`: more than their model. `secrets`: the
 * project's variables and copied files. `auto-merge`: merging without a person, where the project does that.
 */
export const RIGHTS = ["network", "secrets", "auto-merge"] as const;
export type Right = (typeof RIGHTS)[number];

/** What the runs of a task do without: nothing while all that it says is the person's own. */
export function loweredRights({ origin, lifted }: Pick<Task, "origin" | "lifted">): Right[] {
  return origin === "person" ? [] : RIGHTS.filter((right) => !lifted.includes(right));
}

/** What a right that is lowered means, for people; without a full stop. */
const WITHOUT: Record<Right, string> = {
  network: "reach their model and nothing else",
  secrets: "get no variables and no copied files of the project",
  "auto-merge": "merge only after you approve",
};

/** What the runs of a task from outside do without, in a sentence; empty where that is nothing. */
export function loweredSentence(task: Pick<Task, "origin" | "lifted">): string {
  const parts = loweredRights(task).map((right) => WITHOUT[right]);
  if (parts.length === 0) return "";
  return `Its runs ${parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`}.`;
}

/** Whether a person approves the merge: of what came from outside always, until they said that it may merge by itself. */
export function approvalFor(task: Pick<Task, "origin" | "lifted">, { approval }: { approval: Approval }): Approval {
  return loweredRights(task).includes("auto-merge") ? "ask" : approval;
}

/** What a task waits for, in a word or two; the whole sentence is in its status. */
const WAITS: Record<WaitingReason, string> = {
  dependency: "other tasks",
  capacity: "a slot",
  memory: "memory",
  retry: "another try",
  run_ending: "its run's end",
  approval: "you",
  dirty_checkout: "your checkout",
  merge_queue: "its turn",
  conflict: "you",
  fault: "a fault to pass",
  sandbox: "a sandbox",
  question: "your answer",
  provider: "its provider",
  limit: "its usage limit",
  login: "a login",
  agent: "its agent",
  load: "the machine's load",
  disk: "room on the disk",
};

export function waitsText(reason: WaitingReason): string {
  return WAITS[reason];
}

/** What a person can do to a task by one word, or a closer look that comes first. */
export type PersonsMove = { kind: "move"; word: "pause" | "resume" | "retry"; label: string } | { kind: "look"; label: string };

/** What a person would most likely do next with a task; null when it is done. */
export function likelyMove(task: Pick<TaskBrief, "state" | "waiting">): PersonsMove | null {
  if (task.state === "done") return null;
  if (task.waiting?.reason === "question") return { kind: "look", label: "Answer" };
  if (task.state === "approving") return { kind: "look", label: "Review" };
  if (isHeldByAgent(task)) return { kind: "move", word: "resume", label: "Try now" };
  if (task.state === "paused") return { kind: "move", word: "resume", label: "Resume" };
  return isFinal(task.state) ? { kind: "move", word: "retry", label: "Retry" } : { kind: "move", word: "pause", label: "Pause" };
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

/** Largest number that is taken from a ref's name: beyond it somebody's own branch would make ids that nobody can type. */
const LARGEST_REF_ID = 1_000_000_000;
const NUMBERED_REF = /^refs\/(?:heads\/ccm\/task-|ccm\/(?:trash|base|refused|snapshots)\/)(\d+)(?:\/\d+)?$/;

/** The highest task number that refs of a repository hold: task branches, kept work, pinned bases. 0 without one. */
export function highestTaskNumber(refs: readonly string[]): number {
  return refs.reduce((highest, ref) => {
    const number = Number(NUMBERED_REF.exec(ref)?.[1] ?? 0);
    return number <= LARGEST_REF_ID ? Math.max(highest, number) : highest;
  }, 0);
}

/** `reached`, a Fault when the task can no longer come there by itself, or `waiting`. */
export type WaitVerdict = "reached" | "waiting" | Fault;

/**
 * Whether somebody who waits for a state may go on: the task is in it, or has passed through it since (`passed`).
 * Another final state ends the wait: `failed` for a task that failed, `conflict` for any other end.
 */
export function judgeWait(
  task: Pick<Task, "id" | "state" | "error" | "result">,
  wanted: TaskState,
  passed: readonly TaskState[],
): WaitVerdict {
  if (task.state === wanted || passed.includes(wanted)) return "reached";
  if (!isFinal(task.state)) return "waiting";
  const why = task.error ? ` ${task.error.text}` : task.result ? ` (${task.result})` : "";
  const hint = task.error?.hint || `\`ccm task-status ${task.id}\` shows how it ended.`;
  return new Fault(
    task.state === "failed" ? "failed" : "conflict",
    `Task ${task.id} is "${task.state}" and will not become "${wanted}".${why}`,
    hint,
  );
}

/** A task as scripts and the web read it: the names and order of its fields are a contract. */
export function taskShape(task: TaskBrief, project: string): TaskShape {
  const { waiting, error } = task;
  return {
    id: task.id,
    uuid: task.uuid,
    project,
    title: task.title,
    kind: task.kind,
    state: task.state,
    waiting: waiting && { reason: waiting.reason, text: waiting.text, since: iso(waiting.since) },
    result: task.result,
    branch: task.branch,
    commit: task.mergedCommit ?? task.tipCommit,
    error: error && { code: error.code, message: error.text, hint: error.hint },
    runs: task.runs,
    costUsd: task.costUsd,
    createdAt: iso(task.createdAt),
    updatedAt: iso(task.updatedAt),
    origin: task.origin,
    source: task.source,
    lowered: loweredRights(task),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** How a state is to look: what is good, bad, waits for a person, is over, or goes on. */
export function stateTone(state: TaskState): "green" | "red" | "yellow" | "dim" | "bold" {
  if (state === "done") return "green";
  if (state === "failed") return "red";
  if (state === "approving" || state === "paused") return "yellow";
  return state === "cancelled" || state === "queued" ? "dim" : "bold";
}
