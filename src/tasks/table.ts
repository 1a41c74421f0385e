// All SQL on tasks and their dependencies.
import type { SQLQueryBindings } from "bun:sqlite";
import type { Db } from "../kernel/database.ts";
import type { Right } from "./rules.ts";
import {
  type ListPlace,
  type OutsideText,
  TASK_STATES,
  type Task,
  type TaskBrief,
  type TaskError,
  type TaskFilter,
  type TaskQuery,
  type TaskSort,
  type TaskState,
  type TaskTotal,
  type Waiting,
} from "./schema.ts";

const COLUMNS = `id, uuid, project_id AS projectId, title, prompt, kind, priority, agent, state, paused_from AS pausedFrom,
  stage_done AS stageDone, unmet, waiting_reason AS waitingReason, waiting_text AS waitingText, waiting_since AS waitingSince,
  result, error_code AS errorCode, error_text AS errorText, error_hint AS errorHint, branch, base_commit AS baseCommit,
  tip_commit AS tipCommit, merged_commit AS mergedCommit, instruction, cause, fresh_session AS freshSession,
  attempts, setbacks, setback_since AS setbackSince, urged_at AS urgedAt, send_backs AS sendBacks, conflicts,
  job_faults AS jobFaults, runs, not_before AS notBefore, cost_usd AS costUsd, origin, source, lifted, created_at AS createdAt,
  updated_at AS updatedAt, state_since AS stateSince, finished_at AS finishedAt`;

type Row = Omit<Task, "stageDone" | "freshSession" | "waiting" | "error" | "lifted"> & {
  lifted: string;
  freshSession: number;
  stageDone: number;
  waitingReason: Waiting["reason"] | null;
  waitingText: string | null;
  waitingSince: number | null;
  errorCode: string | null;
  errorText: string | null;
  errorHint: string | null;
};

function parse(row: Row): Task {
  const { waitingReason, waitingText, waitingSince, errorCode, errorText, errorHint, stageDone, freshSession, lifted, ...rest } = row;
  return {
    ...rest,
    lifted: JSON.parse(lifted),
    stageDone: stageDone === 1,
    freshSession: freshSession === 1,
    waiting: waitingReason === null ? null : { reason: waitingReason, text: waitingText ?? "", since: waitingSince ?? 0 },
    error: errorCode === null ? null : { code: errorCode, text: errorText ?? "", hint: errorHint ?? "" },
  };
}

export type InsertTask = Pick<
  Task,
  "uuid" | "projectId" | "title" | "prompt" | "kind" | "priority" | "agent" | "unmet" | "origin" | "source"
> & { at: number };

/** Inserts a queued task; its branch is named after the id that SQLite gives, which is never given twice. */
export function insertTask(db: Db, task: InsertTask): Task {
  const row = db.sql
    .query<Row, SQLQueryBindings[]>(
      `INSERT INTO tasks (uuid, project_id, title, prompt, kind, priority, agent, state, unmet, branch, created_at, updated_at, state_since,
                          origin, source)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'queued', ?8,
               'ccm/task-' || (1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tasks'), 0)), ?9, ?9, ?9, ?10, ?11)
       RETURNING ${COLUMNS}`,
    )
    .get(
      ...[task.uuid, task.projectId, task.title, task.prompt, task.kind, task.priority, task.agent, task.unmet, task.at],
      ...[task.origin, task.source],
    );
  if (!row) throw new Error("INSERT INTO tasks returned no row.");
  return parse(row);
}

/** Makes every later id greater than `id`: branches and trash refs of an earlier home keep their numbers. */
export function reserveIdsUpTo(db: Db, id: number): void {
  db.sql
    .query(
      "INSERT INTO sqlite_sequence (name, seq) SELECT 'tasks', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'tasks')",
    )
    .run();
  db.sql.query<null, [number]>("UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'tasks'").run(id);
}

export function findTask(db: Db, id: number): Task | null {
  const row = db.sql.query<Row, [number]>(`SELECT ${COLUMNS} FROM tasks WHERE id = ?`).get(id);
  return row ? parse(row) : null;
}

/** Tasks that are in one of the stages between the queue and the end. */
export function activeTasks(db: Db): Task[] {
  return db.sql
    .query<Row, []>(
      `SELECT ${COLUMNS} FROM tasks
       WHERE state IN ('planning', 'executing', 'reviewing', 'verifying', 'approving', 'merging') ORDER BY id`,
    )
    .all()
    .map(parse);
}

/** `TaskFilter` is of the lists that are searched. */
export type PlainFilter = { projectId?: number; state?: TaskState; limit: number };

/** Newest last, so that the end of a list on a terminal is what is going on; at most `limit`, the newest. */
export function listTasks(db: Db, filter: PlainFilter): Task[] {
  return db.sql
    .query<Row, [number | null, string | null, number]>(
      `SELECT * FROM (SELECT ${COLUMNS} FROM tasks
         WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR state = ?2) ORDER BY id DESC LIMIT ?3) ORDER BY id`,
    )
    .all(filter.projectId ?? null, filter.state ?? null, filter.limit)
    .map(parse);
}

/** The tasks of a project that have not ended, paused ones included. */
export function openTasks(db: Db, projectId: number): Task[] {
  return db.sql
    .query<Row, [number]>(`SELECT ${COLUMNS} FROM tasks WHERE project_id = ? AND state NOT IN ('done', 'failed', 'cancelled') ORDER BY id`)
    .all(projectId)
    .map(parse);
}

/** Tasks of registered projects whose number begins with these digits, the newest first; by index, and without their long texts. */
export function tasksBeginning(
  db: Db,
  digits: string,
  states: readonly TaskState[],
  limit: number,
): Pick<Task, "id" | "title" | "state">[] {
  return db.sql
    .query<Pick<Task, "id" | "title" | "state">, [string, string, number]>(
      `SELECT id, title, state FROM tasks
       WHERE project_id IN (SELECT id FROM projects WHERE removed_at IS NULL) AND state IN (SELECT value FROM json_each(?1))
         AND id LIKE ?2 || '%' ORDER BY id DESC LIMIT ?3`,
    )
    .all(JSON.stringify(states), digits, limit);
}

/** How many tasks the filter holds for, without its limit. */
export function countTasks(db: Db, filter: Omit<PlainFilter, "limit">): number {
  const row = db.sql
    .query<{ count: number }, [number | null, string | null]>(
      "SELECT count(*) AS count FROM tasks WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR state = ?2)",
    )
    .get(filter.projectId ?? null, filter.state ?? null);
  return row?.count ?? 0;
}

/** How many tasks a project has in each state. */
export function countByState(db: Db, projectId: number): { state: TaskState; count: number }[] {
  return db.sql
    .query<{ state: TaskState; count: number }, [number]>(
      "SELECT state, tasks AS count FROM task_totals WHERE project_id = ? AND tasks > 0 ORDER BY state",
    )
    .all(projectId);
}

/** Of all projects, those that were unregistered too. */
export function taskTotals(db: Db): TaskTotal[] {
  return db.sql
    .query<TaskTotal, []>(
      "SELECT project_id AS projectId, state, tasks, cost_usd AS costUsd FROM task_totals WHERE tasks > 0 ORDER BY project_id, state",
    )
    .all();
}

/** What was spent since a time, which is the beginning of a quarter of an hour. */
export function spentSince(db: Db, at: number): number {
  const row = db.sql
    .query<{ costUsd: number | null }, [number]>("SELECT sum(cost_usd) AS costUsd FROM spending WHERE quarter >= ?")
    .get(at);
  return row?.costUsd ?? 0;
}

const BRIEF_COLUMNS = `id, uuid, project_id AS projectId, title, kind, priority, agent, state, paused_from AS pausedFrom,
  waiting_reason AS waitingReason, waiting_text AS waitingText, waiting_since AS waitingSince, result,
  error_code AS errorCode, error_text AS errorText, error_hint AS errorHint, branch, tip_commit AS tipCommit,
  merged_commit AS mergedCommit, runs, cost_usd AS costUsd, origin, source, lifted, created_at AS createdAt,
  updated_at AS updatedAt, state_since AS stateSince, finished_at AS finishedAt`;

type BriefRow = Omit<TaskBrief, "waiting" | "error" | "lifted"> &
  Pick<Row, "lifted" | "waitingReason" | "waitingText" | "waitingSince" | "errorCode" | "errorText" | "errorHint">;

/** The tasks of these numbers, in the order of the numbers. */
export function briefsOf(db: Db, ids: readonly number[]): TaskBrief[] {
  const find = db.sql.query<BriefRow, [number]>(`SELECT ${BRIEF_COLUMNS} FROM tasks WHERE id = ?`);
  return ids.flatMap((id) => find.get(id) ?? []).map(parseBrief);
}

/** Tasks in one of the stages between the queue and the end, oldest first. */
export function activeBriefs(db: Db): TaskBrief[] {
  return db.sql
    .query<BriefRow, []>(
      `SELECT ${BRIEF_COLUMNS} FROM tasks
       WHERE state IN ('planning', 'executing', 'reviewing', 'verifying', 'approving', 'merging') ORDER BY id`,
    )
    .all()
    .map(parseBrief);
}

export type EndedFilter = { projectId?: number; limit: number; before?: { at: number; id: number } };

/** The tasks that ended last, or before another one, the latest of them first. */
export function endedBriefs(db: Db, filter: EndedFilter): TaskBrief[] {
  const { projectId, limit, before } = filter;
  const beyond = before ? " AND (finished_at, id) < (?, ?)" : "";
  const ofProject = projectId === undefined ? "" : " AND project_id = ?";
  return db.sql
    .query<BriefRow, SQLQueryBindings[]>(
      `SELECT ${BRIEF_COLUMNS} FROM tasks INDEXED BY tasks_ended
       WHERE finished_at IS NOT NULL${beyond}${ofProject} ORDER BY finished_at DESC, id DESC LIMIT ?`,
    )
    .all(...(before ? [before.at, before.id] : []), ...(projectId === undefined ? [] : [projectId]), limit)
    .map(parseBrief);
}

function parseBrief(row: BriefRow): TaskBrief {
  const { waitingReason, waitingText, waitingSince, errorCode, errorText, errorHint, lifted, ...rest } = row;
  return {
    ...rest,
    lifted: JSON.parse(lifted),
    waiting: waitingReason === null ? null : { reason: waitingReason, text: waitingText ?? "", since: waitingSince ?? 0 },
    error: errorCode === null ? null : { code: errorCode, text: errorText ?? "", hint: errorHint ?? "" },
  };
}

/** What each order sorts by, and which way a list goes through it. */
const SORTS: Record<TaskSort, { key: string; way: "ASC" | "DESC"; index: string }> = {
  newest: { key: "id", way: "DESC", index: "tasks_listed" },
  oldest: { key: "id", way: "ASC", index: "tasks_listed" },
  moved: { key: "state_since", way: "DESC", index: "tasks_moved" },
  cost: { key: "cost_usd", way: "DESC", index: "tasks_costly" },
  priority: { key: "priority", way: "ASC", index: "tasks_urgent" },
};

/**
 * The places of a page of tasks, in the order of its sort. Each state is looked through by itself in the index that has
 * all that is asked for: of 100,000 tasks 10 ms where few are like that, and a tenth of one for the newest of a state.
 */
export function listPlaces(db: Db, query: TaskQuery): ListPlace[] {
  const { key, way } = SORTS[query.sort];
  const isBack = query.beyond?.towards === "beginning";
  const down = isBack ? (way === "ASC" ? "DESC" : "ASC") : way;
  const order = `ORDER BY key ${down}, id ${down} LIMIT ?`;
  const { condition, values } = conditionOf(query);
  const beyond = query.beyond ? ` AND (${key}, id) ${down === "ASC" ? ">" : "<"} (?, ?)` : "";
  const index = condition === "" ? SORTS[query.sort].index : "tasks_listed";
  const one = `SELECT * FROM (SELECT ${key} AS key, id FROM tasks INDEXED BY ${index} WHERE state = ?${condition}${beyond} ${order})`;
  const states = query.states ?? TASK_STATES;
  if (states.length === 0) return [];
  const given = [...values, ...(query.beyond ? [query.beyond.place.key, query.beyond.place.id] : []), query.limit];
  const places = db.sql
    .query<ListPlace, SQLQueryBindings[]>(`${states.map(() => one).join(" UNION ALL ")} ${order}`)
    .all(...states.flatMap((state) => [state, ...given]), query.limit);
  return isBack ? places.reverse() : places;
}

/** How many tasks a filter holds for in each state. */
export function countFiltered(db: Db, filter: TaskFilter): { state: TaskState; count: number }[] {
  const { condition, values } = conditionOf(filter);
  return db.sql
    .query<{ state: TaskState; count: number }, SQLQueryBindings[]>(
      `SELECT state, count(*) AS count FROM tasks INDEXED BY tasks_listed WHERE state > ''${condition} GROUP BY state`,
    )
    .all(...values);
}

function conditionOf(filter: TaskFilter): { condition: string; values: SQLQueryBindings[] } {
  const parts: string[] = [];
  const values: SQLQueryBindings[] = [];
  const add = (part: string, ...given: SQLQueryBindings[]) => {
    parts.push(` AND ${part}`);
    values.push(...given);
  };
  if (filter.projectId !== undefined) add("project_id = ?", filter.projectId);
  if (filter.kind !== undefined) add("kind = ?", filter.kind);
  if (filter.priority !== undefined) add("priority = ?", filter.priority);
  if (filter.agent !== undefined)
    add(`(agent = ? OR (agent IS NULL AND project_id IN (${(filter.agentProjects ?? []).map(Number).join(", ")})))`, filter.agent);
  if (filter.words !== undefined) {
    const pattern = `%${filter.words.replace(/[\\%_]/g, "\\$&")}%`;
    const number = /^\d{1,15}$/.test(filter.words) ? Number(filter.words) : -1;
    add("(title LIKE ? ESCAPE '\\' OR id = ?)", pattern, number);
  }
  return { condition: parts.join(""), values };
}

/** Moves the task if it is still in `from`; everything that belongs to the old state only is cleared. Null when it was not. */
export function moveRow(db: Db, id: number, from: TaskState, to: TaskState, at: number): Task | null {
  const row = db.sql
    .query<Row, [number, string, string, number]>(
      `UPDATE tasks SET state = ?3, updated_at = ?4, state_since = ?4, stage_done = 0, not_before = NULL, job_faults = 0,
         waiting_reason = NULL, waiting_text = NULL, waiting_since = NULL,
         paused_from = CASE WHEN ?3 = 'paused' THEN ?2 END,
         finished_at = CASE WHEN ?3 IN ('done', 'failed', 'cancelled') THEN ?4 END
       WHERE id = ?1 AND state = ?2 RETURNING ${COLUMNS}`,
    )
    .get(id, from, to, at);
  return row ? parse(row) : null;
}

/** The columns that rooms may set beside a move. */
const PATCH_COLUMNS = {
  title: "title",
  prompt: "prompt",
  priority: "priority",
  agent: "agent",
  stageDone: "stage_done",
  baseCommit: "base_commit",
  tipCommit: "tip_commit",
  mergedCommit: "merged_commit",
  instruction: "instruction",
  cause: "cause",
  freshSession: "fresh_session",
  costUsd: "cost_usd",
  attempts: "attempts",
  setbacks: "setbacks",
  setbackSince: "setback_since",
  urgedAt: "urged_at",
  sendBacks: "send_backs",
  conflicts: "conflicts",
  jobFaults: "job_faults",
  runs: "runs",
  notBefore: "not_before",
  unmet: "unmet",
  result: "result",
} as const satisfies Partial<Record<keyof Task, string>>;

/** What is to be set; an absent column stays as it is. */
export type TaskPatch = Partial<Pick<Task, keyof typeof PATCH_COLUMNS>> & { error?: TaskError | null };

export function patchRow(db: Db, id: number, patch: TaskPatch, at: number): void {
  const { error, ...plain } = patch;
  const sets = ["updated_at = ?"];
  const values: SQLQueryBindings[] = [at];
  for (const [key, value] of Object.entries(plain)) {
    sets.push(`${PATCH_COLUMNS[key as keyof typeof PATCH_COLUMNS]} = ?`);
    values.push(typeof value === "boolean" ? Number(value) : (value as SQLQueryBindings));
  }
  if (error !== undefined) {
    sets.push("error_code = ?", "error_text = ?", "error_hint = ?");
    values.push(error?.code ?? null, error?.text ?? null, error?.hint ?? null);
  }
  db.sql.query<null, SQLQueryBindings[]>(`UPDATE tasks SET ${sets.join(", ")} WHERE id = ?`).run(...values, id);
}

/** Sets or clears what the task waits for; `since` stays when the reason does. Touches nothing when nothing changes. */
export function setWaitingRow(db: Db, id: number, waiting: Waiting | null, at: number): boolean {
  const changed = db.sql
    .query<null, [number, string | null, string | null, number]>(
      `UPDATE tasks SET waiting_since = CASE WHEN ?2 IS NULL THEN NULL WHEN waiting_reason IS ?2 THEN waiting_since ELSE ?4 END,
         waiting_reason = ?2, waiting_text = ?3
       WHERE id = ?1 AND (waiting_reason IS NOT ?2 OR waiting_text IS NOT ?3)`,
    )
    .run(id, waiting?.reason ?? null, waiting?.text ?? null, at);
  return changed.changes > 0;
}

export function insertDependency(db: Db, taskId: number, afterId: number): void {
  db.sql.query<null, [number, number]>("INSERT INTO task_dependencies (task_id, after_id) VALUES (?, ?)").run(taskId, afterId);
}

/** Sets which rights a person has given back. */
export function setLifted(db: Db, id: number, lifted: readonly Right[], at: number): void {
  db.sql
    .query<null, [string, number, number]>("UPDATE tasks SET lifted = ?, updated_at = ? WHERE id = ?")
    .run(JSON.stringify(lifted), at, id);
}

export function insertText(db: Db, taskId: number, { source, text }: OutsideText, at: number): void {
  db.sql
    .query<null, [number, string, string, number]>("INSERT INTO task_texts (task_id, source, text, at) VALUES (?, ?, ?, ?)")
    .run(taskId, source, text, at);
}

/** The texts of others that a task is about, in the order in which they came. */
export function textsOf(db: Db, taskId: number): OutsideText[] {
  return db.sql.query<OutsideText, [number]>("SELECT source, text FROM task_texts WHERE task_id = ? ORDER BY id").all(taskId);
}

/** What a task comes after, each with its state and result. */
export function dependenciesOf(db: Db, taskId: number): { id: number; state: TaskState; title: string }[] {
  return db.sql
    .query<{ id: number; state: TaskState; title: string }, [number]>(
      `SELECT t.id, t.state, t.title FROM task_dependencies d JOIN tasks t ON t.id = d.after_id WHERE d.task_id = ? ORDER BY t.id`,
    )
    .all(taskId);
}

/** Ids of the tasks that come after this one. */
export function dependentsOf(db: Db, afterId: number): number[] {
  return db.sql
    .query<{ taskId: number }, [number]>("SELECT task_id AS taskId FROM task_dependencies WHERE after_id = ? ORDER BY task_id")
    .all(afterId)
    .map((row) => row.taskId);
}
