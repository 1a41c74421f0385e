// SQL of secrets: names, uses and prints. Values are never in the database.
import type { Db } from "../kernel/database.ts";
import type { Print, Prints } from "../kernel/prints.ts";
import type { SecretRow, SecretStore } from "./schema.ts";

type Row = { name: string; store: SecretStore; prints: string; uses: string; createdAt: number; updatedAt: number };

const COLUMNS = "name, store, prints, uses, created_at AS createdAt, updated_at AS updatedAt";

export function findSecret(db: Db, name: string): SecretRow | null {
  const row = db.sql.query<Row, [string]>(`SELECT ${COLUMNS} FROM secrets WHERE name = ?`).get(name);
  return row && secretOf(row);
}

/** All of them, by name. */
export function allSecrets(db: Db): SecretRow[] {
  return db.sql.query<Row, []>(`SELECT ${COLUMNS} FROM secrets ORDER BY name`).all().map(secretOf);
}

export function putSecret(db: Db, { name, store, salt, prints, uses, createdAt, updatedAt }: SecretRow): void {
  db.sql
    .query<null, [string, string, string, string, number, number]>(
      `INSERT INTO secrets (name, store, prints, uses, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET store = excluded.store, prints = excluded.prints, uses = excluded.uses, updated_at = excluded.updated_at`,
    )
    .run(name, store, JSON.stringify({ salt, prints }), JSON.stringify(uses), createdAt, updatedAt);
}

export function deleteSecret(db: Db, name: string): void {
  db.sql.query<null, [string]>("DELETE FROM secrets WHERE name = ?").run(name);
}

/** By what all of them are recognised. */
export function allPrints(db: Db): Prints[] {
  return allSecrets(db).map(({ name, salt, prints }) => ({ name: `secret ${name}`, salt, prints }));
}

function secretOf({ prints, uses, ...row }: Row): SecretRow {
  const known = JSON.parse(prints) as { salt: string; prints: Print[] };
  return { ...row, ...known, uses: JSON.parse(uses) };
}
