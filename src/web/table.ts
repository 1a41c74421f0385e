// All SQL on sessions of browsers and on the links that begin them.
import type { Db } from "../kernel/database.ts";
import type { Session } from "./schema.ts";

const COLUMNS = "id, browser, created_at AS createdAt, seen_at AS seenAt, expires_at AS expiresAt";

export function insertLink(db: Db, hash: string, expiresAt: number): void {
  db.sql.query<null, [string, number]>("INSERT INTO sign_in_links (hash, expires_at) VALUES (?, ?)").run(hash, expiresAt);
}

export function findLink(db: Db, hash: string, now: number): boolean {
  return db.sql.query("SELECT 1 FROM sign_in_links WHERE hash = ?1 AND expires_at > ?2").get(hash, now) !== null;
}

/** Uses a link up; false when there is none, or it is too old. */
export function takeLink(db: Db, hash: string, now: number): boolean {
  db.sql.query<null, [number]>("DELETE FROM sign_in_links WHERE expires_at <= ?").run(now);
  return db.sql.query<null, [string]>("DELETE FROM sign_in_links WHERE hash = ?").run(hash).changes > 0;
}

export function deleteLinks(db: Db): void {
  db.sql.run("DELETE FROM sign_in_links");
}

export function insertSession(db: Db, hash: string, session: Omit<Session, "id">): Session {
  db.sql.query<null, [number]>("DELETE FROM web_sessions WHERE expires_at <= ?").run(session.createdAt);
  const row = db.sql
    .query<Session, [string, string, number, number, number]>(
      `INSERT INTO web_sessions (hash, browser, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?) RETURNING ${COLUMNS}`,
    )
    .get(hash, session.browser, session.createdAt, session.seenAt, session.expiresAt);
  return row as Session;
}

export function findSession(db: Db, hash: string, now: number): Session | null {
  return db.sql.query<Session, [string, number]>(`SELECT ${COLUMNS} FROM web_sessions WHERE hash = ?1 AND expires_at > ?2`).get(hash, now);
}

export function listSessions(db: Db, now: number): Session[] {
  return db.sql.query<Session, [number]>(`SELECT ${COLUMNS} FROM web_sessions WHERE expires_at > ? ORDER BY id`).all(now);
}

export function keepSession(db: Db, id: number, seenAt: number, expiresAt: number): void {
  db.sql
    .query<null, [number, number, number]>("UPDATE web_sessions SET seen_at = ?2, expires_at = ?3 WHERE id = ?1")
    .run(id, seenAt, expiresAt);
}

export function deleteSession(db: Db, id: number): boolean {
  return db.sql.query<null, [number]>("DELETE FROM web_sessions WHERE id = ?").run(id).changes > 0;
}

/** How many there were. */
export function deleteSessions(db: Db): number {
  return db.sql.query<null, []>("DELETE FROM web_sessions").run().changes;
}
