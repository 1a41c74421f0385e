// What a command asks of the daemon, because only the daemon may touch repositories and trees.
import type { Ctx } from "./context.ts";
import type { Db } from "./database.ts";
import { FAULTS, Fault, type FaultCode, isFault, messageOf } from "./fault.ts";
import { probeLock } from "./lock.ts";

/** Answers one kind of request; input and output are JSON. */
export type Answer = (ctx: Ctx, input: Record<string, unknown>) => Promise<unknown>;
export type Answers = Readonly<Record<string, Answer>>;

type Row = { id: number; kind: string; input: string; output: string | null; error: string | null };

/** Longest time the daemon works on one request. */
const REQUEST_MS = 10 * 60_000;
const POLL_MS = 20;

/** Leaves a request for the daemon and waits for its answer. Faults: those of the answer; `unavailable` when no daemon runs. */
export async function askDaemon(ctx: Ctx, kind: string, input: Record<string, unknown>, timeoutMs = REQUEST_MS): Promise<unknown> {
  if (!probeLock(ctx.paths.lock))
    throw new Fault("unavailable", "No daemon runs, and only it may do this.", "`ccm start` starts it; then try again.");
  const id = leaveRequest(ctx, kind, input);
  const deadline = ctx.clock.elapsed() + timeoutMs;
  for (;;) {
    const row = findRequest(ctx.db, id);
    if (row?.output) return JSON.parse(row.output);
    if (row?.error) throw faultFrom(row.error);
    if (!probeLock(ctx.paths.lock))
      throw new Fault("unavailable", "The daemon ended before it could answer.", "`ccm start` starts it; then try again.");
    if (ctx.clock.elapsed() > deadline)
      throw new Fault("timeout", `The daemon did not answer "${kind}" within ${timeoutMs / 1_000} s.`, "`ccm logs` shows what it does.");
    await ctx.clock.sleep(POLL_MS);
  }
}

/** Leaves a request without waiting for its answer; a daemon that starts later takes it up, too. Gives its number. */
export function leaveRequest(ctx: Ctx, kind: string, input: Record<string, unknown>): number {
  return ctx.db.transact(() => insertRequest(ctx.db, kind, input, ctx.clock.now()));
}

/** The daemon's part of the loop: each open request is a job. */
export function stepRequests(ctx: Ctx, answers: Answers): void {
  for (const row of openRequests(ctx.db)) {
    ctx.jobs.start({ key: `request:${row.id}`, timeoutMs: REQUEST_MS, work: () => answer(ctx, answers, row) });
  }
}

async function answer(ctx: Ctx, answers: Answers, row: Row): Promise<void> {
  try {
    const respond = answers[row.kind];
    if (!respond)
      throw new Fault(
        "invalid",
        `The daemon does not know the request "${row.kind}".`,
        "Is it an older version? `ccm stop`, then `ccm start`.",
      );
    const output = (await respond(ctx, JSON.parse(row.input))) ?? null;
    ctx.db.transact(() => answerRequest(ctx.db, row.id, { output: JSON.stringify(output), error: null }, ctx.clock.now()));
  } catch (thrown) {
    const fault = isFault(thrown)
      ? thrown
      : new Fault("failed", `The daemon broke on "${row.kind}": ${messageOf(thrown)}.`, "This is a bug in ccm.");
    ctx.db.transact(() => answerRequest(ctx.db, row.id, { output: null, error: JSON.stringify(fault) }, ctx.clock.now()));
  }
}

function faultFrom(json: string): Fault {
  const { code, message, hint } = JSON.parse(json) as { code: string; message: string; hint: string };
  return new Fault(code in FAULTS ? (code as FaultCode) : "failed", message, hint);
}

function insertRequest(db: Db, kind: string, input: Record<string, unknown>, at: number): number {
  const row = db.sql
    .query<{ id: number }, [string, string, number]>("INSERT INTO requests (kind, input, created_at) VALUES (?, ?, ?) RETURNING id")
    .get(kind, JSON.stringify(input), at);
  return row?.id ?? 0;
}

function findRequest(db: Db, id: number): Row | null {
  return db.sql.query<Row, [number]>("SELECT id, kind, input, output, error FROM requests WHERE id = ?").get(id);
}

function openRequests(db: Db): Row[] {
  return db.sql.query<Row, []>("SELECT id, kind, input, output, error FROM requests WHERE answered_at IS NULL ORDER BY id").all();
}

function answerRequest(db: Db, id: number, result: { output: string | null; error: string | null }, at: number): void {
  db.sql
    .query<null, [string | null, string | null, number, number]>(
      "UPDATE requests SET output = ?, error = ?, answered_at = ? WHERE id = ? AND answered_at IS NULL",
    )
    .run(result.output, result.error, at, id);
}
