// The schema: made from nothing, brought forward with a copy beforehand, and refused when it is not ours.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/kernel/database.ts";
import { type Migration, migrate, requireSchema, schemaVersion } from "../../src/kernel/migrate.ts";
import { MIGRATIONS, SCHEMA_VERSION } from "../../src/kernel/migrations.ts";
import { temporaryFolder } from "../support/folders.ts";

const first: Migration = { version: 1, name: "first", sql: "CREATE TABLE a (id INTEGER PRIMARY KEY); INSERT INTO a VALUES (7);" };
const second: Migration = { version: 2, name: "second", sql: "CREATE TABLE b (a_id INTEGER REFERENCES a (id)); INSERT INTO b VALUES (7);" };
const broken: Migration = { version: 2, name: "broken", sql: "CREATE TABLE c (id); INSERT INTO nowhere VALUES (1);" };
const dangling: Migration = { version: 2, name: "dangling", sql: "CREATE TABLE d (a_id REFERENCES a (id)); INSERT INTO d VALUES (99);" };

function open() {
  const folder = temporaryFolder();
  return { folder, backups: join(folder, "backups"), db: openDatabase(join(folder, "ccm.db")) };
}

describe("migrating", () => {
  test("an empty database gets every migration and no copy", () => {
    const { db, backups } = open();
    expect(migrate(db, [first, second], backups, 0)).toEqual({ from: 0, to: 2 });
    expect(schemaVersion(db)).toBe(2);
    expect(existsSync(backups)).toBe(false);
    expect(migrate(db, [first, second], backups, 0)).toEqual({ from: 2, to: 2 });
  });

  test("an existing one is copied first, readable by its owner only, and the copy can be opened", () => {
    const { db, backups } = open();
    migrate(db, [first], backups, 0);
    migrate(db, [first, second], backups, Date.UTC(2030, 0, 2, 3, 4, 5));
    expect(readdirSync(backups)).toEqual(["before-schema-2-2030-01-02T030405.000Z.db"]);
    const copy = join(backups, readdirSync(backups)[0] ?? "");
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const old = new Database(copy, { readonly: true });
    expect(old.query("SELECT id FROM a").all()).toEqual([{ id: 7 }]);
    expect(old.query("PRAGMA user_version").get()).toEqual({ user_version: 1 });
    old.close();
  });

  test("only the three newest copies stay", () => {
    const { db, backups } = open();
    const steps = Array.from({ length: 6 }, (_, i): Migration => ({ version: i + 1, name: "t", sql: `CREATE TABLE t${i} (x);` }));
    for (let count = 1; count <= steps.length; count++) migrate(db, steps.slice(0, count), backups, count * 1_000);
    expect(readdirSync(backups).map((name) => name.split("-")[2])).toEqual(["4", "5", "6"]);
  });

  test.each([
    ["a broken statement", broken],
    ["a row that points nowhere", dangling],
  ])("%s leaves the old version whole", (_, bad) => {
    const { db, backups } = open();
    migrate(db, [first], backups, 0);
    expect(() => migrate(db, [first, bad], backups, 0)).toThrow();
    expect(schemaVersion(db)).toBe(1);
    expect(db.sql.query("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "a" }]);
    expect(db.sql.query("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
    expect(migrate(db, [first, second], backups, 0).to).toBe(2);
  });
});

describe("refusing", () => {
  test("a database that a newer ccm wrote", () => {
    const { db, backups } = open();
    migrate(db, [first, second], backups, 0);
    expect(() => migrate(db, [first], backups, 0)).toThrow(
      "The database has schema 2, and this ccm knows only up to 1: a newer ccm has written it.",
    );
    expect(() => requireSchema(db, 1)).toThrow(expect.objectContaining({ code: "conflict" }));
  });

  test("an older one, on the command line, which never migrates", () => {
    const { db, backups } = open();
    migrate(db, [first], backups, 0);
    expect(() => requireSchema(db, 2)).toThrow("The database has schema 1, and this ccm works with schema 2.");
    requireSchema(db, 1);
  });

  test("another program's file", () => {
    const { db, backups } = open();
    db.sql.run("CREATE TABLE bookmarks (url)");
    expect(() => migrate(db, [first], backups, 0)).toThrow("is not a database of ccm");
  });
});

test("the real migrations are numbered without gaps and make a sound database", () => {
  expect(MIGRATIONS.map((migration) => migration.version)).toEqual(Array.from({ length: SCHEMA_VERSION }, (_, i) => i + 1));
  const { db, backups } = open();
  migrate(db, MIGRATIONS, backups, 0);
  expect(db.sql.query("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
});
