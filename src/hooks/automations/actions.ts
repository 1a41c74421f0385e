// `ccm automations list`, `enable`, `disable` and `logs`.
import { wholeNumber } from "../../kernel/input.ts";
import type { CommandHost } from "../../kernel/module.ts";
import { printable, printableLines, textTable, wrap } from "../../kernel/text-table.ts";
import { ago } from "../../kernel/time-text.ts";
import { findAutomation } from "./automations.ts";
import { automationLog, shownAutomations, switchAutomation } from "./changes.ts";
import type { AutomationLogOptions } from "./commands.ts";
import { automationPlaces } from "./safety.ts";
import type { AutomationLogShape, AutomationShape } from "./shapes.ts";

/** More entries than anybody reads at once. */
const MOST_ENTRIES = 10_000;

export async function list(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const automations = shownAutomations(ctx);
  host.print(automations, () => {
    const { available } = automationPlaces(ctx.paths.home);
    if (automations.length === 0) return `There are none. Yours belong into "${available}".`;
    const table = textTable(
      [{ title: "AUTOMATION" }, { title: "IS" }, { title: "AT" }, { title: "LAST" }, { title: "WHAT IT DOES", shrink: true }],
      automations.map((one) => [
        printable(one.name),
        one.enabled ? "on" : "off",
        printable(one.events.join(", ")),
        lastText(one, ctx.clock.now()),
        printable(one.about),
      ]),
      host.columns,
    );
    const troubles = automations.filter(({ trouble }) => trouble !== null);
    const lines = troubles.map((one) => host.paint("yellow", wrap(printable(`${one.name} is not run: ${one.trouble}`), host.columns, 2)));
    return [table, ...(lines.length > 0 ? ["", ...lines] : [])].join("\n");
  });
}

function lastText({ last }: AutomationShape, now: number): string {
  if (!last) return "never";
  return `${ago(Date.parse(last.at), now)}${last.ok ? "" : ", failed"}`;
}

/** Faults: `not_found`, `denied` for one that must not be run, with why. */
export async function enable(host: CommandHost, name: string): Promise<void> {
  const automation = switchAutomation(await host.open(), name, "on");
  host.print(automation, () => `"${name}" runs at ${automation.events.join(", ")}, from the next start of an agent on.`);
}

/** Faults: `not_found`, `conflict`. */
export async function disable(host: CommandHost, name: string): Promise<void> {
  host.print(switchAutomation(await host.open(), name, "off"), () => `"${name}" runs no more.`);
}

/** Faults: `not_found`, `invalid`. */
export async function logs(host: CommandHost, name: string | undefined, options: AutomationLogOptions): Promise<void> {
  const ctx = await host.open();
  const limit = wholeNumber(options.limit, "--limit", 1, MOST_ENTRIES);
  const entries = automationLog(ctx, name ?? null, limit);
  if (name !== undefined && entries.length === 0) findAutomation(ctx.paths.home, name);
  host.print(entries, () => {
    if (entries.length === 0) return "No automation has run yet.";
    return entries.map((entry) => entryText(host, entry, ctx.clock.now())).join("\n");
  });
}

function entryText(host: CommandHost, entry: AutomationLogShape, now: number): string {
  const task = entry.task === null ? "" : `Task ${entry.task}: `;
  const line = printable(`${ago(Date.parse(entry.at), now)}  ${task}${entry.text} (${entry.tookMs} ms)`);
  const said = entry.reason === "" ? entry.said.trim() : "";
  const below =
    said === ""
      ? []
      : printableLines(said)
          .split("\n")
          .map((one) => host.paint("dim", `    ${one}`));
  return [entry.ok ? line : host.paint("yellow", line), ...below].join("\n");
}
