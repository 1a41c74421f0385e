// All SQL on sessions of browsers and on the links that begin them.
import type { Db } from "../kernel/database.ts";
import type { Session } from "./schema.ts";

const COLUMNS = "id, created_at AS createdAt, seen_at AS seenAt, expires_at AS expiresAt";

export function insertLink(db: Db, hash: string, expiresAt: number): void {
  db.sql.query<null, [string, number]>("INSERT INTO sign_in_links (hash, expires_at) VALUES (?, ?)").run(hash, expiresAt);
}

/** Uses a link up; false when there is none, or it is too old. */
export function takeLink(db: Db, hash: string, now: number): boolean {
  db.sql.query<null, [number]>("DELETE FROM sign_in_links WHERE expires_at <= ?").run(now);
  return db.sql.query<null, [string]>("DELETE FROM sign_in_links WHERE hash = ?").run(hash).changes > 0;
}

export function insertSession(db: Db, hash: string, at: number, expiresAt: number): void {
  db.sql.query<null, [number]>("DELETE FROM web_sessions WHERE expires_at <= ?").run(at);
  db.sql
    .query<null, [string, number, number]>("INSERT INTO web_sessions (hash, created_at, seen_at, expires_at) VALUES (?1, ?2, ?2, ?3)")
    .run(hash, at, expiresAt);
}

export function findSession(db: Db, hash: string, now: number): Session | null {
  return db.sql.query<Session, [string, number]>(`SELECT ${COLUMNS} FROM web_sessions WHERE hash = ?1 AND expires_at > ?2`).get(hash, now);
}

export function deleteSession(db: Db, hash: string): void {
  db.sql.query<null, [string]>("DELETE FROM web_sessions WHERE hash = ?").run(hash);
}
