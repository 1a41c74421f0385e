// Every text in a database, whatever its tables are: read, rewritten, and gone from the file's bytes.
import { type Db, guarded } from "./database.ts";
import { Fault } from "./fault.ts";

/** A text, and where it is. */
export type TextPlace = { table: string; column: string; text: string };

type Key = string | number;
type Table = { name: string; columns: string[]; keys: string[]; marksScrubbed: boolean };
type Row = Record<string, Key | null>;

/** A moment in which nobody reads: with forty commands one after another on a loaded machine there was none for 5 s. */
const FREE_MOMENT_MS = 60_000;

/** Rows that are read at once, and changed in one transaction: other processes write in between. */
const BATCH = 500;

/**
 * Calls `look` for every text, and writes what it gives where that is another text; null leaves it. A table with a column
 * `scrubbed_at` is told when (epoch ms). Reading takes some 3 s for a million events.
 */
export function rewriteTexts(db: Db, now: number, look: (place: TextPlace) => string | null): void {
  for (const table of tablesOf(db)) {
    let after: Key[] | null = null;
    for (;;) {
      const rows: Row[] = readRows(db, table, after);
      const changes = rows.flatMap((row) => changesOf(table, row, look));
      if (changes.length > 0) db.transact(() => changes.forEach((change) => void writeText(db, table, change, now)));
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) break;
      after = keysOf(table, last);
    }
  }
}

/** What was there once is overwritten, also in free pages: https://sqlite.org/pragma.html#pragma_secure_delete */
export function overwriteDeleted(db: Db): void {
  db.sql.run("PRAGMA secure_delete=ON");
}

/**
 * Writes the file anew and empties the log beside it, so that its bytes are those of its rows. Others may read and write
 * meanwhile: the log is emptied in a moment in which nobody does. Faults: `unavailable` without one, `environment`.
 */
export function compact(db: Db): void {
  guarded(() => db.sql.run("VACUUM"));
  const deadline = performance.now() + FREE_MOMENT_MS;
  // Each try waits as long as any writer does, and holds up others for that time at most.
  while (db.sql.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy !== 0)
    if (performance.now() > deadline)
      throw new Fault("unavailable", "Other processes read the database all the time.", "Try again when fewer commands run.");
}

/** A copy is one file: it has no log beside it. */
export function leaveAlone(db: Db): void {
  db.sql.run("PRAGMA journal_mode=DELETE");
}

/** Tables with texts, and by what a row of each is found. */
function tablesOf(db: Db): Table[] {
  const names = db.sql
    .query<{ name: string; wr: number }, []>(
      "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all();
  return names.flatMap(({ name, wr }) => {
    const columns = db.sql
      .query<{ name: string; type: string; pk: number }, [string]>("SELECT name, type, pk FROM pragma_table_info(?)")
      .all(name);
    const primary = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    const keys = wr ? primary.map((column) => column.name) : ["rowid"];
    const texts = columns.filter((column) => column.type === "TEXT" && !keys.includes(column.name)).map((column) => column.name);
    return texts.length > 0 ? [{ name, columns: texts, keys, marksScrubbed: columns.some((column) => column.name === "scrubbed_at") }] : [];
  });
}

function readRows(db: Db, { name, columns, keys }: Table, after: Key[] | null): Row[] {
  const wanted = [...keys.map((key, place) => `${quoted(key)} AS ${quoted(`key ${place}`)}`), ...columns.map(quoted)].join(", ");
  const order = keys.map(quoted).join(", ");
  const where = after ? `WHERE (${order}) > (${keys.map(() => "?").join(", ")})` : "";
  return db.sql.query<Row, Key[]>(`SELECT ${wanted} FROM ${quoted(name)} ${where} ORDER BY ${order} LIMIT ${BATCH}`).all(...(after ?? []));
}

type Change = { column: string; before: string; text: string; keys: Key[] };

function changesOf(table: Table, row: Row, look: (place: TextPlace) => string | null): Change[] {
  return table.columns.flatMap((column) => {
    const before = row[column];
    if (typeof before !== "string" || before === "") return [];
    const text = look({ table: table.name, column, text: before });
    return text === null || text === before ? [] : [{ column, before, text, keys: keysOf(table, row) }];
  });
}

/** Only if nobody has changed it meanwhile; the proof that follows would find what is left. */
function writeText(db: Db, { name, keys, marksScrubbed }: Table, change: Change, now: number): void {
  const set = `${quoted(change.column)} = ?${marksScrubbed ? ", scrubbed_at = ?" : ""}`;
  const where = [...keys, change.column].map((key) => `${quoted(key)} = ?`).join(" AND ");
  const values = [change.text, ...(marksScrubbed ? [now] : []), ...change.keys, change.before];
  db.sql.query<null, Key[]>(`UPDATE ${quoted(name)} SET ${set} WHERE ${where}`).run(...values);
}

function keysOf({ keys }: Table, row: Row): Key[] {
  return keys.map((_, place) => row[`key ${place}`] as Key);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
