// When a tree may go, and what it may hold.
import { isFinal } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import type { Snapshot, SnapshotReason } from "./schema.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

export type Retention = { keepDays: number; trashDays: number };

/**
 * True when a tree may go to the trash: at once when its task is done (its work is merged or there was none), after
 * `keepDays` when it failed or was cancelled, because a person may want to look or to retry, or when it waits for a person
 * who does not come; its next run brings the tree back. A tree that became ready later (`readySince`) stays as long from then on.
 */
export function mayDiscard(
  task: Pick<Task, "state" | "stateSince" | "finishedAt" | "waiting">,
  now: number,
  retention: Retention,
  readySince = 0,
): boolean {
  if (task.state === "done" && readySince <= (task.finishedAt ?? 0)) return true;
  if (!isFinal(task.state) && !isIdle(task)) return false;
  const days = isFinal(task.state) ? retention.keepDays : Math.max(retention.keepDays, OPEN_DAYS);
  return now - Math.max(task.stateSince, task.waiting?.since ?? 0, readySince) >= days * DAY_MS;
}

/** Least days that a task which is not over has its tree: it may go on at any moment. */
const OPEN_DAYS = 1;

/**
 * Waits for others, with all of its work on its branch. Not so one that asked a question: the same session goes on with what it
 * has not committed.
 */
function isIdle({ state, waiting }: Pick<Task, "state" | "waiting">): boolean {
  return state === "queued" || state === "paused" || state === "approving" || state === "merging" || waiting?.reason === "conflict";
}

/** Of trees whose tasks are not done only those in which nothing has happened since then may go. */
export function idleBefore(now: number, retention: Retention): number {
  return now - retention.keepDays * DAY_MS;
}

/** Trees discarded before this time may be deleted for good; their commits stay under `refs/ccm/trash/`. */
export function purgeBefore(now: number, retention: Retention): number {
  return now - retention.trashDays * DAY_MS;
}

export const snapshotRef = (taskId: number, n: number): string => `refs/ccm/snapshots/${taskId}/${n}`;

const WHY: Record<SnapshotReason, string> = {
  commits: "some commits were made",
  "send-back": "it went back to its agent",
  rollback: "before a step back",
  asked: "asked for",
};

/** Why a state was kept, in words. */
export function whyText(why: SnapshotReason): string {
  return WHY[why];
}

/** Snapshots of one task: a day of an agent that commits all the time. */
const SNAPSHOTS_A_TASK = 100;
/** Commits after which a state is kept by itself. */
export const SNAPSHOT_COMMITS = 10;

/**
 * The snapshots that make room for newer ones, the oldest first: those that ccm took by itself after some commits, or that
 * were asked for without a word. What a person named, and what a step back left, stays.
 */
export function snapshotsToDrop(snapshots: readonly Snapshot[]): Snapshot[] {
  const passing = snapshots.filter(({ why, note }) => why === "commits" || (why === "asked" && note === ""));
  return passing.slice(0, Math.max(0, Math.min(snapshots.length - SNAPSHOTS_A_TASK, passing.length - 1)));
}

/** Snapshots of tasks that are done since before this time are let go. */
export function dropBefore(now: number, retention: Retention): number {
  return now - (retention.keepDays + retention.trashDays) * DAY_MS;
}
