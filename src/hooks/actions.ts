// What other rooms ask of hooks: the endpoint of a host, what went past it, what a hook was about, the settings of agents, automations.
import type { Ctx } from "../kernel/context.ts";
import type { AutomationShape } from "./automations/shapes.ts";
import { briefOf } from "./brief.ts";
import { type ClaudeHooks, claudeSettings } from "./claude-settings.ts";
import { type Endpoint, type EndpointOptions, listen } from "./endpoint.ts";
import type { Automation, AutomationOrder, AutomationPlace, Automations, HookBrief } from "./schema.ts";
import { createSpoolReader, type SpoolReader } from "./spool.ts";

/** Opens an endpoint on 127.0.0.1 at a port of the system's choice, or at a door, for one run. Throws what the system says. */
export function openEndpoint(options: EndpointOptions): Endpoint {
  return listen(options);
}

/** Reads the hooks that are in a run's spool folder; see `SpoolLine`. */
export function readSpool(folder: string): SpoolReader {
  return createSpoolReader(folder);
}

/** A hook as the event log keeps it, at most 2 kB; takes any body, which must be without secrets already. */
export function hookBrief(event: string, body: unknown): HookBrief {
  return briefOf(event, body);
}

/** The JSON for Claude Code's `--settings`, `{runUrl}` still to be filled in. */
export function settingsForClaude(hooks: ClaudeHooks): string {
  return claudeSettings(hooks);
}

/** The automations that a person has switched on, for the order of a run. Hosts load this file, and none of them lists any. */
export async function automationOrders(ctx: Ctx): Promise<AutomationOrder[]> {
  return (await import("./automations/automations.ts")).automationOrders(ctx);
}

/** Every automation of this home, by name. */
export async function automationsAt(home: string): Promise<Automation[]> {
  return (await import("./automations/automations.ts")).listAutomations(home);
}

/** The same as people and scripts see them, each with what it did last. */
export async function automationsShown(ctx: Ctx): Promise<AutomationShape[]> {
  return (await import("./automations/changes.ts")).shownAutomations(ctx);
}

/** Has one run or not, from a person's word. Faults: `not_found`, `denied` for one that must not be run, `conflict`. */
export async function switchAutomation(ctx: Ctx, name: string, to: "on" | "off"): Promise<AutomationShape> {
  return (await import("./automations/changes.ts")).switchAutomation(ctx, name, to);
}

/** What runs a run's automations. Loaded where there are any: most hosts need none of it. */
export async function openAutomations(orders: readonly AutomationOrder[], place: AutomationPlace): Promise<Automations> {
  const { createAutomations } = await import("./automations/chain.ts");
  return createAutomations(orders, place);
}

/** Puts the automations that come with ccm into this home. Throws what the system says. */
export async function shipAutomations(home: string): Promise<void> {
  const { shipAutomations: ship } = await import("./automations/shipped.ts");
  ship(home);
}
