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

/** The last decision about a task, or null. */
export function lastDecision(db: Db, taskId: number): Decision | null {
  return db.sql.query<Decision, [number]>(`SELECT ${COLUMNS} FROM approvals WHERE task_id = ? ORDER BY id DESC LIMIT 1`).get(taskId);
}

export function decisionsOf(db: Db, taskId: number): Decision[] {
  return db.sql.query<Decision, [number]>(`SELECT ${COLUMNS} FROM approvals WHERE task_id = ? ORDER BY id`).all(taskId);
}
