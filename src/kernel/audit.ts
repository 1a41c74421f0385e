// The audit log: who decided, allowed, overrode or changed what. Rows are never changed and never deleted, and each one's hash covers the one before.
import type { Db } from "./database.ts";
import type { Event, EventSource } from "./events.ts";
import { jsonOf } from "./json.ts";
import { sha256 } from "./sha256.ts";

/**
 * Events that go into the audit log, too, in the transaction that records them: decisions and verdicts, rights that were
 * given or taken, settings. The event log is emptied after some time, the audit log never.
 */
export const AUDITED: ReadonlySet<string> = new Set([
  ...["task.approved", "task.rejected", "task.changes-requested", "task.merged", "task.cancelled", "task.queued", "task.urged"],
  ...["question.asked", "question.answered", "guard.denied", "guard.asked", "gate.passed", "gate.failed", "stage.skipped"],
  ...["task.trusted", "task.distrusted", "task.rolled-back", "work.tampered", "work.refused"],
  ...["project.registered", "project.changed", "project.unregistered", "config.changed", "daemon.started", "session.opened"],
  ...["secret.set", "secret.removed", "secret.forgotten", "automation.enabled", "automation.disabled", "home.scrubbed"],
]);

/** Rows that one run may cause: an agent that is denied the same thing all night fills no disk. The event log has them all. */
export const AUDIT_ROWS_A_RUN = 1_000;
/** Bytes of one row's data: what was decided, and not the whole text that it was about. */
export const AUDIT_DATA_BYTES = 16_000;
/** The row that stands for all further ones of a run. */
const CUT = "audit.cut";

/** What the hash of the first row covers. */
const BEGINNING = "0".repeat(64);

/** A row. `digest` is of `data` as it was written, `hash` of the whole row and of the hash before it; both SHA-256 in hex. */
export type AuditRow = Omit<Event, "seq"> & { id: number; digest: string; hash: string; scrubbedAt: number | null };

/** An event about to be recorded; its data as redacted JSON. */
export type Audited = { name: string; source: EventSource; projectId?: number; taskId?: number; runId?: number; json: string };

type Head = { id: number; hash: string };
type Stored = Omit<AuditRow, "data"> & { data: string };

const COLUMNS = `id, at, name, source, project_id AS projectId, task_id AS taskId, run_id AS runId, data, digest, hash, scrubbed_at AS scrubbedAt`;

/** Writes a row behind the last one, inside the current transaction: nobody else can write between the two. */
export function appendAudit(db: Db, at: number, event: Audited): void {
  const rows = event.runId !== undefined && event.source !== "person" ? rowsOfRun(db, event.runId) : 0;
  if (rows > AUDIT_ROWS_A_RUN) return;
  const said = rows < AUDIT_ROWS_A_RUN ? event : { ...event, name: CUT, json: JSON.stringify({ rows }) };
  const { projectId = null, taskId = null, runId = null } = said;
  const before = headOf(db);
  const row = { id: (before?.id ?? 0) + 1, at, name: said.name, source: said.source, projectId, taskId, runId, digest: sha256(said.json) };
  db.sql
    .query(
      `INSERT INTO audit (id, at, name, source, project_id, task_id, run_id, data, digest, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(row.id, at, row.name, row.source, projectId, taskId, runId, said.json, row.digest, hashOf(row, before?.hash ?? BEGINNING));
}

/** No more of them are counted than matters. */
function rowsOfRun(db: Db, runId: number): number {
  const found = db.sql
    .query<{ rows: number }, [number, number]>("SELECT count(*) AS rows FROM (SELECT 1 FROM audit WHERE run_id = ? LIMIT ?)")
    .get(runId, AUDIT_ROWS_A_RUN + 1);
  return found?.rows ?? 0;
}

/** The last row's number and hash, null of an empty log. Who keeps them elsewhere notices later if the log was written anew. */
export function headOf(db: Db): Head | null {
  return db.sql.query<Head, []>("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").get();
}

/** Which rows a reader wants: at most `limit`, the newest of those before a number. */
export type AuditQuery = { limit: number; before?: number; since?: number; projectId?: number; taskId?: number; name?: string };

const CONDITIONS: Record<Exclude<keyof AuditQuery, "limit">, string> = {
  before: "id < ?",
  since: "at >= ?",
  projectId: "project_id = ?",
  taskId: "task_id = ?",
  name: "name = ?",
};

/** Rows in the order in which they were written. Only what is asked for is in the statement, so that an index serves it. */
export function auditRows(db: Db, { limit, ...wanted }: AuditQuery): AuditRow[] {
  const asked = (Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[]).flatMap((key) => {
    const value = wanted[key];
    return value === undefined ? [] : [{ condition: CONDITIONS[key], value }];
  });
  const where = asked.length > 0 ? `WHERE ${asked.map(({ condition }) => condition).join(" AND ")}` : "";
  return db.sql
    .query<Stored, (string | number)[]>(`SELECT ${COLUMNS} FROM audit ${where} ORDER BY id DESC LIMIT ?`)
    .all(...asked.map(({ value }) => value), limit)
    .reverse()
    .map((row) => ({ ...row, data: dataOf(row) }));
}

/** Somebody may have edited the file, and a log that cannot be read for that would help them: `checkAudit` tells of it. */
function dataOf({ data }: Stored): Record<string, unknown> {
  try {
    return jsonOf(JSON.parse(data));
  } catch {
    return {};
  }
}

/** Something that is not as it was written: the row that tells it, and what is wrong. */
export type AuditDamage = { id: number; what: "put in" | "missing before" | "changed" | "data changed" | "missing after" };

/** What looking through the whole log found; at most `DAMAGES` of what is wrong. */
export type AuditCheck = { rows: number; scrubbed: number; head: Head | null; damages: AuditDamage[] };

/** More than these tell nobody more. */
const DAMAGES = 20;
/** Rows that are read at once. */
const BATCH = 1_000;

/**
 * Looks through the whole log: each row's hash covers the one before, so a row that was changed, taken out or put in shows
 * itself. Some 100,000 rows a second. A log that somebody wrote anew from its beginning shows only beside a noted head.
 */
export function checkAudit(db: Db): AuditCheck {
  const given = lastGiven(db); // Before the rows are read: one that is written meanwhile is not missing.
  const check: AuditCheck = { rows: 0, scrubbed: 0, head: null, damages: strayRows(db).map((id) => ({ id, what: "put in" })) };
  let before: Head = { id: 0, hash: BEGINNING };
  const read = db.sql.query<Stored, [number, number]>(`SELECT ${COLUMNS} FROM audit WHERE id > ? ORDER BY id LIMIT ?`);
  for (let rows = read.all(0, BATCH); rows.length > 0; rows = read.all(before.id, BATCH)) {
    for (const row of rows) {
      for (const what of damagesOf(row, before)) if (check.damages.length < DAMAGES) check.damages.push({ id: row.id, what });
      check.rows++;
      if (row.scrubbedAt !== null) check.scrubbed++;
      before = { id: row.id, hash: row.hash };
    }
  }
  check.head = check.rows > 0 ? before : null;
  if (given > before.id) check.damages.push({ id: before.id, what: "missing after" });
  return check;
}

function damagesOf(row: Stored, before: Head): AuditDamage["what"][] {
  const isNext = row.id === before.id + 1;
  return [
    ...(isNext ? [] : (["missing before"] as const)),
    // The hash of a row that is gone cannot be known: only what follows the gap can be checked.
    ...(isNext && row.hash !== hashOf(row, before.hash) ? (["changed"] as const) : []),
    ...(row.scrubbedAt === null && row.digest !== sha256(row.data) ? (["data changed"] as const) : []),
  ];
}

/** Numbers begin at 1: no chain leads to a row before that, and a list would show it. */
function strayRows(db: Db): number[] {
  const rows = db.sql.query<{ id: number }, [number]>("SELECT id FROM audit WHERE id < 1 ORDER BY id LIMIT ?").all(DAMAGES);
  return rows.map(({ id }) => id);
}

/** SQLite keeps the highest number that was ever given: rows that are missing at the end were there. */
function lastGiven(db: Db): number {
  return db.sql.query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").get()?.seq ?? 0;
}

/** The hash of the row with this number, null without one. */
export function auditHash(db: Db, id: number): string | null {
  return db.sql.query<{ hash: string }, [number]>("SELECT hash FROM audit WHERE id = ?").get(id)?.hash ?? null;
}

function hashOf(row: Omit<Stored, "data" | "hash" | "scrubbedAt">, before: string): string {
  const { id, at, name, source, projectId, taskId, runId, digest } = row;
  return sha256(JSON.stringify([before, id, at, name, source, projectId, taskId, runId, digest]));
}
