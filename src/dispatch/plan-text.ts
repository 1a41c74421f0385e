// A plan as people read it: what starts, then what waits, by reason.
import type { CommandHost } from "../kernel/module.ts";
import { cut, printable, wrap } from "../kernel/text-table.ts";
import type { Plan, StartKind, Want } from "./rules.ts";

const KINDS: Record<StartKind, (name: string) => string> = {
  begin: (name) => `begins, with ${name}`,
  setup: () => "set-up",
  agent: (name) => `agent ${name}`,
  gate: (name) => `gate ${name}`,
};

/** With less room than this beside what is told of it, a title gets a line of its own. */
const TITLE_COLUMNS = 20;

export function planText(host: CommandHost, plan: Plan, projectOf: (want: Want) => string): string {
  if (plan.starts.length + plan.holds.length === 0) return "Nothing waits for a slot. `ccm list-tasks` shows all tasks.";
  const width = Math.max(...[...plan.starts, ...plan.holds.map(({ want }) => want)].map((want) => String(want.taskId).length));
  const line = (want: Want) => {
    const about = `${printable(projectOf(want))}, ${KINDS[want.kind](want.name)}`;
    const number = `  ${String(want.taskId).padStart(width)}  `;
    const room = host.columns - number.length - Bun.stringWidth(about) - 3;
    const told = host.paint("dim", `(${about})`);
    if (room >= TITLE_COLUMNS) return `${number}${cut(printable(want.title), room)} ${told}`;
    return `${number}${cut(printable(want.title), host.columns - number.length)}\n${" ".repeat(number.length)}${told}`;
  };
  const reasons = Map.groupBy(plan.holds, ({ waiting }) => waiting.text);
  const sections = [...reasons].map(([text, holds]) =>
    section(
      host,
      text,
      "yellow",
      holds.map(({ want }) => line(want)),
    ),
  );
  if (plan.starts.length > 0) sections.unshift(section(host, "Next to start:", "green", plan.starts.map(line)));
  return sections.join("\n\n");
}

function section(host: CommandHost, heading: string, style: "green" | "yellow", lines: readonly string[]): string {
  return [host.paint(style, wrap(printable(heading), host.columns, 0)), ...lines].join("\n");
}
