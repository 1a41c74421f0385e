// Requests that a caller may send again: done once for a key, and answered the same way every time.
import type { Ctx } from "./context.ts";
import type { Db } from "./database.ts";
import { Fault } from "./fault.ts";

/** How long an answer is kept for a caller who did not get it: a script that is started again the next day does. */
const KEPT_MS = 24 * 60 * 60_000;
/** Most answers that are kept, the newest, at about 1 kB each: one a second for a day. */
const MOST_KEYS = 86_400;
/** Old ones that go with each new one: more than come, so that they never pile up. */
const PRUNED_AT_ONCE = 20;

/** A key, and a hash of everything that was asked with it. */
export type Keyed = { key: string; request: string };

/** The answer that was given for the key before, or null. Faults: `invalid` when it was given to another request. */
export function answerBefore(ctx: Ctx, { key, request }: Keyed): string | null {
  const row = findKey(ctx.db, key, ctx.clock.now() - KEPT_MS);
  if (row && row.request !== request)
    throw new Fault("invalid", `The key "${key}" was used for another request.`, "Make a new key for each request, such as a random UUID.");
  return row?.answer ?? null;
}

/**
 * Does the work and keeps its answer, a JSON text, in one transaction: a crash leaves both or neither. Work that throws
 * leaves nothing, so that the request may be sent again with its key.
 */
export function doOnce(ctx: Ctx, keyed: Keyed, work: () => string): string {
  return ctx.db.transact(() => {
    const before = answerBefore(ctx, keyed);
    if (before !== null) return before;
    const answer = work();
    const at = ctx.clock.now();
    prune(ctx.db, at - KEPT_MS);
    insertKey(ctx.db, keyed, answer, at);
    return answer;
  }, "durable");
}

function findKey(db: Db, key: string, since: number): { request: string; answer: string } | null {
  return db.sql
    .query<{ request: string; answer: string }, [string, number]>(
      "SELECT request, answer FROM idempotency_keys WHERE key = ? AND created_at > ?",
    )
    .get(key, since);
}

/** A key that is too old to count is anybody's again. */
function insertKey(db: Db, { key, request }: Keyed, answer: string, at: number): void {
  db.sql
    .query<null, [string, string, string, number]>(
      "INSERT OR REPLACE INTO idempotency_keys (key, request, answer, created_at) VALUES (?, ?, ?, ?)",
    )
    .run(key, request, answer, at);
}

/** Takes some that are too old, or too many. Order of id is order of time. */
function prune(db: Db, before: number): void {
  db.sql
    .query<null, [number, number, number]>(
      `DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys ORDER BY id LIMIT ?1)
         AND (created_at <= ?2 OR id <= (SELECT max(id) FROM idempotency_keys) - ?3)`,
    )
    .run(PRUNED_AT_ONCE, before, MOST_KEYS);
}
