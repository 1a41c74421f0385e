// What every effectful function is given: eight things, so that a test or a simulation can replace each of them.
import type { Clock } from "./clock.ts";
import type { Db } from "./database.ts";
import type { Ids } from "./ids.ts";
import type { Jobs } from "./jobs.ts";
import type { Log } from "./log.ts";
import type { Paths } from "./paths.ts";

/**
 * Everything outside the database that a room touches: git, file trees, processes. Each room adds its own entry by
 * declaration merging and gives the real one in its `outside.ts`; `test/sim` gives a simulated one. Every function
 * in it is safe to repeat, because a crash may come between the effect and the row that records it.
 */
// biome-ignore lint/suspicious/noEmptyInterface: rooms add to it by declaration merging.
export interface Outside {}

/** The checked configuration; each room adds its section by declaration merging. */
// biome-ignore lint/suspicious/noEmptyInterface: rooms add to it by declaration merging.
export interface Config {}

export type Ctx = {
  readonly paths: Paths;
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: Config;
  readonly log: Log;
  readonly jobs: Jobs;
  readonly outside: Outside;
};

/** The same context for what somebody asks for: the events of a person's acts say who it was. */
export function actingFor(ctx: Ctx, by: string): Ctx {
  return { ...ctx, db: { ...ctx.db, by } };
}
