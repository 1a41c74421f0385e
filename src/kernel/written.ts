// Waiting for the database to be written, by this process or another, without reading it.
import type { Ctx } from "./context.ts";

/** Between two looks, of microseconds each: what a script does not notice. */
const LOOK_MS = 50;

/** What differs after every write. Whoever reads and then waits takes it before reading, so that no write falls between. */
export function writtenSoFar({ db }: Ctx): string {
  return `${db.dataVersion()}.${db.changes()}`;
}

/** Until something is written after `seen`, `deadline` (of the elapsed time) has passed, or the signal aborts. */
export async function untilWritten(ctx: Ctx, seen: string, deadline: number, signal?: AbortSignal): Promise<void> {
  while (writtenSoFar(ctx) === seen && ctx.clock.elapsed() < deadline && !signal?.aborted) await ctx.clock.sleep(LOOK_MS, signal);
}
