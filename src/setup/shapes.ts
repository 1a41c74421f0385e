// The whole as scripts read it: the daemon, what runs, what needs a person, and whether all is well.
import * as v from "valibot";
import { BREAKER_KINDS, RUN_KINDS } from "../agents/schema.ts";
import { countSchema, isoTimeSchema } from "../kernel/shape.ts";
import { SANDBOX_LEVELS } from "../sandbox/schema.ts";
import { stateCountsSchema } from "../tasks/shapes.ts";
import { CHECK_VERDICTS, PROFILES } from "./schema.ts";

const daemonSchema = v.variant("state", [
  v.strictObject({
    state: v.literal("running"),
    pid: v.number(),
    startedAt: isoTimeSchema,
    version: v.string(),
    sandbox: v.nullable(v.picklist(SANDBOX_LEVELS)),
    profile: v.picklist(PROFILES),
    web: v.nullable(v.union([v.strictObject({ url: v.string() }), v.strictObject({ fault: v.string() })])),
  }),
  v.strictObject({ state: v.picklist(["busy", "stopped"]), version: v.string() }),
]);

export const statusSchema = v.strictObject({
  home: v.string(),
  daemon: daemonSchema,
  projects: countSchema,
  tasks: stateCountsSchema,
  runs: v.array(
    v.strictObject({ run: v.number(), task: v.number(), kind: v.picklist(RUN_KINDS), agent: v.string(), since: isoTimeSchema }),
  ),
  waitsForYou: v.array(
    v.union([
      v.strictObject({ task: v.number(), title: v.string(), reason: v.string(), text: v.string() }),
      v.strictObject({ agent: v.string(), reason: v.picklist(BREAKER_KINDS), text: v.string() }),
    ]),
  ),
});
export type StatusShape = v.InferOutput<typeof statusSchema>;

export const healthSchema = v.strictObject({
  ok: v.boolean(),
  checks: v.array(
    v.strictObject({
      name: v.string(),
      verdict: v.picklist(CHECK_VERDICTS),
      text: v.string(),
      hint: v.pipe(v.string(), v.description("What to do about it; empty when all is well")),
    }),
  ),
});
