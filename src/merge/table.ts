// All SQL on merges.
import type { Db } from "../kernel/database.ts";
import type { Merge, MergeState } from "./schema.ts";

const COLUMNS = `task_id AS taskId, project_id AS projectId, state, branch, commit_id AS "commit", from_commit AS "from",
  intended_at AS intendedAt, merged_at AS mergedAt`;

/** Writes down which commit is about to become the base, and from where. A merged row is never replaced. */
export function putIntent(db: Db, merge: Omit<Merge, "state" | "mergedAt">): void {
  db.sql
    .query<null, [number, number, string, string, string, number]>(
      `INSERT INTO merges (task_id, project_id, state, branch, commit_id, from_commit, intended_at) VALUES (?1, ?2, 'intended', ?3, ?4, ?5, ?6)
       ON CONFLICT (task_id) DO UPDATE SET state = 'intended', branch = ?3, commit_id = ?4, from_commit = ?5, intended_at = ?6
       WHERE state <> 'merged'`,
    )
    .run(merge.taskId, merge.projectId, merge.branch, merge.commit, merge.from, merge.intendedAt);
}

export function findMerge(db: Db, taskId: number): Merge | null {
  return db.sql.query<Merge, [number]>(`SELECT ${COLUMNS} FROM merges WHERE task_id = ?`).get(taskId);
}

/** Intents whose outcome is not known yet. */
export function openIntents(db: Db): Merge[] {
  return db.sql.query<Merge, []>(`SELECT ${COLUMNS} FROM merges WHERE state = 'intended' ORDER BY intended_at, task_id`).all();
}

export function settleMerge(db: Db, taskId: number, state: Exclude<MergeState, "intended">, at: number): boolean {
  return (
    db.sql
      .query<null, [number, string, number]>(
        "UPDATE merges SET state = ?2, merged_at = CASE WHEN ?2 = 'merged' THEN ?3 END WHERE task_id = ?1 AND state = 'intended'",
      )
      .run(taskId, state, at).changes > 0
  );
}
