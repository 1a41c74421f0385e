// Transactions: immediate, joined when nested, with effects that only a commit lets out.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Db, openDatabase } from "../../src/kernel/database.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { temporaryFolder } from "../support/folders.ts";

function counter(path = ":memory:"): Db {
  const db = openDatabase(path);
  db.sql.run("CREATE TABLE IF NOT EXISTS counts (n INTEGER NOT NULL) STRICT");
  return db;
}

const add = (db: Db) => void db.sql.query("INSERT INTO counts VALUES (1)").run();
const total = (db: Db) => db.sql.query<{ n: number }, []>("SELECT count(*) AS n FROM counts").get()?.n;

describe("transact", () => {
  test("commits what it did and gives what it returned", () => {
    const db = counter();
    const seven = db.transact(() => {
      add(db);
      return 7;
    });
    expect(seven).toBe(7);
    expect(total(db)).toBe(1);
  });

  test("takes everything back when it throws", () => {
    const db = counter();
    expect(() =>
      db.transact(() => {
        add(db);
        throw new Fault("invalid", "no");
      }),
    ).toThrow("no");
    expect(total(db)).toBe(0);
    db.transact(() => add(db));
    expect(total(db)).toBe(1);
  });

  test("inside another joins it: what the outer one takes back is gone altogether", () => {
    const db = counter();
    expect(() =>
      db.transact(() => {
        db.transact(() => add(db));
        throw new Error("outer");
      }),
    ).toThrow("outer");
    expect(total(db)).toBe(0);
  });

  test("refuses to be asynchronous", () => {
    const db = counter();
    expect(() => db.transact(async () => add(db))).toThrow("must not be asynchronous");
    expect(total(db)).toBe(0);
  });

  test("is durable only where that was asked for", () => {
    const db = counter(join(temporaryFolder(), "d.db"));
    const synchronous = () => db.sql.query<{ synchronous: number }, []>("PRAGMA synchronous").get()?.synchronous;
    db.transact(() => expect(synchronous()).toBe(2), "durable");
    expect(synchronous()).toBe(1);
    db.close();
  });
});

describe("effects", () => {
  test("run after the commit, in order", () => {
    const db = counter();
    const seen: unknown[] = [];
    db.transact(() => {
      db.afterCommit(() => seen.push(["effect", total(db), db.sql.inTransaction]));
      add(db);
      seen.push("body");
    });
    expect(seen).toEqual(["body", ["effect", 1, false]]);
  });

  test("do not run when the transaction is taken back", () => {
    const db = counter();
    const seen: string[] = [];
    const attempt = () =>
      db.transact(() => {
        db.afterCommit(() => seen.push("effect"));
        throw new Error("no");
      });
    expect(attempt).toThrow();
    db.transact(() => add(db));
    expect(seen).toEqual([]);
  });

  test("run at once outside a transaction", () => {
    const seen: string[] = [];
    counter().afterCommit(() => seen.push("effect"));
    expect(seen).toEqual(["effect"]);
  });
});

describe("several processes", () => {
  test("another connection's commit changes the data version, an own one does not", () => {
    const path = join(temporaryFolder(), "v.db");
    const [mine, other] = [counter(path), counter(path)];
    const before = mine.dataVersion();
    mine.transact(() => add(mine));
    expect(mine.dataVersion()).toBe(before);
    other.transact(() => add(other));
    expect(mine.dataVersion()).not.toBe(before);
    mine.close();
    other.close();
  });

  test("own changes are counted", () => {
    const db = counter();
    const before = db.changes();
    db.transact(() => add(db));
    expect(db.changes()).toBe(before + 1);
  });
});

describe("what SQLite refuses becomes a Fault with a hint", () => {
  const faultOf = (act: () => unknown): Fault => {
    try {
      act();
    } catch (thrown) {
      if (thrown instanceof Fault) return thrown;
      throw thrown;
    }
    throw new Error("Nothing was thrown.");
  };

  test("a lock that another process holds", () => {
    const path = join(temporaryFolder(), "l.db");
    const [mine, other] = [counter(path), counter(path)];
    mine.sql.run("PRAGMA busy_timeout=1");
    other.sql.run("BEGIN IMMEDIATE");
    expect(faultOf(() => mine.transact(() => add(mine)))).toMatchObject({ code: "unavailable" });
    other.sql.run("ROLLBACK");
    mine.transact(() => add(mine));
    mine.close();
    other.close();
  });

  test("a file that is no database", async () => {
    const path = join(temporaryFolder(), "x.db");
    await Bun.write(path, "this is not a database, it is a text that is long enough to be read as a header".repeat(20));
    expect(faultOf(() => openDatabase(path))).toMatchObject({ code: "environment", hint: expect.stringContaining("backups") });
  });

  test("a folder that is not there", () => {
    expect(faultOf(() => openDatabase(join(temporaryFolder(), "no/where/x.db")))).toMatchObject({ code: "environment" });
  });

  test("a full disk", () => {
    const db = counter(join(temporaryFolder(), "f.db"));
    db.sql.run("PRAGMA max_page_count=3");
    const fill = () =>
      db.transact(() =>
        db.sql
          .query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO counts SELECT i FROM n")
          .run(),
      );
    expect(faultOf(fill)).toMatchObject({ code: "environment", hint: expect.stringContaining("Free space") });
    expect(total(db)).toBe(0);
    db.close();
  });
});
