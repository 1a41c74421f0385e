// All SQL of looking after a home: what fsck compares, and what retention takes away.
import type { RunState } from "../agents/schema.ts";
import type { Db } from "../kernel/database.ts";
import type { TaskState } from "../tasks/schema.ts";
import type { WorktreeState } from "../worktrees/schema.ts";

export type TreeRow = { taskId: number; taskState: TaskState; treeState: WorktreeState | null };

/** Tasks with one of the numbers, and all whose tree is said to be ready. */
export function treeRows(db: Db, ids: readonly number[]): TreeRow[] {
  return db.sql
    .query<TreeRow, [string]>(
      `SELECT t.id AS taskId, t.state AS taskState, w.state AS treeState
       FROM tasks t LEFT JOIN worktrees w ON w.task_id = t.id
       WHERE t.id IN (SELECT value FROM json_each(?1)) OR t.id IN (SELECT task_id FROM worktrees WHERE state = 'ready' AND state <> 'purged')`,
    )
    .all(JSON.stringify(ids));
}

export type RunRow = { runId: number; state: RunState };

/** Runs with one of the numbers, and all that are not finished. */
export function runRows(db: Db, ids: readonly number[]): RunRow[] {
  return db.sql
    .query<RunRow, [string]>(
      `SELECT id AS runId, state FROM runs WHERE id IN (SELECT value FROM json_each(?1))
       UNION SELECT id, state FROM runs WHERE state <> 'finished'`,
    )
    .all(JSON.stringify(ids));
}

/** The last number given to a row of the table, 0 when none was. */
export function lastNumber(db: Db, name: "tasks" | "runs"): number {
  return db.sql.query<{ seq: number }, [string]>("SELECT seq FROM sqlite_sequence WHERE name = ?").get(name)?.seq ?? 0;
}

export type RefRow = {
  taskId: number;
  branch: string;
  treeState: "ready" | "discarded";
  baseCommit: string | null;
  tipCommit: string | null;
  trashCommit: string | null;
};

/** A project's tasks that need refs: those with a tree, and those whose tree is in the trash. */
export function refRows(db: Db, projectId: number): RefRow[] {
  return db.sql
    .query<RefRow, [number]>(
      `SELECT t.id AS taskId, t.branch, w.state AS treeState, t.base_commit AS baseCommit, t.tip_commit AS tipCommit, w.trash_commit AS trashCommit
       FROM worktrees w JOIN tasks t ON t.id = w.task_id
       WHERE w.state IN ('ready', 'discarded') AND w.state <> 'purged' AND t.project_id = ?`,
    )
    .all(projectId);
}

/** Those of the numbers that are tasks of the project. */
export function tasksOfProject(db: Db, projectId: number, ids: readonly number[]): number[] {
  return db.sql
    .query<{ id: number }, [string, number]>("SELECT id FROM tasks WHERE id IN (SELECT value FROM json_each(?1)) AND project_id = ?2")
    .all(JSON.stringify(ids), projectId)
    .map((row) => row.id);
}

/** Deletes at most `limit` of the oldest events, if they are older than `before`; gives how many. Order of seq is order of time. */
export function deleteEvents(db: Db, before: number, limit: number): number {
  return db.sql
    .query<null, [number, number]>("DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT ?2) AND at < ?1")
    .run(before, limit).changes;
}

/** Those of the numbers whose run ended before `before` and whose task has ended as well; the folders of such runs may go. */
export function endedRuns(db: Db, ids: readonly number[], before: number): number[] {
  return db.sql
    .query<{ id: number }, [string, number]>(
      `SELECT r.id FROM runs r JOIN tasks t ON t.id = r.task_id
       WHERE r.id IN (SELECT value FROM json_each(?1)) AND r.state = 'finished' AND r.finished_at < ?2
         AND t.state IN ('done', 'failed', 'cancelled')`,
    )
    .all(JSON.stringify(ids), before)
    .map((row) => row.id);
}

/** Deletes requests that were answered before `before`. */
export function deleteRequests(db: Db, before: number): void {
  db.sql.query<null, [number]>("DELETE FROM requests WHERE answered_at < ?").run(before);
}

/** What SQLite finds wrong with the file: `ok`, or the first complaint. Reads all of it. https://sqlite.org/pragma.html#pragma_quick_check */
export function quickCheck(db: Db): string {
  return db.sql.query<{ quick_check: string }, []>("PRAGMA quick_check(1)").get()?.quick_check ?? "";
}

/** The snapshots of a project's tasks. */
export function snapshotRows(db: Db, projectId: number): { taskId: number; n: number; commit: string }[] {
  return db.sql
    .query<{ taskId: number; n: number; commit: string }, [number]>(
      `SELECT s.task_id AS taskId, s.n, s.commit_id AS "commit" FROM snapshots s JOIN tasks t ON t.id = s.task_id WHERE t.project_id = ?`,
    )
    .all(projectId);
}

/** Rows of the audit log that are looked through for verdicts, some milliseconds: most of them are verdicts where there are many. */
const AUDIT_ROWS = 5_000;

/** Calls of tools that were refused, asked about, and refused because nobody judged in time, since then. */
export function countVerdicts(db: Db, since: number): { denied: number; asked: number; late: number } {
  const found = db.sql
    .query<{ denied: number; asked: number; late: number }, [number, number]>(
      `SELECT count(*) FILTER (WHERE name = 'guard.denied') AS denied,
              count(*) FILTER (WHERE name = 'guard.asked') AS asked,
              count(*) FILTER (WHERE name = 'guard.denied' AND json_extract(data, '$.late')) AS late
       FROM (SELECT name, at, data FROM audit ORDER BY id DESC LIMIT ?) WHERE at >= ?`,
    )
    .get(AUDIT_ROWS, since);
  return found ?? { denied: 0, asked: 0, late: 0 };
}
