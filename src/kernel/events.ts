// The durable event log: append-only facts with a growing `seq` that readers keep as their cursor.
import type { Db } from "./database.ts";
import { redactDeep } from "./redact.ts";

export type EventSource = "person" | "daemon" | "host" | "agent" | "hub" | "outside";

/** What is recorded; `name` is `noun.past-verb`, `data` small JSON (large texts belong into files). */
export type NewEvent = {
  name: string;
  source: EventSource;
  projectId?: number;
  taskId?: number;
  runId?: number;
  data?: Record<string, unknown>;
};

/** A recorded event; `at` is epoch milliseconds. */
export type Event = Required<Pick<NewEvent, "name" | "source">> & {
  seq: number;
  at: number;
  projectId: number | null;
  taskId: number | null;
  runId: number | null;
  data: Record<string, unknown>;
};

/** Largest `data` of one event in bytes of JSON; longer values are cut and say so. */
export const EVENT_DATA_BYTES = 64_000;

type EventRow = Omit<Event, "data"> & { data: string };

/** Appends one event inside the current transaction and returns its seq. */
export function appendEvent(db: Db, at: number, event: NewEvent): number {
  const row = db.sql
    .query<{ seq: number }, [number, string, string, number | null, number | null, number | null, string]>(
      `INSERT INTO events (at, name, source, project_id, task_id, run_id, data)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
    )
    .get(at, event.name, event.source, event.projectId ?? null, event.taskId ?? null, event.runId ?? null, encode(event.data ?? {}));
  return row?.seq ?? 0;
}

/** Which events a reader wants: of one project, task or run if given, at most `limit`. */
export type EventFilter = { limit: number; projectId?: number; taskId?: number; runId?: number };
/** Those after `after`. */
export type EventQuery = EventFilter & { after: number };

/** Events in order of seq. A reader keeps the last seq and asks again from there. */
export function readEvents(db: Db, query: EventQuery): Event[] {
  return db.sql
    .query<EventRow, [number, number | null, number | null, number | null, number]>(
      `SELECT seq, at, name, source, project_id AS projectId, task_id AS taskId, run_id AS runId, data
       FROM events
       WHERE seq > ?1 AND (?2 IS NULL OR project_id = ?2) AND (?3 IS NULL OR task_id = ?3) AND (?4 IS NULL OR run_id = ?4)
       ORDER BY seq LIMIT ?5`,
    )
    .all(query.after, query.projectId ?? null, query.taskId ?? null, query.runId ?? null, query.limit)
    .map((row) => ({ ...row, data: JSON.parse(row.data) }));
}

/** The newest events, in order of seq. Only the conditions that are asked for are in the statement, so that an index serves them. */
export function newestEvents(db: Db, filter: EventFilter): Event[] {
  const wanted = [
    ["task_id = ?", filter.taskId],
    ["project_id = ?", filter.projectId],
    ["run_id = ?", filter.runId],
  ].filter((one): one is [string, number] => one[1] !== undefined);
  const where = wanted.length > 0 ? `WHERE ${wanted.map(([condition]) => condition).join(" AND ")}` : "";
  return db.sql
    .query<EventRow, number[]>(
      `SELECT seq, at, name, source, project_id AS projectId, task_id AS taskId, run_id AS runId, data
       FROM events ${where} ORDER BY seq DESC LIMIT ?`,
    )
    .all(...wanted.map(([, id]) => id), filter.limit)
    .map((row) => ({ ...row, data: JSON.parse(row.data) }))
    .reverse();
}

/** The newest seq, 0 for an empty log. */
export function lastSeq(db: Db): number {
  return db.sql.query<{ seq: number | null }, []>("SELECT max(seq) AS seq FROM events").get()?.seq ?? 0;
}

/** Known shapes of secrets are taken out before anything is stored. */
function encode(given: Record<string, unknown>): string {
  const data = redactDeep(given) as Record<string, unknown>;
  const json = JSON.stringify(data);
  if (Buffer.byteLength(json) <= EVENT_DATA_BYTES) return json;
  const cut = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 4_000) : value]),
  );
  const shorter = JSON.stringify({ ...cut, cut: true });
  return Buffer.byteLength(shorter) <= EVENT_DATA_BYTES ? shorter : JSON.stringify({ cut: true, bytes: Buffer.byteLength(json) });
}
