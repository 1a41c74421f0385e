// The SQL of automations: what the event log holds of them.
import type { Db } from "../kernel/database.ts";

export type LoggedRow = { seq: number; at: number; taskId: number | null; runId: number | null; data: string };

/** The newest entries of what automations did, the newest first; of one automation where its name is given. */
export function newestRecords(db: Db, name: string | null, limit: number): LoggedRow[] {
  return db.sql
    .query<LoggedRow, [string | null, number]>(
      `SELECT seq, at, task_id AS taskId, run_id AS runId, data FROM events
       WHERE name IN ('automation.ran', 'automation.failed') AND (?1 IS NULL OR data ->> 'name' = ?1)
       ORDER BY seq DESC LIMIT ?2`,
    )
    .all(name, limit);
}
