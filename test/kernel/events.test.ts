// The event log: readers keep a cursor; nothing too large and no known secret gets in.
import { beforeEach, expect, test } from "bun:test";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { appendEvent, EVENT_DATA_BYTES, lastSeq, readEvents } from "../../src/kernel/events.ts";
import { migrate } from "../../src/kernel/migrate.ts";
import { MIGRATIONS } from "../../src/kernel/migrations.ts";

let db: Db;

beforeEach(() => {
  db = openDatabase(":memory:");
  migrate(db, MIGRATIONS, "/unused", 0);
});

const append = (name: string, taskId?: number, data: Record<string, unknown> = {}) =>
  appendEvent(db, 1_000, { name, source: "daemon", data, ...(taskId ? { taskId } : {}) });

test("a reader that keeps the last seq sees every event once, in order", () => {
  append("a.happened");
  const first = readEvents(db, { after: 0, limit: 10 });
  append("b.happened");
  append("c.happened");
  const then = readEvents(db, { after: first.at(-1)?.seq ?? 0, limit: 10 });
  expect([...first, ...then].map(({ name }) => name)).toEqual(["a.happened", "b.happened", "c.happened"]);
  expect(readEvents(db, { after: lastSeq(db), limit: 10 })).toEqual([]);
});

test("an event says when, from whom, and about what", () => {
  append("task.created", 4, { title: "Fix it" });
  expect(readEvents(db, { after: 0, limit: 1 })).toEqual([
    { seq: 1, at: 1_000, name: "task.created", source: "daemon", projectId: null, taskId: 4, runId: null, data: { title: "Fix it" } },
  ]);
});

test("a reader can ask for one task, and for a limited number", () => {
  for (const id of [1, 2, 1, 2, 1]) append("task.moved", id);
  expect(readEvents(db, { after: 0, limit: 10, taskId: 2 }).map(({ seq }) => seq)).toEqual([2, 4]);
  expect(readEvents(db, { after: 0, limit: 2, taskId: 1 }).map(({ seq }) => seq)).toEqual([1, 3]);
});

test("a transaction that is taken back takes its events with it", () => {
  const attempt = () =>
    db.transact(() => {
      append("task.moved");
      throw new Error("no");
    });
  expect(attempt).toThrow();
  expect(lastSeq(db)).toBe(0);
});

test("data that is too large is cut and says so", () => {
  append("big.came", 1, { text: "x".repeat(EVENT_DATA_BYTES), list: [1] });
  const [event] = readEvents(db, { after: 0, limit: 1 });
  expect(event?.data).toMatchObject({ cut: true, list: [1] });
  expect(JSON.stringify(event?.data).length).toBeLessThan(EVENT_DATA_BYTES);
});

test("data that cannot be cut leaves only its size", () => {
  append("big.came", 1, { list: Array.from({ length: 40_000 }, (_, i) => i) });
  expect(readEvents(db, { after: 0, limit: 1 })[0]?.data).toEqual({ cut: true, bytes: expect.any(Number) });
});

test("a secret of a known shape is taken out before it is stored", () => {
  append("run.ended", 1, { tail: "token ghp_abcdefghijklmnopqrstuvwxyz0123456789" });
  expect(readEvents(db, { after: 0, limit: 1 })[0]?.data.tail).toBe("token [redacted GitHub token]");
});
