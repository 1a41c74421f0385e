// The audit log: written with the events it is about, never changed, and whoever edits the file behind it is noticed.
import { beforeEach, describe, expect, test } from "bun:test";
import { AUDIT_DATA_BYTES, AUDIT_ROWS_A_RUN, auditHash, auditRows, checkAudit } from "../../src/kernel/audit.ts";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { appendEvent, type NewEvent, readEvents } from "../../src/kernel/events.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";

let db: Db;

beforeEach(() => {
  db = openDatabase(":memory:");
  migrate(db, MIGRATIONS, "/unused", 0);
});

const append = (event: Partial<NewEvent> = {}) => appendEvent(db, 1_000, { name: "task.approved", source: "person", ...event });
const names = () => auditRows(db, { limit: 10 }).map(({ name }) => name);
/** What somebody with the file and no respect does. */
function tamper(sql: string): void {
  for (const trigger of ["audit_is_kept", "audit_is_as_written"]) db.sql.run(`DROP TRIGGER IF EXISTS ${trigger}`);
  db.sql.run(sql);
}

describe("what is written", () => {
  test("decisions are in both logs, everything else in the events alone", () => {
    append({ name: "task.created" });
    append({ taskId: 7, projectId: 2, data: { by: "ada" } });
    expect(names()).toEqual(["task.approved"]);
    expect(readEvents(db, { after: 0, limit: 10 })).toHaveLength(2);
    expect(auditRows(db, { limit: 1 })[0]).toMatchObject({
      id: 1,
      at: 1_000,
      source: "person",
      projectId: 2,
      taskId: 7,
      runId: null,
      data: { by: "ada" },
    });
  });

  test("who did it is there where it is known", () => {
    append({});
    appendEvent({ ...db, by: "ada" }, 1_000, { name: "task.trusted", source: "person", data: { rights: ["network"] } });
    expect(auditRows(db, { limit: 2 }).map(({ data }) => data)).toEqual([{}, { by: "ada", rights: ["network"] }]);
  });

  test("a transaction that fails leaves neither", () => {
    const broken = () =>
      db.transact(() => {
        append();
        throw new Error("no");
      });
    expect(broken).toThrow("no");
    append();
    expect(checkAudit(db)).toMatchObject({ rows: 1, damages: [] });
    expect(readEvents(db, { after: 0, limit: 10 })).toHaveLength(1);
  });

  test("known secrets are taken out, and long data cut", () => {
    append({ data: { comment: `use ghp_${"a".repeat(36)}`, long: "x".repeat(50_000) } });
    const [row] = auditRows(db, { limit: 1 });
    expect(row?.data).toMatchObject({ comment: "use [redacted GitHub token]", cut: true });
    expect(JSON.stringify(row?.data).length).toBeLessThan(AUDIT_DATA_BYTES);
  });

  test("one run fills no disk: what goes beyond its rows is said once", () => {
    db.transact(() => {
      for (let i = 0; i < AUDIT_ROWS_A_RUN + 50; i++) append({ name: "guard.denied", source: "host", runId: 3 });
    });
    append({ name: "guard.denied", source: "host", runId: 4 });
    append({ runId: 3 });
    expect(names().slice(-4)).toEqual(["guard.denied", "audit.cut", "guard.denied", "task.approved"]);
    expect(checkAudit(db)).toMatchObject({ rows: AUDIT_ROWS_A_RUN + 3, damages: [] });
  });

  test("a reader asks for a time, a task, and what came before", () => {
    for (const taskId of [1, 2, 1]) append({ taskId });
    appendEvent(db, 5_000, { name: "task.rejected", source: "person", taskId: 1 });
    const ids = (query: object) => auditRows(db, { limit: 10, ...query }).map(({ id }) => id);
    expect(ids({ taskId: 1 })).toEqual([1, 3, 4]);
    expect(ids({ since: 2_000 })).toEqual([4]);
    expect(ids({ before: 3 })).toEqual([1, 2]);
    expect(ids({ limit: 2 })).toEqual([3, 4]);
    expect(ids({ name: "task.rejected" })).toEqual([4]);
  });
});

describe("what is kept", () => {
  beforeEach(() => {
    for (let taskId = 1; taskId <= 5; taskId++) append({ taskId });
  });

  test("a whole log is whole, and tells its head", () => {
    expect(checkAudit(db)).toEqual({ rows: 5, scrubbed: 0, head: { id: 5, hash: auditHash(db, 5) as string }, damages: [] });
  });

  test("the database refuses to change and to delete rows", () => {
    expect(() => db.sql.run("DELETE FROM audit WHERE id = 5")).toThrow("append-only");
    expect(() => db.sql.run("UPDATE audit SET data = '{}' WHERE id = 5")).toThrow("append-only");
    expect(() => db.sql.run("UPDATE audit SET task_id = 9, scrubbed_at = 1 WHERE id = 5")).toThrow("append-only");
  });

  test.each([
    ["data", `UPDATE audit SET data = '{"by":"eve"}' WHERE id = 3`, [{ id: 3, what: "data changed" }]],
    ["a time", "UPDATE audit SET at = 1 WHERE id = 3", [{ id: 3, what: "changed" }]],
    ["a task", "UPDATE audit SET task_id = 9 WHERE id = 3", [{ id: 3, what: "changed" }]],
    ["a hash", `UPDATE audit SET hash = '${"f".repeat(64)}' WHERE id = 3`, [{ id: 3, what: "changed" }, { id: 4, what: "changed" }]], // biome-ignore format: a case a line
    ["a row taken out", "DELETE FROM audit WHERE id = 3", [{ id: 4, what: "missing before" }]],
    ["the first taken out", "DELETE FROM audit WHERE id = 1", [{ id: 2, what: "missing before" }]],
    ["a row put in before all", "INSERT INTO audit (id, at, name, source, data, digest, hash) VALUES (-1, 1, 'task.approved', 'person', '{}', '', '')", [{ id: -1, what: "put in" }]], // biome-ignore format: a case a line
    ["the last taken out", "DELETE FROM audit WHERE id = 5", [{ id: 4, what: "missing after" }]],
  ])("who edits the file is noticed: %s", (_, sql, damages) => {
    tamper(sql);
    expect(checkAudit(db).damages).toEqual(damages as never);
  });

  test("a row that nobody can read keeps nobody from reading the others", () => {
    tamper("UPDATE audit SET data = 'nothing' WHERE id = 3");
    expect(auditRows(db, { limit: 10 }).map(({ id, data }) => [id, data])).toContainEqual([3, {}]);
    expect(checkAudit(db).damages).toEqual([{ id: 3, what: "data changed" }]);
  });

  test("a log that was cut and goes on as if nothing had been is noticed", () => {
    tamper("DELETE FROM audit WHERE id > 2");
    append();
    expect(checkAudit(db).damages).toEqual([{ id: 3, what: "missing after" }]);
  });

  test("a log that was written anew is whole, and is not the one whose head was noted", () => {
    const noted = auditHash(db, 5);
    tamper("DELETE FROM audit");
    db.sql.run("DELETE FROM sqlite_sequence WHERE name = 'audit'");
    for (let taskId = 1; taskId <= 5; taskId++) append({ taskId: taskId + 1 });
    expect(checkAudit(db).damages).toEqual([]);
    expect(auditHash(db, 5)).not.toBe(noted);
  });

  test("secrets may be taken out of data later: the row stays where it was, and says so", () => {
    db.sql.run("UPDATE audit SET data = '{}', scrubbed_at = 9 WHERE id = 2");
    expect(checkAudit(db)).toMatchObject({ rows: 5, scrubbed: 1, damages: [] });
  });
});
