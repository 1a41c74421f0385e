// When a tree may go, and what it may hold.
import type { Task } from "../tasks/schema.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

export type Retention = { keepDays: number; trashDays: number };

/**
 * True when the tree of an ended task may go to the trash: at once when the task is done (its work is merged or there
 * was none), after `keepDays` when it failed or was cancelled, because a person may want to look or to retry. A tree that
 * became ready after its task's end (`readySince`) was brought back by a person and stays as long from then on.
 */
export function mayDiscard(task: Pick<Task, "state" | "finishedAt">, now: number, retention: Retention, readySince = 0): boolean {
  if (task.finishedAt === null) return false;
  if (readySince > task.finishedAt) return now - readySince >= retention.keepDays * DAY_MS;
  if (task.state === "done") return true;
  return now - task.finishedAt >= retention.keepDays * DAY_MS;
}

/** Trees discarded before this time may be deleted for good; their commits stay under `refs/ccm/trash/`. */
export function purgeBefore(now: number, retention: Retention): number {
  return now - retention.trashDays * DAY_MS;
}
