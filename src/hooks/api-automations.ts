// The API's operations on automations. Their programs are files: nothing here can add or change one.
import * as v from "valibot";
import { type Operation, readOperation, writeOperation } from "../kernel/operation.ts";
import { automationLog, shownAutomations, switchAutomation } from "./automations/changes.ts";
import { automationLogSchema, automationSchema } from "./automations/shapes.ts";

const params = v.strictObject({ name: v.pipe(v.string(), v.maxLength(64)) });
const limit = v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/, "a number up to 9999"), v.transform(Number)), "50");

const list = readOperation({
  path: "/automations",
  name: "listAutomations",
  summary: "List the automations: which are on, when they run, and what is wrong with them",
  answer: v.array(automationSchema),
  run: shownAutomations,
});

const logs = readOperation({
  path: "/automations/logs",
  name: "automationLogs",
  summary: "Tell what automations did, the newest last",
  query: v.strictObject({ name: v.optional(v.string()), limit }),
  answer: v.array(automationLogSchema),
  run: (ctx, { query }) => automationLog(ctx, query.name ?? null, query.limit),
});

const enable = writeOperation({
  path: "/automations/:name/enable",
  name: "enableAutomation",
  summary: "Have an automation run from the next start of an agent on",
  params,
  answer: automationSchema,
  run: (ctx, call) => switchAutomation(ctx, call.params.name, "on"),
});

const disable = writeOperation({
  path: "/automations/:name/disable",
  name: "disableAutomation",
  summary: "Have an automation run no more, also where an agent is at work",
  params,
  answer: automationSchema,
  run: (ctx, call) => switchAutomation(ctx, call.params.name, "off"),
});

export const automationOperations: readonly Operation[] = [list, logs, enable, disable];
