// Automations and what they did, as scripts read them.
import * as v from "valibot";
import { countSchema, isoTimeSchema } from "../../kernel/shape.ts";
import { automationSentence, VERDICTS } from "../rules.ts";
import type { Automation, AutomationRecord } from "../schema.ts";
import type { LoggedRow } from "../table.ts";

export const automationLogSchema = v.object({
  at: isoTimeSchema,
  task: v.nullable(countSchema),
  run: v.nullable(countSchema),
  name: v.string(),
  event: v.string(),
  tool: v.string(),
  ok: v.boolean(),
  why: v.pipe(v.string(), v.description("What went wrong, of one that failed")),
  verdict: v.nullable(v.picklist(VERDICTS)),
  reason: v.string(),
  exitCode: v.nullable(v.pipe(v.number(), v.integer())),
  tookMs: countSchema,
  said: v.pipe(v.string(), v.description("The last of its error output, without secrets")),
  text: v.pipe(v.string(), v.description("All of it in a sentence")),
});
export type AutomationLogShape = v.InferOutput<typeof automationLogSchema>;

export const automationSchema = v.object({
  name: v.string(),
  enabled: v.boolean(),
  about: v.string(),
  events: v.array(v.string()),
  matcher: v.pipe(v.string(), v.description("A pattern of tools; empty for all")),
  deadlineMs: v.nullable(countSchema),
  failure: v.nullable(v.picklist(["allow", "deny"])),
  secrets: v.array(v.string()),
  shipped: v.pipe(v.nullable(v.picklist(["as shipped", "changed"])), v.description("Of one that came with ccm")),
  trouble: v.pipe(v.nullable(v.string()), v.description("Why it is not run, whether it is enabled or not")),
  last: v.nullable(automationLogSchema),
});
export type AutomationShape = v.InferOutput<typeof automationSchema>;

export function automationShape(
  { name, isEnabled, header, shipped, trouble }: Automation,
  last: AutomationLogShape | null,
): AutomationShape {
  const { about = "", events = [], matcher = "", deadlineMs = null, failure = null, secrets = [] } = header ?? {};
  return { name, enabled: isEnabled, about, events, matcher, deadlineMs, failure, secrets, shipped, trouble, last };
}

/** What stands in the log was written by a host as an AutomationRecord. */
export function automationLogShape({ at, taskId, runId, data }: LoggedRow): AutomationLogShape {
  const record = JSON.parse(data) as AutomationRecord;
  const { name, event, tool, ok, why, verdict, reason, code, tookMs, said } = record;
  const iso = new Date(at).toISOString();
  const facts = { name, event, tool, ok, why, verdict, reason, exitCode: code, tookMs, said };
  return { at: iso, task: taskId, run: runId, ...facts, text: automationSentence(record) };
}
