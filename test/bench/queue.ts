// Many queued tasks at once: rows as `createTask` makes them, in one statement.
import type { Db } from "../../src/kernel/database.ts";

export function fillQueue(db: Db, projectId: number, count: number): void {
  db.sql.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO tasks (uuid, project_id, title, prompt, kind, priority, state, branch, created_at, updated_at, state_since)
     SELECT 'uuid-' || i, ?1, 'Task ' || i, 'Do what has to be done.', 'custom', i % 4, 'queued', 'ccm/task-' || i, i, i, i FROM n`,
    [projectId, count],
  );
  db.sql.run("ANALYZE");
}
