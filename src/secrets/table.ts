// SQL of secrets: names, uses and prints. Values are never in the database.
import type { Db } from "../kernel/database.ts";
import type { Prints } from "../kernel/prints.ts";
import type { KeptSecret, Secret, SecretStore } from "./schema.ts";

type Row = Omit<Secret, "uses"> & { uses: string | null };
type KeptRow = Row & { store: SecretStore; createdAt: number; updatedAt: number };

const SELECT = `SELECT name, secrets.store, secrets.uses, secrets.created_at AS createdAt, secrets.updated_at AS updatedAt,
  count(*) - (secrets.store IS NOT NULL) AS earlierValues FROM secret_prints LEFT JOIN secrets USING (name)`;

export function findKept(db: Db, name: string): KeptSecret | null {
  const row = db.sql.query<KeptRow, [string]>(`${SELECT} WHERE name = ? AND secrets.store IS NOT NULL GROUP BY name`).get(name);
  return row && { ...row, uses: usesOf(row) };
}

export function allKept(db: Db): KeptSecret[] {
  const rows = db.sql.query<KeptRow, []>(`${SELECT} WHERE secrets.store IS NOT NULL GROUP BY name ORDER BY name`).all();
  return rows.map((row) => ({ ...row, uses: usesOf(row) }));
}

/** Those that are kept, and those that are gone and still recognised, by name. */
export function allSecrets(db: Db): Secret[] {
  const rows = db.sql.query<Row, []>(`${SELECT} GROUP BY name ORDER BY name`).all();
  return rows.map((row) => ({ ...row, uses: usesOf(row) }));
}

function usesOf({ uses }: Row): string[] {
  return uses === null ? [] : JSON.parse(uses);
}

export function putSecret(db: Db, { name, store, uses, createdAt, updatedAt }: Omit<KeptSecret, "earlierValues">, printsId: number): void {
  db.sql
    .query<null, [string, string, number, string, number, number]>(
      `INSERT INTO secrets (name, store, prints_id, uses, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET store = excluded.store, prints_id = excluded.prints_id, uses = excluded.uses, updated_at = excluded.updated_at`,
    )
    .run(name, store, printsId, JSON.stringify(uses), createdAt, updatedAt);
}

export function deleteSecret(db: Db, name: string): void {
  db.sql.query<null, [string]>("DELETE FROM secrets WHERE name = ?").run(name);
}

/** By what all values are recognised, earlier ones too. */
export function allPrints(db: Db): Prints[] {
  return db.sql
    .query<{ name: string; prints: string }, []>("SELECT name, prints FROM secret_prints ORDER BY name, id")
    .all()
    .map(({ name, prints }) => ({ name: `secret ${name}`, ...JSON.parse(prints) }));
}

type StoredPrints = Omit<Prints, "name"> & { id: number };

/** The values that this one has and had, by what they are recognised. */
export function printsOf(db: Db, name: string): StoredPrints[] {
  return db.sql
    .query<{ id: number; prints: string }, [string]>("SELECT id, prints FROM secret_prints WHERE name = ? ORDER BY id")
    .all(name)
    .map(({ id, prints }) => ({ id, ...JSON.parse(prints) }));
}

export function addPrints(db: Db, name: string, { salt, prints }: Omit<Prints, "name">): number {
  const { lastInsertRowid } = db.sql
    .query<null, [string, string]>("INSERT INTO secret_prints (name, prints) VALUES (?, ?)")
    .run(name, JSON.stringify({ salt, prints }));
  return Number(lastInsertRowid);
}

const EARLIER = "id NOT IN (SELECT prints_id FROM secrets)";

/** Forgets one value, unless it is kept. */
export function deleteEarlier(db: Db, id: number): void {
  db.sql.query<null, [number]>(`DELETE FROM secret_prints WHERE id = ? AND ${EARLIER}`).run(id);
}

/** Forgets the earlier values of one name and gives how many there were. */
export function deleteEarlierOf(db: Db, name: string): number {
  return db.sql.query<null, [string]>(`DELETE FROM secret_prints WHERE name = ? AND ${EARLIER}`).run(name).changes;
}

/** Forgets all earlier values but the last `most`, by when they came. */
export function deleteEarlierBut(db: Db, most: number): void {
  db.sql
    .query<null, [number]>(
      `DELETE FROM secret_prints WHERE ${EARLIER} AND id NOT IN (SELECT id FROM secret_prints WHERE ${EARLIER} ORDER BY id DESC LIMIT ?)`,
    )
    .run(most);
}
