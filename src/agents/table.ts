// All SQL on runs.
import type { SQLQueryBindings } from "bun:sqlite";
import type { Db } from "../kernel/database.ts";
import type { RunRights, SandboxLevel } from "../sandbox/schema.ts";
import { questionText } from "./question-text.ts";
import type { AnswerVerdict, AskedQuestion, Breaker, ExitRecord, Question, Run, RunKind, RunOutcome } from "./schema.ts";
import type { Activity, Observed, Verdict } from "./signs/signs.ts";

const COLUMNS = `id, uuid, task_id AS taskId, project_id AS projectId, kind, state, agent, attempt, cause, session, commit_id AS "commit", command,
  sandbox, rights, stop_wanted AS stopWanted, stop_sent AS stopSent, exit, outcome, summary, claimed_at AS claimedAt,
  started_at AS startedAt, ended_at AS endedAt, finished_at AS finishedAt`;

type Row = Omit<Run, "exit" | "rights" | "stopSent"> & { exit: string | null; rights: string | null; stopSent: number };

function parse(row: Row): Run {
  return {
    ...row,
    stopSent: row.stopSent === 1,
    rights: row.rights === null ? null : (JSON.parse(row.rights) as RunRights),
    exit: row.exit === null ? null : (JSON.parse(row.exit) as ExitRecord),
  };
}

export type InsertRun = Pick<
  Run,
  "uuid" | "taskId" | "projectId" | "kind" | "agent" | "attempt" | "cause" | "session" | "commit" | "command"
> & { at: number };

/** Claims: a unique index refuses a second live run of the same task, and then null is returned. */
export function insertRun(db: Db, run: InsertRun): Run | null {
  const row = db.sql
    .query<Row, SQLQueryBindings[]>(
      `INSERT INTO runs (uuid, task_id, project_id, kind, state, agent, attempt, cause, session, commit_id, command, claimed_at)
       VALUES (?, ?, ?, ?, 'claimed', ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
    )
    .get(run.uuid, run.taskId, run.projectId, run.kind, run.agent, run.attempt, run.cause, run.session, run.commit, run.command, run.at);
  return row ? parse(row) : null;
}

export function findRun(db: Db, id: number): Run | null {
  const row = db.sql.query<Row, [number]>(`SELECT ${COLUMNS} FROM runs WHERE id = ?`).get(id);
  return row ? parse(row) : null;
}

/** Every run that is not finished, oldest first. */
export function liveRuns(db: Db): Run[] {
  return db.sql.query<Row, []>(`SELECT ${COLUMNS} FROM runs WHERE state <> 'finished' ORDER BY id`).all().map(parse);
}

export function liveRunOf(db: Db, taskId: number): Run | null {
  const row = db.sql.query<Row, [number]>(`SELECT ${COLUMNS} FROM runs WHERE task_id = ? AND state <> 'finished'`).get(taskId);
  return row ? parse(row) : null;
}

export function runsOf(db: Db, taskId: number): Run[] {
  return db.sql.query<Row, [number]>(`SELECT ${COLUMNS} FROM runs WHERE task_id = ? ORDER BY id`).all(taskId).map(parse);
}

/** The newest runs of a task, or of those before one, newest first. */
export function newestRunsOf(db: Db, taskId: number, limit: number, before = Number.MAX_SAFE_INTEGER): Run[] {
  return db.sql
    .query<Row, [number, number, number]>(`SELECT ${COLUMNS} FROM runs WHERE task_id = ? AND id < ? ORDER BY id DESC LIMIT ?`)
    .all(taskId, before, limit)
    .map(parse);
}

/** The newest runs of all tasks, or of those before one, newest first. */
export function newestRuns(db: Db, limit: number, before = Number.MAX_SAFE_INTEGER): Run[] {
  return db.sql
    .query<Row, [number, number]>(`SELECT ${COLUMNS} FROM runs WHERE id < ? ORDER BY id DESC LIMIT ?`)
    .all(before, limit)
    .map(parse);
}

export function countRuns(db: Db, taskId: number, kind: RunKind): number {
  const row = db.sql
    .query<{ count: number }, [number, string]>("SELECT count(*) AS count FROM runs WHERE task_id = ? AND kind = ?")
    .get(taskId, kind);
  return row?.count ?? 0;
}

export function setStarting(db: Db, id: number, as: { level: SandboxLevel; rights: RunRights; session: string | null }): boolean {
  return (
    db.sql
      .query<null, [number, string, string, string | null]>(
        "UPDATE runs SET state = 'starting', sandbox = ?2, rights = ?3, session = ?4 WHERE id = ?1 AND state = 'claimed'",
      )
      .run(id, as.level, JSON.stringify(as.rights), as.session).changes > 0
  );
}

export function setRunning(db: Db, id: number, at: number): boolean {
  return (
    db.sql
      .query<null, [number, number]>("UPDATE runs SET state = 'running', started_at = ?2 WHERE id = ?1 AND state = 'starting'")
      .run(id, at).changes > 0
  );
}

export function setEnded(db: Db, id: number, exit: ExitRecord | null, at: number): boolean {
  return (
    db.sql
      .query<null, [number, string | null, number]>(
        "UPDATE runs SET state = 'ended', exit = ?2, ended_at = ?3 WHERE id = ?1 AND state IN ('claimed', 'starting', 'running')",
      )
      .run(id, exit ? JSON.stringify(exit) : null, at).changes > 0
  );
}

export function setFinished(db: Db, id: number, outcome: RunOutcome, summary: string, at: number): boolean {
  return (
    db.sql
      .query<null, [number, string, string, number]>(
        "UPDATE runs SET state = 'finished', outcome = ?2, summary = ?3, finished_at = ?4 WHERE id = ?1 AND state = 'ended'",
      )
      .run(id, outcome, summary, at).changes > 0
  );
}

export function setStopWanted(db: Db, id: number, why: string): boolean {
  return (
    db.sql
      .query<null, [number, string]>("UPDATE runs SET stop_wanted = ?2 WHERE id = ?1 AND stop_wanted IS NULL AND state <> 'finished'")
      .run(id, why).changes > 0
  );
}

export function setStopSent(db: Db, id: number): void {
  db.sql.query<null, [number]>("UPDATE runs SET stop_sent = 1 WHERE id = ?1").run(id);
}

/** Makes every later run number greater than `id`: the folder of an unknown run would pass for the next one's. */
export function reserveRunIdsUpTo(db: Db, id: number): void {
  db.sql
    .query("INSERT INTO sqlite_sequence (name, seq) SELECT 'runs', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'runs')")
    .run();
  db.sql.query<null, [number]>("UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'runs'").run(id);
}

const QUESTION_COLUMNS = `id, task_id AS taskId, run_id AS runId, key, tool, input, why, asked_at AS askedAt, answered_at AS answeredAt,
  verdict, answer, answered_by AS answeredBy, delivered_at AS deliveredAt`;

/** Of a task that is over, nothing is asked any more. */
const OPEN = `answered_at IS NULL AND dropped_at IS NULL
  AND EXISTS (SELECT 1 FROM tasks t WHERE t.id = q.task_id AND t.state NOT IN ('done', 'failed', 'cancelled'))`;

type QuestionRow = Omit<AskedQuestion, "text" | "input" | "answer"> & {
  input: string;
  answeredAt: number | null;
  verdict: AnswerVerdict | null;
  answer: string | null;
  answeredBy: string | null;
};

function parseQuestion({ answeredAt, verdict, answer, answeredBy, ...row }: QuestionRow): AskedQuestion {
  const given = verdict === null ? null : { verdict, text: answer ?? "", by: answeredBy ?? "", at: answeredAt ?? 0 };
  const question = { ...row, input: JSON.parse(row.input) };
  return { ...question, text: questionText(question), answer: given };
}

/** False when this call is known as a question already; one that was dropped is open again, since it is asked again. */
export function insertQuestion(db: Db, question: Question & { taskId: number; runId: number; at: number }): boolean {
  const { taskId, runId, key, tool, input, why, at } = question;
  return (
    db.sql
      .query<null, SQLQueryBindings[]>(
        `INSERT INTO questions (task_id, run_id, key, tool, input, why, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (task_id, key) DO UPDATE SET run_id = excluded.run_id, dropped_at = NULL
         WHERE answered_at IS NULL AND dropped_at IS NOT NULL`,
      )
      .run(taskId, runId, key, tool, JSON.stringify(input ?? null), why, at).changes > 0
  );
}

export function openQuestion(db: Db, taskId: number): AskedQuestion | null {
  const row = db.sql
    .query<QuestionRow, [number]>(`SELECT ${QUESTION_COLUMNS} FROM questions q WHERE task_id = ? AND ${OPEN} ORDER BY id LIMIT 1`)
    .get(taskId);
  return row ? parseQuestion(row) : null;
}

/** Of all tasks, the oldest first. */
export function openQuestions(db: Db): AskedQuestion[] {
  return db.sql.query<QuestionRow, []>(`SELECT ${QUESTION_COLUMNS} FROM questions q WHERE ${OPEN} ORDER BY id`).all().map(parseQuestion);
}

/** Answered, and not with an agent yet. */
export function undelivered(db: Db, taskId: number): AskedQuestion[] {
  return db.sql
    .query<QuestionRow, [number]>(
      `SELECT ${QUESTION_COLUMNS} FROM questions
       WHERE task_id = ? AND answered_at IS NOT NULL AND delivered_at IS NULL AND dropped_at IS NULL ORDER BY id`,
    )
    .all(taskId)
    .map(parseQuestion);
}

/** Conditional: false when somebody answered before. */
export function setAnswered(db: Db, id: number, answer: { verdict: AnswerVerdict; text: string; by: string }, at: number): boolean {
  return (
    db.sql
      .query<null, SQLQueryBindings[]>(
        "UPDATE questions SET verdict = ?2, answer = ?3, answered_by = ?4, answered_at = ?5 WHERE id = ?1 AND answered_at IS NULL",
      )
      .run(id, answer.verdict, answer.text, answer.by, at).changes > 0
  );
}

export function setDelivered(db: Db, taskId: number, key: string, at: number): void {
  db.sql
    .query<null, [number, string, number]>(
      "UPDATE questions SET delivered_at = ?3 WHERE task_id = ?1 AND key = ?2 AND answered_at IS NOT NULL AND delivered_at IS NULL",
    )
    .run(taskId, key, at);
}

/** The same for all that were answered before `until`. */
export function setTold(db: Db, taskId: number, until: number, at: number): void {
  db.sql
    .query<null, [number, number, number]>(
      "UPDATE questions SET delivered_at = ?3 WHERE task_id = ?1 AND answered_at <= ?2 AND delivered_at IS NULL AND dropped_at IS NULL",
    )
    .run(taskId, until, at);
}

/** Those that no agent waits for any more, answered or not. */
export function dropQuestions(db: Db, taskId: number, at: number): void {
  db.sql
    .query<null, [number, number]>(
      "UPDATE questions SET dropped_at = ?2 WHERE task_id = ?1 AND delivered_at IS NULL AND dropped_at IS NULL",
    )
    .run(taskId, at);
}

/** The newest run of a task's agent that had a session of its own. */
export function lastWithSession(db: Db, taskId: number, agent: string, before: number): Run | null {
  const row = db.sql
    .query<Row, [number, string, number]>(
      `SELECT ${COLUMNS} FROM runs WHERE task_id = ? AND agent = ? AND kind = 'agent' AND session IS NOT NULL AND id < ?
       ORDER BY id DESC LIMIT 1`,
    )
    .get(taskId, agent, before);
  return row ? parse(row) : null;
}

const BREAKER_COLUMNS = "agent, kind, failures, text, opened_at AS openedAt, retry_at AS retryAt, fingerprint";

export function findBreaker(db: Db, agent: string): Breaker | null {
  return db.sql.query<Breaker, [string]>(`SELECT ${BREAKER_COLUMNS} FROM breakers WHERE agent = ?`).get(agent);
}

export function allBreakers(db: Db): Breaker[] {
  return db.sql.query<Breaker, []>(`SELECT ${BREAKER_COLUMNS} FROM breakers ORDER BY agent`).all();
}

export function putBreaker(db: Db, breaker: Breaker): void {
  const { agent, kind, failures, text, openedAt, retryAt, fingerprint } = breaker;
  db.sql
    .query<null, SQLQueryBindings[]>(
      `INSERT INTO breakers (agent, kind, failures, text, opened_at, retry_at, fingerprint) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (agent) DO UPDATE SET kind = excluded.kind, failures = excluded.failures, text = excluded.text,
         opened_at = excluded.opened_at, retry_at = excluded.retry_at, fingerprint = excluded.fingerprint`,
    )
    .run(agent, kind, failures, text, openedAt, retryAt, fingerprint);
}

export function dropBreaker(db: Db, agent: string): void {
  db.sql.query<null, [string]>("DELETE FROM breakers WHERE agent = ?").run(agent);
}

/** The run of the task's agent before this one, among those claimed since `since`. */
export function agentRunBefore(db: Db, run: Run, since: number): Run | null {
  const row = db.sql
    .query<Row, [number, number, number]>(
      `SELECT ${COLUMNS} FROM runs WHERE task_id = ? AND kind = 'agent' AND id < ? AND claimed_at >= ? ORDER BY id DESC LIMIT 1`,
    )
    .get(run.taskId, run.id, since);
  return row ? parse(row) : null;
}

/** Runs of agents that were claimed since a time, of one project or of all, oldest first: the next `limit` after a run. */
export function agentRunsSince(db: Db, wanted: { since: number; projectId: number | null; after: number; limit: number }): Run[] {
  return db.sql
    .query<Row, [number, number, number | null, number]>(
      `SELECT ${COLUMNS} FROM runs WHERE id > ?1 AND kind = 'agent' AND claimed_at >= ?2 AND (?3 IS NULL OR project_id = ?3)
       ORDER BY id LIMIT ?4`,
    )
    .all(wanted.after, wanted.since, wanted.projectId, wanted.limit)
    .map(parse);
}

/** Runs of agents that were lost with their host between the two times, oldest first; `ids` around the run, since ends are not indexed. */
export function lostRuns(db: Db, ids: { from: number; to: number }, ended: { from: number; to: number }): number[] {
  return db.sql
    .query<{ id: number }, [number, number, number, number]>(
      `SELECT id FROM runs WHERE id BETWEEN ? AND ? AND kind = 'agent' AND ended_at BETWEEN ? AND ?
         AND exit ->> '$.reason' IN ('died', 'rebooted') ORDER BY id`,
    )
    .all(ids.from, ids.to, ended.from, ended.to)
    .map(({ id }) => id);
}

/** What a run's signs add up to; null before the first was read. */
export function observedOf(db: Db, runId: number): Observed | null {
  const row = db.sql.query<{ observed: string }, [number]>("SELECT observed FROM observations WHERE run_id = ?").get(runId);
  return row ? (JSON.parse(row.observed) as Observed) : null;
}

/** What the daemon has read of a run's events, up to `position`, and what that adds up to. Times are epoch ms. */
export type Observation = {
  position: number;
  observed: Observed;
  activity: Activity;
  activityText: string;
  activitySince: number;
  /** What was done about a stalled or looping agent in this run, and when last. */
  nudges: number;
  nudgedAt: number | null;
};

const OBSERVATION_COLUMNS = `position, observed, activity, activity_text AS activityText, activity_since AS activitySince,
  nudges, nudged_at AS nudgedAt`;

type ObservationRow = Omit<Observation, "observed"> & { observed: string };

export function findObservation(db: Db, runId: number): Observation | null {
  const row = db.sql.query<ObservationRow, [number]>(`SELECT ${OBSERVATION_COLUMNS} FROM observations WHERE run_id = ?`).get(runId);
  return row ? { ...row, observed: JSON.parse(row.observed) } : null;
}

/** A run of which nothing was read yet. */
export function insertObservation(db: Db, runId: number, observed: Observed): Observation {
  db.sql
    .query<null, [number, string, number]>(
      `INSERT INTO observations (run_id, position, observed, activity, activity_text, activity_since)
       VALUES (?, 0, ?, 'starting', 'starts', ?)`,
    )
    .run(runId, JSON.stringify(observed), observed.startedAt);
  return {
    position: 0,
    observed,
    activity: "starting",
    activityText: "starts",
    activitySince: observed.startedAt,
    nudges: 0,
    nudgedAt: null,
  };
}

/** Only from where it was read: a chunk that was taken in twice is a broken invariant. */
export function moveObservation(db: Db, runId: number, from: number, to: { position: number; observed: Observed }): void {
  const moved = db.sql
    .query<null, [number, number, number, string]>(
      "UPDATE observations SET position = ?3, observed = ?4 WHERE run_id = ?1 AND position = ?2",
    )
    .run(runId, from, to.position, JSON.stringify(to.observed)).changes;
  if (moved !== 1) throw new Error(`The events of run ${runId} were not read up to ${from} any more.`);
}

export function setActivity(db: Db, runId: number, { activity, text, since }: Verdict): void {
  db.sql
    .query<null, [number, string, string, number]>(
      "UPDATE observations SET activity = ?2, activity_text = ?3, activity_since = ?4 WHERE run_id = ?1",
    )
    .run(runId, activity, text, since);
}

export function setNudged(db: Db, runId: number, nudges: number, at: number): void {
  db.sql
    .query<null, [number, number, number]>("UPDATE observations SET nudges = ?2, nudged_at = ?3 WHERE run_id = ?1")
    .run(runId, nudges, at);
}

/** Live runs of agents that have a host, oldest first, and the byte up to which their events were read. */
export function heardRuns(db: Db): { run: Run; position: number }[] {
  return db.sql
    .query<Row & { position: number }, []>(
      `SELECT ${COLUMNS}, coalesce((SELECT position FROM observations WHERE run_id = runs.id), 0) AS position
       FROM runs WHERE state <> 'finished' AND state IN ('starting', 'running') AND kind = 'agent' ORDER BY id`,
    )
    .all()
    .map(({ position, ...row }) => ({ run: parse(row as Row), position }));
}

/** What was known at the end of the last run of the same session; null for a session that begins. */
export function observedOfSession(db: Db, { taskId, session, id }: Pick<Run, "taskId" | "session" | "id">): Observed | null {
  if (session === null) return null;
  const row = db.sql
    .query<{ observed: string }, [number, string, number]>(
      `SELECT observed FROM observations o JOIN runs r ON r.id = o.run_id
       WHERE r.task_id = ? AND r.session = ? AND r.id < ? ORDER BY r.id DESC LIMIT 1`,
    )
    .get(taskId, session, id);
  return row ? (JSON.parse(row.observed) as Observed) : null;
}
