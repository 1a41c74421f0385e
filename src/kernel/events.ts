// The durable event log: append-only facts with a growing `seq` that readers keep as their cursor.
import { AUDIT_DATA_BYTES, AUDITED, appendAudit } from "./audit.ts";
import type { Db } from "./database.ts";
import { redactDeep } from "./redact.ts";

export const EVENT_SOURCES = ["person", "daemon", "host", "agent", "hub", "outside"] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

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

/** What stays of each text of a value that is cut: enough to know what it was about. */
const CUT_CHARACTERS = 4_000;

type EventRow = Omit<Event, "data"> & { data: string };

/**
 * Appends one event inside the current transaction and returns its seq; one that is audited goes into the audit log with it.
 * What a person did says who that was, if it is known.
 */
export function appendEvent(db: Db, at: number, event: NewEvent): number {
  if (!AUDITED.has(event.name)) return insertEvent(db, at, event);
  return db.transact(() => {
    appendAudit(db, at, { ...event, json: encode(saidOf(db, event), AUDIT_DATA_BYTES) });
    return insertEvent(db, at, event);
  });
}

function insertEvent(db: Db, at: number, event: NewEvent): number {
  const row = db.sql
    .query<{ seq: number }, [number, string, string, number | null, number | null, number | null, string]>(
      `INSERT INTO events (at, name, source, project_id, task_id, run_id, data)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
    )
    .get(
      ...([at, event.name, event.source, event.projectId ?? null, event.taskId ?? null, event.runId ?? null] as const),
      encode(saidOf(db, event), EVENT_DATA_BYTES),
    );
  return row?.seq ?? 0;
}

function saidOf(db: Db, event: NewEvent): Record<string, unknown> {
  return event.source === "person" && db.by !== undefined ? { by: db.by, ...event.data } : (event.data ?? {});
}

/** Which events a reader wants: of one project, task or run if given, at most `limit`. */
export type EventFilter = { limit: number; projectId?: number; taskId?: number; runId?: number };
/** Those after `after`. */
export type EventQuery = EventFilter & { after: number };

/** Events in order of seq. A reader keeps the last seq and asks again from there. */
export function readEvents(db: Db, { limit, ...wanted }: EventQuery): Event[] {
  return selectEvents(db, wanted, "ASC", limit);
}

/** The newest events, or those before a seq, in order of seq. */
export function newestEvents(db: Db, { limit, ...wanted }: EventFilter & { before?: number }): Event[] {
  return selectEvents(db, wanted, "DESC", limit).reverse();
}

/** Events that are looked through for those of one name at once, some 10 ms; the next look goes on behind them. */
const LOOKED_THROUGH = 50_000;

/** Events after a seq, in order, and the seq to go on from, which is behind all that was looked through. */
export function followEvents(db: Db, query: EventQuery & { name?: string }): { events: Event[]; next: number } {
  const { limit, ...wanted } = query;
  const last = Math.max(lastSeq(db), query.after);
  const upTo = query.name === undefined ? last : Math.min(last, query.after + LOOKED_THROUGH);
  const events = selectEvents(db, { ...wanted, upTo }, "ASC", limit);
  return { events, next: events.length === limit ? (events.at(-1)?.seq ?? upTo) : upTo };
}

type Wanted = Omit<EventFilter, "limit"> & { after?: number; before?: number; upTo?: number; name?: string };

const CONDITIONS: Record<keyof Wanted, string> = {
  taskId: "task_id = ?",
  projectId: "project_id = ?",
  runId: "run_id = ?",
  after: "seq > ?",
  upTo: "seq <= ?",
  name: "name = ?",
  before: "seq < ?",
};

/** Only the conditions that are asked for are in the statement, so that an index serves them. */
function selectEvents(db: Db, wanted: Wanted, order: "ASC" | "DESC", limit: number): Event[] {
  const asked = (Object.keys(CONDITIONS) as (keyof Wanted)[]).flatMap((key) => {
    const value = wanted[key];
    return value === undefined ? [] : [{ condition: CONDITIONS[key], value }];
  });
  const where = asked.length > 0 ? `WHERE ${asked.map(({ condition }) => condition).join(" AND ")}` : "";
  return db.sql
    .query<EventRow, (string | number)[]>(
      `SELECT seq, at, name, source, project_id AS projectId, task_id AS taskId, run_id AS runId, data
       FROM events ${where} ORDER BY seq ${order} LIMIT ?`,
    )
    .all(...asked.map(({ value }) => value), limit)
    .map((row) => ({ ...row, data: JSON.parse(row.data) }));
}

/** The newest seq, 0 for an empty log. */
export function lastSeq(db: Db): number {
  return db.sql.query<{ seq: number | null }, []>("SELECT max(seq) AS seq FROM events").get()?.seq ?? 0;
}

/** Known shapes of secrets are taken out before anything is stored; what takes more bytes than `most` is cut. */
function encode(given: Record<string, unknown>, most: number): string {
  const data = redactDeep(given) as Record<string, unknown>;
  const json = JSON.stringify(data);
  if (Buffer.byteLength(json) <= most) return json;
  const cut = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, CUT_CHARACTERS) : value]),
  );
  const shorter = JSON.stringify({ ...cut, cut: true });
  return Buffer.byteLength(shorter) <= most ? shorter : JSON.stringify({ cut: true, bytes: Buffer.byteLength(json) });
}
