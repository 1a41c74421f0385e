// All SQL on decisions.
import type { SQLQueryBindings } from "bun:sqlite";
import type { Db } from "../kernel/database.ts";
import type { Decision } from "./schema.ts";

const COLUMNS = `id, task_id AS taskId, commit_id AS "commit", patch_id AS patchId, verdict, comment, decided_by AS "by", at`;

export function insertDecision(db: Db, decision: Omit<Decision, "id">): void {
  db.sql
    .query<null, SQLQueryBindings[]>(
      "INSERT INTO approvals (task_id, commit_id, patch_id, verdict, comment, decided_by, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .run(decision.taskId, decision.commit, decision.patchId, decision.verdict, decision.comment, decision.by, decision.at);
}

/** The last decision about a task since its work was last taken back to an earlier state, or null. */
export function lastDecision(db: Db, taskId: number): Decision | null {
  return db.sql
    .query<Decision, [number]>(`SELECT ${COLUMNS} FROM approvals WHERE task_id = ? AND void_at IS NULL ORDER BY id DESC LIMIT 1`)
    .get(taskId);
}

/** Decisions so far hold no more. Marked, and not told by their times: clocks go back. */
export function voidDecisions(db: Db, taskId: number, at: number): void {
  db.sql.query<null, [number, number]>("UPDATE approvals SET void_at = ? WHERE task_id = ? AND void_at IS NULL").run(at, taskId);
}

/** True while a merge of the task was begun and nobody knows yet what became of it. */
export function isMerging(db: Db, taskId: number): boolean {
  return (
    db.sql.query<{ task_id: number }, [number]>("SELECT task_id FROM merges WHERE task_id = ? AND state = 'intended'").get(taskId) !== null
  );
}

export function decisionsOf(db: Db, taskId: number): Decision[] {
  return db.sql.query<Decision, [number]>(`SELECT ${COLUMNS} FROM approvals WHERE task_id = ? ORDER BY id`).all(taskId);
}
