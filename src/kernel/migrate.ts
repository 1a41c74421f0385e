// Brings the local database to this ccm's schema, with a copy beforehand; only the daemon, `init` and `upgrade` do that.
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Db, guarded } from "./database.ts";
import { Fault } from "./fault.ts";

/** One step of the schema; `version` counts from 1 without gaps. */
export type Migration = { version: number; name: string; sql: string };

/** "ccm1" in ASCII: tells a ccm database from any other SQLite file. https://sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x63636d31;
/** Copies made before migrations that are kept: one a release, and people notice trouble within a few. */
const KEPT_COPIES = 3;
const COPY_NAME = /^before-schema-\d+-.*\.db$/;

/** The version a database is at, 0 for an empty one. Faults: `conflict` for a file of another program. */
export function schemaVersion(db: Db): number {
  const version = db.sql.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
  const application = db.sql.query<{ application_id: number }, []>("PRAGMA application_id").get()?.application_id ?? 0;
  const isEmpty = version === 0 && application === 0 && db.sql.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null;
  if (application === APPLICATION_ID || isEmpty) return version;
  throw new Fault("conflict", `"${db.sql.filename}" is not a database of ccm.`, "Set CCM_HOME to another folder, or move the file away.");
}

/** What the command line asks before it reads or writes. Faults: `conflict` when the schema is not this ccm's. */
export function requireSchema(db: Db, wanted: number): void {
  const found = schemaVersion(db);
  if (found > wanted) throw newerSchema(found, wanted);
  if (found < wanted) {
    throw new Fault(
      "conflict",
      `The database has schema ${found}, and this ccm works with schema ${wanted}.`,
      "The daemon brings it up to date when it starts: ccm stop && ccm start",
    );
  }
}

/**
 * Runs the migrations that are missing, each in its own durable transaction, so that a crash leaves a whole version.
 * An existing database is copied into `backups` first. Returns the versions before and after. Faults: `conflict` for a newer
 * schema or another program's file, `environment` when the disk is full.
 */
export function migrate(db: Db, migrations: readonly Migration[], backups: string, now: number): { from: number; to: number } {
  const from = schemaVersion(db);
  const to = migrations.length;
  if (from > to) throw newerSchema(from, to);
  if (from === to) return { from, to };
  if (from > 0) copyInto(db, backups, from, now);
  db.sql.run("PRAGMA foreign_keys=OFF"); // Rebuilding a table drops the old one, which rows elsewhere still name.
  try {
    for (const migration of migrations.slice(from)) apply(db, migration);
  } finally {
    db.sql.run("PRAGMA foreign_keys=ON");
  }
  return { from, to };
}

function apply(db: Db, migration: Migration): void {
  db.transact(() => {
    if (schemaVersion(db) >= migration.version) return; // Another process was faster.
    db.sql.run(migration.sql);
    const dangling = db.sql.query<{ table: string }, []>("PRAGMA foreign_key_check").get();
    if (dangling)
      throw new Error(`Migration ${migration.version} (${migration.name}) leaves rows in "${dangling.table}" that point nowhere.`);
    db.sql.run(`PRAGMA application_id=${APPLICATION_ID}`);
    db.sql.run(`PRAGMA user_version=${migration.version}`);
  }, "durable");
}

function copyInto(db: Db, backups: string, version: number, now: number): void {
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  const copy = join(backups, `before-schema-${version + 1}-${new Date(now).toISOString().replaceAll(":", "")}.db`);
  const unfinished = `${copy}.part`;
  rmSync(unfinished, { force: true });
  guarded(() => db.sql.run("VACUUM INTO ?", [unfinished]));
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, copy);
  const copies = readdirSync(backups).filter((name) => COPY_NAME.test(name));
  const oldest = copies.sort((a, b) => timeOf(a).localeCompare(timeOf(b))).slice(0, -KEPT_COPIES);
  for (const name of oldest) rmSync(join(backups, name));
}

function timeOf(name: string): string {
  return name.replace(/^before-schema-\d+-/, "");
}

function newerSchema(found: number, wanted: number): Fault {
  return new Fault(
    "conflict",
    `The database has schema ${found}, and this ccm knows only up to ${wanted}: a newer ccm has written it.`,
    "Install that newer ccm again, or restore the copy in CCM_HOME/backups that was made before the upgrade.",
  );
}
