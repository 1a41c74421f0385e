// The API's operations on runs and their agents, with the words and the answers of the command line.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { type Operation, readOperation, writeOperation } from "../kernel/operation.ts";
import { decodeCursor, numberInQuery, pageOf, pageQuery, pageSchema, yesOrNo } from "../kernel/paging.ts";
import { countSchema } from "../kernel/shape.ts";
import { projectOf } from "../projects/actions.ts";
import { liveRuns, newestRuns, runMeant } from "./actions.ts";
import { listed, listedShape } from "./command-actions.ts";
import { runShape } from "./rules.ts";
import type { Run, RunShape } from "./schema.ts";
import { agentStatusSchema, listedRunSchema, runShapeSchema } from "./shapes.ts";
import { interruptAgent, restartAgent, sendMessage, stopAgent } from "./talk.ts";
import { TONES } from "./transcript/lines.ts";
import { logAfter, logBefore } from "./transcript/log-window.ts";

const LIST = "agents";

const agentParams = v.strictObject({
  id: v.pipe(v.string(), v.description("A task's number, which means its run, or a run as r34")),
});

const list = readOperation({
  path: "/agents",
  name: "listAgents",
  summary: "List the runs that are live, and what each agent does this moment",
  query: v.strictObject({
    all: v.pipe(v.optional(yesOrNo, "false"), v.description("The newest runs, those that have ended included, a page at a time")),
    ...pageQuery,
  }),
  answer: pageSchema(listedRunSchema),
  run(ctx, { query: { all, limit, cursor } }) {
    const shape = (run: Run) => listedShape(listed(ctx, run));
    if (!all) return { items: liveRuns(ctx).map(shape), next: null };
    const [before] = cursor === undefined ? [] : decodeCursor(LIST, cursor, 1);
    return pageOf(newestRuns(ctx, limit + 1, before), { list: LIST, limit, place: (run) => [run.id], shape });
  },
});

const status = readOperation({
  path: "/agents/:id",
  name: "agentStatus",
  summary: "Show what an agent does, asks and has cost, or how a run ended",
  params: agentParams,
  answer: agentStatusSchema,
  run(ctx, { params }) {
    const row = listed(ctx, runMeant(ctx, params.id, "newest"));
    return { ...listedShape(row), tail: row.run.exit?.tail ?? null };
  },
});

const position = v.exactOptional(numberInQuery(0, Number.MAX_SAFE_INTEGER));

const output = readOperation({
  path: "/agents/:id/output",
  name: "agentOutput",
  summary: "Read what a run has shown, as lines, a window at a time",
  description:
    "Without `before` and `after`, the last lines. `before` = `from` of a window gives those above it, `after` = `to` those that have come since.",
  params: agentParams,
  query: v.strictObject({ before: position, after: position }),
  answer: v.strictObject({
    lines: v.array(v.strictObject({ tone: v.picklist(TONES), text: v.string() })),
    from: v.pipe(countSchema, v.description("0 when nothing is above")),
    to: countSchema,
  }),
  run(ctx, { params, query: { before, after } }) {
    const { id } = runMeant(ctx, params.id, "newest");
    const following = after === undefined ? null : logAfter(ctx, id, after);
    if (following === "nothing") return { lines: [], from: after ?? 0, to: after ?? 0 };
    const window = following === null || following === "much" ? logBefore(ctx, id, before ?? null) : following;
    return { ...window, lines: window.lines.map(({ tone, text }) => ({ tone, text })) };
  },
});

const message = writeOperation({
  path: "/agents/:id/message",
  name: "message",
  summary: "Tell an agent something while it works",
  params: agentParams,
  body: v.strictObject({
    text: v.string(),
    now: v.pipe(v.optional(v.boolean(), false), v.description("End its turn first, instead of waiting for the next step")),
  }),
  example: { text: "The tests are in spec/, not in test/." },
  answer: runShapeSchema,
  run(ctx, { params, body }) {
    const run = runMeant(ctx, params.id, "live");
    sendMessage(ctx, run, body.text, body.now ? "now" : "next");
    return shown(ctx, run);
  },
});

export const agentOperations: readonly Operation[] = [
  list,
  status,
  output,
  ask("stop", "stopAgent", "Stop an agent and pause its task; its work is kept", stopAgent),
  ask("restart", "restartAgent", "Stop an agent and start another in its place, on the same work", restartAgent),
  message,
  ask("interrupt", "interrupt", "End an agent's turn without ending the agent; it then waits for your message", interruptAgent),
];

function ask(word: string, name: string, summary: string, act: (ctx: Ctx, run: Run) => unknown): Operation {
  return writeOperation({
    path: `/agents/:id/${word}`,
    name,
    summary,
    params: agentParams,
    answer: runShapeSchema,
    run(ctx, { params }) {
      const run = runMeant(ctx, params.id, "live");
      act(ctx, run);
      return shown(ctx, run);
    },
  });
}

/** As it was when it was asked: stopping and restarting are the loop's, and take a moment. */
function shown(ctx: Ctx, run: Run): RunShape {
  return runShape(run, projectOf(ctx, run.projectId).name);
}
