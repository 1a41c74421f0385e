// The API's operations on the policy, with the words and the answers of the command line.
import * as v from "valibot";
import { guardWishSchema } from "../hooks/shapes.ts";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { isoTimeSchema } from "../kernel/shape.ts";
import { projectNamed } from "../projects/actions.ts";
import { policyShape, replayShape } from "./policy/action.ts";
import { policyHere } from "./policy/policy.ts";
import { replayPolicy } from "./policy/replay.ts";
import { policyShapeSchema, replayShapeSchema } from "./policy/shapes.ts";

/** A month, as on the command line. */
const SINCE_MS = 30 * 86_400_000;

const project = v.exactOptional(v.pipe(v.string(), v.description("For agents of this project")));

const show = readOperation({
  path: "/policy",
  name: "policyShow",
  summary: "Show what agents may do, and who said so",
  query: v.strictObject({ project }),
  answer: policyShapeSchema,
  async run(ctx, { query }) {
    const named = query.project === undefined ? null : projectNamed(ctx, query.project);
    return policyShape(await policyHere(ctx, named), named);
  },
});

/** A policy in a query: it changes nothing, so it is asked for and not posted. */
const guards = v.pipe(
  v.string(),
  v.maxLength(20_000),
  v.parseJson(undefined, "is no JSON"),
  guardWishSchema,
  v.description("In the place of `guards` of the configuration, or of the project's: JSON with classes, deny, ask, allow"),
);

const test = readOperation({
  path: "/policy/test",
  name: "policyTest",
  summary: "Judge what agents did by the policy as it is now, or by another; nothing is changed",
  query: v.strictObject({
    since: v.exactOptional(v.pipe(isoTimeSchema, v.description("Calls since then; thirty days without it"))),
    project,
    guards: v.exactOptional(guards),
  }),
  answer: replayShapeSchema,
  async run(ctx, { query }) {
    const named = query.project === undefined ? null : projectNamed(ctx, query.project);
    const since = query.since === undefined ? ctx.clock.now() - SINCE_MS : Date.parse(query.since);
    const tried = query.guards === undefined ? null : ({ guards: query.guards, for: named ? "project" : "configuration" } as const);
    return replayShape(ctx, await replayPolicy(ctx, { since, project: named, tried }), since);
  },
});

export const policyOperations: readonly Operation[] = [show, test];
