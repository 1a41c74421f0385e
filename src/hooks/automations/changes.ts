// Automations switched on and off, and what they did, for whoever asks: the command line, the API, the page.
import type { Ctx } from "../../kernel/context.ts";
import { appendEvent } from "../../kernel/events.ts";
import type { Automation } from "../schema.ts";
import { newestRecords } from "../table.ts";
import { disableAutomation, enableAutomation, findAutomation, listAutomations, orderOf } from "./automations.ts";
import { refusedSecret } from "./safety.ts";
import { type AutomationLogShape, type AutomationShape, automationLogShape, automationShape } from "./shapes.ts";

export function shownAutomations(ctx: Ctx): AutomationShape[] {
  return listAutomations(ctx.paths.home).map((automation) => withLast(ctx, automation));
}

/** What automations did, the newest last; of one of them where its name is given. */
export function automationLog(ctx: Ctx, name: string | null, limit: number): AutomationLogShape[] {
  return newestRecords(ctx.db, name, limit).map(automationLogShape).reverse();
}

/** Faults: `not_found`, and those of `enableAutomation` and `disableAutomation`. */
export function switchAutomation(ctx: Ctx, name: string, to: "on" | "off"): AutomationShape {
  const { home } = ctx.paths;
  const isChanged = to === "on" ? enableAutomation(home, name) : disableAutomation(home, name);
  const event = to === "on" ? "automation.enabled" : "automation.disabled";
  if (isChanged) appendEvent(ctx.db, ctx.clock.now(), { name: event, source: "person", data: { name } });
  return withLast(ctx, findAutomation(home, name));
}

function withLast(ctx: Ctx, automation: Automation): AutomationShape {
  const { name, path, header } = automation;
  const trouble = automation.trouble ?? (header && refusedSecret(orderOf(ctx, name, path, header)));
  return automationShape({ ...automation, trouble }, automationLog(ctx, name, 1)[0] ?? null);
}
