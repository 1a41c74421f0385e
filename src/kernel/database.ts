// SQLite: opened in the right order, written only in immediate transactions whose effects run after the commit.
import { Database, SQLiteError } from "bun:sqlite";
import { chmodSync } from "node:fs";
import { Fault } from "./fault.ts";

/** How long a writer waits for another process's transaction before it gives up. */
const BUSY_TIMEOUT_MS = 5_000;
/** Page cache in KiB. 2 MB and 4 MB time the same on a million rows; 64 MB costs 80 MB of memory. */
const CACHE_KIB = 4_000;

/** `durable` survives power loss (synchronous=FULL, ten times slower); `normal` survives every process's death. */
export type Durability = "normal" | "durable";

/** An open database. Reads run directly on `sql`; every write goes through `transact`. */
export type Db = {
  readonly sql: Database;
  /** Who asks for what is written, where it is known; see `actingFor`. */
  readonly by?: string;
  /**
   * Runs `work` in one BEGIN IMMEDIATE transaction; inside another `transact` it joins that one. Nothing in it may
   * be asynchronous. Faults: `unavailable` when another process holds the lock for 5 s, `environment` when the disk
   * is full or the file is read-only.
   */
  transact<T>(work: () => T, durability?: Durability): T;
  /** Runs `effect` after the commit of the current transaction, or at once outside one. Effects may be lost to a crash. */
  afterCommit(effect: () => void): void;
  /** Changes whenever another connection has committed; costs microseconds. */
  dataVersion(): number;
  /** Grows with every row that this connection has changed. */
  changes(): number;
  /** Gives back the memory that holds what was read: https://sqlite.org/pragma.html#pragma_shrink_memory */
  shrink(): void;
  close(): void;
};

/** Opens or creates the file (`:memory:` for tests). Only the owner may read it. Faults: `environment`. */
export function openDatabase(path: string, mode: "create" | "existing" = "create"): Db {
  const sql = guarded(() => new Database(path, { create: mode === "create", readwrite: true, strict: true }));
  if (mode === "create" && path !== ":memory:") chmodSync(path, 0o600); // SQLite gives its -wal and -shm the same mode.
  guarded(() => {
    sql.run(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`); // First: the next one already takes a lock.
    sql.run("PRAGMA journal_mode=WAL");
    sql.run("PRAGMA synchronous=NORMAL");
    sql.run(`PRAGMA cache_size=-${CACHE_KIB}`);
    sql.run("PRAGMA mmap_size=0");
    sql.run("PRAGMA foreign_keys=ON");
  });
  return wrap(sql);
}

function wrap(sql: Database): Db {
  let effects: (() => void)[] | undefined;
  const changes = sql.query<{ n: number }, []>("SELECT total_changes() AS n");
  const version = sql.query<{ data_version: number }, []>("PRAGMA data_version");

  function commit<T>(work: () => T): { result: T; after: (() => void)[] } {
    effects = [];
    sql.run("BEGIN IMMEDIATE");
    try {
      const result = work();
      if (result instanceof Promise) throw new Error("A transaction must not be asynchronous.");
      sql.run("COMMIT");
      return { result, after: effects };
    } catch (thrown) {
      if (sql.inTransaction) sql.run("ROLLBACK");
      throw thrown;
    } finally {
      effects = undefined;
    }
  }

  return {
    sql,
    transact(work, durability = "normal") {
      if (effects) return work();
      const { result, after } = guarded(() => {
        if (durability === "normal") return commit(work);
        sql.run("PRAGMA synchronous=FULL");
        try {
          return commit(work);
        } finally {
          sql.run("PRAGMA synchronous=NORMAL");
        }
      });
      for (const effect of after) effect();
      return result;
    },
    afterCommit(effect) {
      if (effects) effects.push(effect);
      else effect();
    },
    dataVersion: () => version.get()?.data_version ?? 0,
    changes: () => changes.get()?.n ?? 0,
    shrink: () => void sql.run("PRAGMA shrink_memory"),
    close: () => sql.close(),
  };
}

/** Turns SQLite's own failures into Faults; everything else passes as it is. */
export function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw thrown instanceof SQLiteError ? (faultOf(thrown) ?? thrown) : thrown;
  }
}

function faultOf(error: SQLiteError): Fault | undefined {
  const code = error.code ?? "";
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return new Fault(
      "unavailable",
      "The database is locked by another process.",
      "Try again; `ccm status` shows whether the daemon runs.",
      { cause: error },
    );
  }
  if (code.startsWith("SQLITE_FULL") || code.startsWith("SQLITE_IOERR")) {
    return new Fault("environment", `The database could not be written: ${error.message}.`, "Free space on the disk that holds CCM_HOME.", {
      cause: error,
    });
  }
  if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_PERM")) {
    return new Fault(
      "environment",
      `The database could not be opened for writing: ${error.message}.`,
      "Check that CCM_HOME exists, belongs to you and is writable; `ccm init --yes` creates it.",
      { cause: error },
    );
  }
  if (code.startsWith("SQLITE_CORRUPT") || code.startsWith("SQLITE_NOTADB")) {
    return new Fault(
      "environment",
      `The database is damaged: ${error.message}.`,
      "Restore the newest file of CCM_HOME/backups, then run `ccm fsck`.",
      { cause: error },
    );
  }
  return undefined;
}
