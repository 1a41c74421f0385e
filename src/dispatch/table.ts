// The snapshot that dispatch plans from: reads every room's rows, writes none.
import type { Breaker } from "../agents/schema.ts";
import type { Db } from "../kernel/database.ts";
import { loweredRights } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import type { Slot, Want } from "./rules.ts";

/** The words of the partial index on begun tasks: SQLite uses it only where they stand in the statement. INDEXED BY makes a plan that reads the whole queue an error, not a surprise. */
const BEGUN = "t.state IN ('planning', 'executing', 'reviewing', 'verifying', 'approving', 'merging')";

/** Live runs, and begun tasks that hold a slot while their tree is being made. */
export function takenSlots(db: Db): Slot[] {
  return db.sql
    .query<Slot, []>(
      `SELECT r.project_id AS projectId, CASE r.kind WHEN 'agent' THEN r.agent END AS agent, r.claimed_at AS since FROM runs r WHERE r.state <> 'finished'
       UNION ALL
       SELECT t.project_id, coalesce(t.agent, p.agent), t.state_since
       FROM tasks t INDEXED BY tasks_active JOIN projects p ON p.id = t.project_id JOIN worktrees w ON w.task_id = t.id
       WHERE ${BEGUN} AND t.state = 'executing' AND t.stage_done = 0 AND w.state IN ('wanted', 'restoring')
         AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.task_id = t.id AND r.state <> 'finished')`,
    )
    .all();
}

/** Agents that nothing is started with for now. */
export function openBreakers(db: Db): Breaker[] {
  return db.sql
    .query<Breaker, []>(
      `SELECT agent, kind, failures, text, opened_at AS openedAt, retry_at AS retryAt, fingerprint FROM breakers
       WHERE opened_at IS NOT NULL ORDER BY agent`,
    )
    .all();
}

type Row = Omit<Want, "lowered"> & Pick<Task, "origin"> & { lifted: string };

function parse<R extends Row>({ origin, lifted, ...want }: R) {
  return { ...want, lowered: loweredRights({ origin, lifted: JSON.parse(lifted) }) };
}

/** Tasks that have begun and need their next run: set-up or agent while executing, the gate while verifying. */
export function begunWants(db: Db): Want[] {
  return db.sql
    .query<Row, []>(
      `SELECT t.id AS taskId, t.project_id AS projectId, t.title, t.priority, t.created_at AS createdAt, t.not_before AS notBefore, t.urged_at AS urgedAt, t.origin, t.lifted,
         CASE WHEN t.state = 'verifying' THEN 'gate' WHEN w.setup = 'needed' THEN 'setup' ELSE 'agent' END AS kind,
         CASE WHEN t.state = 'verifying' THEN c.gate WHEN w.setup = 'needed' THEN 'setup' ELSE coalesce(t.agent, p.agent) END AS name,
         CASE WHEN t.state = 'executing' AND EXISTS
           (SELECT 1 FROM questions q WHERE q.task_id = t.id AND q.answered_at IS NULL AND q.dropped_at IS NULL)
           THEN coalesce(CASE t.waiting_reason WHEN 'question' THEN t.waiting_text END, 'Its agent asked a question that nobody has answered.')
         END AS question,
         CASE WHEN t.state = 'verifying' THEN c.commit_id ELSE t.tip_commit END AS "commit",
         CASE WHEN t.state = 'verifying' THEN c.gate_command WHEN w.setup = 'needed' THEN w.setup_command END AS command
       FROM tasks t INDEXED BY tasks_active JOIN projects p ON p.id = t.project_id
         JOIN worktrees w ON w.task_id = t.id LEFT JOIN candidates c ON c.task_id = t.id
       WHERE ${BEGUN} AND (t.state = 'executing' AND t.stage_done = 0 OR t.state = 'verifying' AND c.state = 'unchecked' AND c.gate_command IS NOT NULL)
         AND w.state = 'ready'
         AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.task_id = t.id AND r.state <> 'finished')
       ORDER BY t.id`,
    )
    .all()
    .map(parse);
}

/** Begun tasks that need their next run and whose trees went to the trash while they waited for a person. */
export function begunWithoutTree(db: Db): number[] {
  return db.sql
    .query<{ taskId: number }, []>(
      `SELECT t.id AS taskId FROM tasks t INDEXED BY tasks_active
         JOIN worktrees w ON w.task_id = t.id LEFT JOIN candidates c ON c.task_id = t.id
       WHERE ${BEGUN} AND (t.state = 'executing' AND t.stage_done = 0 OR t.state = 'verifying' AND c.state = 'unchecked')
         AND w.state IN ('discarded', 'purged')
       ORDER BY t.id`,
    )
    .all()
    .map(({ taskId }) => taskId);
}

/** The first queued tasks of a project whose dependencies are met, in the order of the queue's index. */
export function queuedWants(db: Db, projectId: number, limit: number): Want[] {
  return db.sql
    .query<Row, [number, number]>(
      `SELECT t.id AS taskId, t.project_id AS projectId, t.title, t.priority, t.created_at AS createdAt, t.not_before AS notBefore, t.urged_at AS urgedAt, t.origin, t.lifted,
         'begin' AS kind, coalesce(t.agent, p.agent) AS name, NULL AS question, NULL AS "commit", NULL AS command
       FROM tasks t INDEXED BY tasks_queue JOIN projects p ON p.id = t.project_id
       WHERE t.project_id = ?1 AND t.state = 'queued' AND t.unmet = 0
       ORDER BY t.priority, t.created_at, t.id LIMIT ?2`,
    )
    .all(projectId, limit)
    .map(parse);
}

/** Queued tasks of a project that wait for others. */
export function blockedWants(db: Db, projectId: number, limit: number): (Want & { waitingText: string | null })[] {
  return db.sql
    .query<Row & { waitingText: string | null }, [number, number]>(
      `SELECT t.id AS taskId, t.project_id AS projectId, t.title, t.priority, t.created_at AS createdAt, t.not_before AS notBefore, t.urged_at AS urgedAt, t.origin, t.lifted,
         'begin' AS kind, coalesce(t.agent, p.agent) AS name, NULL AS question, NULL AS "commit", NULL AS command, t.waiting_text AS waitingText
       FROM tasks t INDEXED BY tasks_blocked JOIN projects p ON p.id = t.project_id
       WHERE t.project_id = ?1 AND t.state = 'queued' AND t.unmet > 0 ORDER BY t.id LIMIT ?2`,
    )
    .all(projectId, limit)
    .map(parse);
}
