// All SQL on worktrees.
import type { SQLQueryBindings } from "bun:sqlite";
import type { Db } from "../kernel/database.ts";
import type { SetupState, Snapshot, Worktree, WorktreeState } from "./schema.ts";

const COLUMNS = `task_id AS taskId, state, setup, setup_command AS setupCommand, copies, skipped, trash_commit AS trashCommit, unkept,
  size_bytes AS sizeBytes, measured_at AS measuredAt, created_at AS createdAt, updated_at AS updatedAt`;

type Row = Omit<Worktree, "copies" | "skipped"> & { copies: string; skipped: string };

function parse(row: Row): Worktree {
  return { ...row, copies: JSON.parse(row.copies), skipped: JSON.parse(row.skipped) };
}

/** Asks for a tree: a new row, or a discarded one that is to be made again. A tree that is there stays as it is. */
export function wantWorktree(db: Db, taskId: number, at: number): void {
  db.sql
    .query<null, [number, number]>(
      `INSERT INTO worktrees (task_id, state, setup, created_at, updated_at) VALUES (?1, 'wanted', 'unknown', ?2, ?2)
       ON CONFLICT (task_id) DO UPDATE SET
         state = CASE WHEN trash_commit IS NOT NULL AND state <> 'purged' THEN 'restoring' ELSE 'wanted' END, updated_at = ?2
         WHERE state IN ('discarding', 'discarded', 'purged')`,
    )
    .run(taskId, at);
}

export function findWorktree(db: Db, taskId: number): Worktree | null {
  const row = db.sql.query<Row, [number]>(`SELECT ${COLUMNS} FROM worktrees WHERE task_id = ?`).get(taskId);
  return row ? parse(row) : null;
}

export function worktreesIn(db: Db, state: WorktreeState, limit: number): Worktree[] {
  return db.sql
    .query<Row, [string, number]>(
      `SELECT ${COLUMNS} FROM worktrees WHERE state = ? AND state <> 'purged'
         AND (state <> 'wanted' OR EXISTS (SELECT 1 FROM tasks t WHERE t.id = task_id AND t.state NOT IN ('done', 'failed', 'cancelled')))
       ORDER BY updated_at LIMIT ?`,
    )
    .all(state, limit)
    .map(parse);
}

/** The trees of the newest tasks before one, newest first, but for those that were deleted and those in the state `without`. */
export function listWorktrees(db: Db, limit: number, without: WorktreeState, before = Number.MAX_SAFE_INTEGER): Worktree[] {
  return db.sql
    .query<Row, [string, number, number]>(
      `SELECT ${COLUMNS} FROM worktrees WHERE state <> 'purged' AND state <> ?1 AND task_id < ?2 ORDER BY task_id DESC LIMIT ?3`,
    )
    .all(without, before, limit)
    .map(parse);
}

/** Asks for a tree that was discarded, or deleted since; false when nothing was kept of it. */
export function wantRestored(db: Db, taskId: number, at: number): boolean {
  return (
    db.sql
      .query<null, [number, number]>(
        `UPDATE worktrees SET state = 'restoring', updated_at = ?2
         WHERE task_id = ?1 AND state IN ('discarded', 'purged') AND trash_commit IS NOT NULL`,
      )
      .run(taskId, at).changes > 0
  );
}

/** Those in the trash of which everything was kept, the oldest first. */
export function keptInTrash(db: Db, limit: number): Worktree[] {
  return db.sql
    .query<Row, [number]>(
      `SELECT ${COLUMNS} FROM worktrees WHERE state = 'discarded' AND state <> 'purged' AND unkept IS NULL ORDER BY updated_at LIMIT ?`,
    )
    .all(limit)
    .map(parse);
}

/** Trees in the trash of which not everything was kept, with why. */
export function unkeptTrees(db: Db): { taskId: number; unkept: string }[] {
  return db.sql
    .query<{ taskId: number; unkept: string }, []>(
      "SELECT task_id AS taskId, unkept FROM worktrees WHERE state = 'discarded' AND state <> 'purged' AND unkept IS NOT NULL ORDER BY task_id",
    )
    .all();
}

/** A tree in place that was never measured, or not since `before` although somebody may have worked in it; the longest ago first. */
export function treeToMeasure(db: Db, before: number): number | null {
  const row = db.sql
    .query<{ taskId: number }, [number]>(
      `SELECT task_id AS taskId FROM worktrees
       WHERE state = 'ready' AND state <> 'purged' AND (measured_at = 0 OR (measured_at < ?1
         AND (SELECT t.state FROM tasks t WHERE t.id = worktrees.task_id) IN ('executing', 'verifying')))
       ORDER BY measured_at LIMIT 1`,
    )
    .get(before);
  return row?.taskId ?? null;
}

/** Makes a tree in the trash older than any retention, so that the loop deletes it next, whatever was kept of it; false when it is not there. */
export function ageInTrash(db: Db, taskId: number): boolean {
  return (
    db.sql.query<null, [number]>("UPDATE worktrees SET updated_at = 0, unkept = NULL WHERE task_id = ? AND state = 'discarded'").run(taskId)
      .changes > 0
  );
}

/** Trees in place whose task is done, or to which nothing has happened since `before`, the oldest first: what retention looks at. */
export function idleWorktrees(db: Db, before: number, limit: number): Worktree[] {
  return db.sql
    .query<Row, [number, number]>(
      `SELECT ${COLUMNS} FROM worktrees
       WHERE state = 'ready' AND state <> 'purged' AND EXISTS (SELECT 1 FROM tasks t WHERE t.id = worktrees.task_id AND
         (t.state = 'done' AND worktrees.updated_at <= t.finished_at
          OR max(t.state_since, coalesce(t.waiting_since, 0), worktrees.updated_at) <= ?1))
       ORDER BY updated_at LIMIT ?2`,
    )
    .all(before, limit)
    .map(parse);
}

/** Trees that are still in place although their task has ended, oldest first. */
export function endedWorktrees(db: Db, limit: number): Worktree[] {
  return db.sql
    .query<Row, [number]>(
      `SELECT ${COLUMNS} FROM worktrees
       WHERE state = 'ready' AND state <> 'purged'
         AND (SELECT t.state FROM tasks t WHERE t.id = worktrees.task_id) IN ('done', 'failed', 'cancelled')
       ORDER BY updated_at LIMIT ?1`,
    )
    .all(limit)
    .map(parse);
}

/** Trees that have been in the trash since before a time, oldest first; but for those of which not everything was kept. */
export function oldDiscarded(db: Db, before: number, limit: number): Worktree[] {
  return db.sql
    .query<Row, [number, number]>(
      `SELECT ${COLUMNS} FROM worktrees WHERE state = 'discarded' AND state <> 'purged' AND unkept IS NULL AND updated_at <= ? ORDER BY updated_at LIMIT ?`,
    )
    .all(before, limit)
    .map(parse);
}

/** Moves a tree from one state to another; false when it was not in `from`. */
export function moveWorktree(db: Db, taskId: number, from: WorktreeState, to: WorktreeState, at: number): boolean {
  return (
    db.sql
      .query<null, [number, string, string, number]>("UPDATE worktrees SET state = ?3, updated_at = ?4 WHERE task_id = ?1 AND state = ?2")
      .run(taskId, from, to, at).changes > 0
  );
}

export type WorktreePatch = Partial<
  Pick<Worktree, "setupCommand" | "copies" | "skipped" | "trashCommit" | "unkept" | "sizeBytes" | "measuredAt">
> & {
  setup?: SetupState;
};

const PATCH_COLUMNS: Record<keyof WorktreePatch, string> = {
  setup: "setup",
  setupCommand: "setup_command",
  copies: "copies",
  skipped: "skipped",
  trashCommit: "trash_commit",
  unkept: "unkept",
  sizeBytes: "size_bytes",
  measuredAt: "measured_at",
};

export function patchWorktree(db: Db, taskId: number, patch: WorktreePatch): void {
  const entries = Object.entries(patch);
  const sets = entries.map(([key]) => `${PATCH_COLUMNS[key as keyof WorktreePatch]} = ?`).join(", ");
  const values = entries.map(
    ([, value]) => (typeof value === "object" && value !== null ? JSON.stringify(value) : value) as SQLQueryBindings,
  );
  db.sql.query<null, SQLQueryBindings[]>(`UPDATE worktrees SET ${sets} WHERE task_id = ?`).run(...values, taskId);
}

const SNAPSHOT_COLUMNS = `task_id AS taskId, n, commit_id AS "commit", base_commit AS base, why, note, unfinished, at`;

export function insertSnapshot(db: Db, snapshot: Snapshot): void {
  const { taskId, n, commit, base, why, note, unfinished, at } = snapshot;
  db.sql
    .query<null, SQLQueryBindings[]>(
      "INSERT INTO snapshots (task_id, n, commit_id, base_commit, why, note, unfinished, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .run(taskId, n, commit, base, why, note, unfinished, at);
}

export function findSnapshot(db: Db, taskId: number, n: number): Snapshot | null {
  return db.sql.query<Snapshot, [number, number]>(`SELECT ${SNAPSHOT_COLUMNS} FROM snapshots WHERE task_id = ? AND n = ?`).get(taskId, n);
}

/** The oldest first. */
export function snapshotsOf(db: Db, taskId: number): Snapshot[] {
  return db.sql.query<Snapshot, [number]>(`SELECT ${SNAPSHOT_COLUMNS} FROM snapshots WHERE task_id = ? ORDER BY n`).all(taskId);
}

export function deleteSnapshot(db: Db, taskId: number, n: number): void {
  db.sql.query<null, [number, number]>("DELETE FROM snapshots WHERE task_id = ? AND n = ?").run(taskId, n);
}

/** Tasks that are done since before a time and still have snapshots. */
export function doneWithSnapshots(db: Db, before: number, limit: number): number[] {
  return db.sql
    .query<{ taskId: number }, [number, number]>(
      `SELECT DISTINCT s.task_id AS taskId FROM snapshots s
       WHERE (SELECT t.state FROM tasks t WHERE t.id = s.task_id AND t.finished_at < ?1) = 'done' ORDER BY s.task_id LIMIT ?2`,
    )
    .all(before, limit)
    .map(({ taskId }) => taskId);
}

/** When the task's work was last taken back to an earlier state, epoch ms; null if never. */
export function lastRollback(db: Db, taskId: number): number | null {
  const row = db.sql
    .query<{ at: number | null }, [number]>("SELECT max(at) AS at FROM snapshots WHERE task_id = ? AND why = 'rollback'")
    .get(taskId);
  return row?.at ?? null;
}

/** Tasks in whose trees an agent may be at work. */
export function treesAtWork(db: Db): number[] {
  return db.sql
    .query<{ taskId: number }, []>(
      `SELECT t.id AS taskId FROM tasks t JOIN worktrees w ON w.task_id = t.id
       WHERE t.state = 'executing' AND t.stage_done = 0 AND w.state = 'ready' AND w.state <> 'purged' ORDER BY t.id`,
    )
    .all()
    .map(({ taskId }) => taskId);
}
