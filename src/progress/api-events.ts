// The API's feed of what happens: the newest events, those after one, and waiting for the next.
import * as v from "valibot";
import { runMeant } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { followEvents, lastSeq, newestEvents } from "../kernel/events.ts";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { numberInQuery, pageQuery } from "../kernel/paging.ts";
import { countSchema } from "../kernel/shape.ts";
import { untilWritten, writtenSoFar } from "../kernel/written.ts";
import { projectNamed } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { eventShape } from "./log-action.ts";
import { eventShapeSchema } from "./shapes.ts";

/** Longest wait of one request: below what proxies and clients commonly allow. A script asks again. */
const WAIT_SECONDS = 60;

const logs = readOperation({
  path: "/events",
  name: "logs",
  summary: "Read what has happened, and follow what happens",
  description:
    "Without `after`, the newest events; with it, those that follow, the oldest first: from 0, all that are kept. Ask again with `after` = `next`. `wait` holds the answer back until there is an event, or the time is over; `next` moves on also where nothing was found.",
  query: v.strictObject({
    after: v.exactOptional(v.pipe(numberInQuery(0, Number.MAX_SAFE_INTEGER), v.description("Events after this `seq`"))),
    limit: pageQuery.limit,
    wait: v.pipe(v.optional(numberInQuery(0, WAIT_SECONDS), "0"), v.description("With `after`: wait so many seconds for an event")),
    project: v.exactOptional(v.pipe(v.string(), v.description("Only of this project"))),
    task: v.exactOptional(v.pipe(numberInQuery(1, Number.MAX_SAFE_INTEGER), v.description("Only of this task"))),
    run: v.exactOptional(v.pipe(v.string(), v.regex(/^r[1-9]\d{0,14}$/, "is no run such as r34"), v.description("Only of this run: r34"))),
    name: v.exactOptional(v.pipe(v.string(), v.maxLength(100), v.description("With `after`: only events of this name"))),
  }),
  answer: v.strictObject({
    items: v.array(eventShapeSchema),
    next: v.pipe(countSchema, v.description("What to ask for next, as `after`")),
  }),
  async run(ctx, { query: { after, limit, wait, name, ...about }, signal }) {
    const wanted = { ...wantedBy(ctx, about), limit };
    if (after === undefined) {
      const next = lastSeq(ctx.db);
      return { items: newestEvents(ctx.db, wanted).map(eventShape), next };
    }
    const deadline = ctx.clock.elapsed() + wait * 1_000;
    for (let from = after; ; ) {
      const seen = writtenSoFar(ctx);
      const { events, next } = followEvents(ctx.db, { ...wanted, after: from, ...(name === undefined ? {} : { name }) });
      const isAll = next >= lastSeq(ctx.db);
      if (events.length > 0 || !isAll || ctx.clock.elapsed() >= deadline || signal.aborted) return { items: events.map(eventShape), next };
      await untilWritten(ctx, seen, deadline, signal);
      from = next;
    }
  },
});

function wantedBy(
  ctx: Ctx,
  about: { project?: string; task?: number; run?: string },
): { projectId?: number; taskId?: number; runId?: number } {
  const run = about.run === undefined ? null : runMeant(ctx, about.run, "newest");
  return {
    ...(about.project === undefined ? {} : { projectId: projectNamed(ctx, about.project).id }),
    ...(about.task === undefined ? {} : { taskId: mustFind(ctx, about.task).id }),
    ...(run ? { taskId: run.taskId, runId: run.id } : {}),
  };
}

export const eventOperations: readonly Operation[] = [logs];
