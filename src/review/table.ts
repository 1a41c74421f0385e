// All SQL on merge candidates.
import type { SQLQueryBindings } from "bun:sqlite";
import type { Db } from "../kernel/database.ts";
import type { MergeCandidate } from "./schema.ts";

const COLUMNS = `task_id AS taskId, state, base_commit AS base, tip_commit AS tip, commit_id AS "commit", patch_id AS patchId, gate,
  gate_command AS gateCommand, gate_run_id AS gateRunId, created_at AS createdAt`;

/** Puts a task's candidate in the place of an earlier one. */
export function putCandidate(db: Db, candidate: MergeCandidate): void {
  db.sql
    .query<null, SQLQueryBindings[]>(
      `INSERT INTO candidates (task_id, state, base_commit, tip_commit, commit_id, patch_id, gate, gate_command, gate_run_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (task_id) DO UPDATE SET state = excluded.state, base_commit = excluded.base_commit, tip_commit = excluded.tip_commit,
         commit_id = excluded.commit_id, patch_id = excluded.patch_id, gate = excluded.gate, gate_command = excluded.gate_command,
         gate_run_id = excluded.gate_run_id, created_at = excluded.created_at`,
    )
    .run(
      candidate.taskId,
      candidate.state,
      candidate.base,
      candidate.tip,
      candidate.commit,
      candidate.patchId,
      candidate.gate,
      candidate.gateCommand,
      candidate.gateRunId,
      candidate.createdAt,
    );
}

export function findCandidate(db: Db, taskId: number): MergeCandidate | null {
  return db.sql.query<MergeCandidate, [number]>(`SELECT ${COLUMNS} FROM candidates WHERE task_id = ?`).get(taskId);
}

/** Records that the gate passed on exactly this commit; false when the candidate is another one by now. */
export function setPassed(db: Db, taskId: number, commit: string, runId: number): boolean {
  return (
    db.sql
      .query<null, [number, string, number]>(
        "UPDATE candidates SET state = 'passed', gate_run_id = ?3 WHERE task_id = ?1 AND commit_id = ?2 AND state = 'unchecked'",
      )
      .run(taskId, commit, runId).changes > 0
  );
}

export function setStale(db: Db, taskId: number): void {
  db.sql.query<null, [number]>("UPDATE candidates SET state = 'stale' WHERE task_id = ?").run(taskId);
}
