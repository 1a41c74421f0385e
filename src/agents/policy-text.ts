// A policy, and what replaying it showed, as people read it in a terminal.
import type { CommandHost } from "../kernel/module.ts";
import { printable, textFields, textTable, wrap } from "../kernel/text-table.ts";
import { dateOf } from "../kernel/time-text.ts";
import type { Project } from "../projects/schema.ts";
import type { Policy } from "./policy.ts";
import type { Changed, Replay } from "./policy-replay.ts";

export function policyText(host: CommandHost, { classes, rules, sandbox }: Policy, project: Project | null): string {
  const title = project ? `Agents of "${project.name}"` : "Agents of projects that say nothing themselves";
  const from = { title: "SAID BY" };
  return [
    host.paint("bold", title),
    textTable(
      [{ title: "COMMANDS" }, { title: "VERDICT" }, from],
      classes.map((one) => [one.class, one.verdict, one.from]),
      host.columns,
    ),
    ...(rules.length === 0
      ? []
      : [
          textTable(
            [{ title: "RULE", shrink: true }, { title: "VERDICT" }, from],
            rules.map(({ rule, verdict, from: speaker }) => [rule, verdict, speaker]),
            host.columns,
          ),
        ]),
    textTable(
      [{ title: "SANDBOX" }, { title: "VALUE", shrink: true }, from],
      sandbox.map(({ key, value, from: speakers }) => [key, valueText(value), speakers.join(", ")]),
      host.columns,
    ),
    ...(project ? [textFields([["Approval", project.approval]], host.columns)] : []),
    wrap(
      "Runs of a task from outside reach their model only, get no secrets and wait for your approval; `ccm trust` gives that back.",
      host.columns,
      0,
    ),
  ].join("\n\n");
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(", ") : "none";
  return String(value);
}

/** Groups of calls that are shown: the rest is in --json. */
const GROUPS = 50;

export function replayText(host: CommandHost, { runs, calls, changes, unreplayed }: Replay, since: number): string {
  const total = `Of ${calls} ${calls === 1 ? "call" : "calls"} of tools in ${runs} ${runs === 1 ? "run" : "runs"} since ${dateOf(since)}, ${changes.length === 0 ? "none" : changes.length} would be judged otherwise.`;
  const groups = [...Map.groupBy(changes, groupOf).values()].sort((a, b) => b.length - a.length);
  const lines = groups.slice(0, GROUPS).map((group) => groupText(host, group));
  const more = groups.length > GROUPS ? [`${groups.length - GROUPS} kinds of calls more: --json has all.`] : [];
  return [wrap(total, host.columns, 0), ...lines, ...more, ...unreplayedLines(unreplayed).map((line) => wrap(line, host.columns, 0))].join(
    "\n\n",
  );
}

function groupOf({ tool, subject, was, is }: Changed): string {
  return JSON.stringify([tool, subject, was, is]);
}

function groupText(host: CommandHost, group: readonly Changed[]): string {
  const last = group.at(-1);
  if (!last) return "";
  const { tool, subject, was, is, reason, by, run } = last;
  const times = group.length === 1 ? "" : ` ${group.length} times, the last time`;
  const why = reason ? ` ${reason}` : "";
  return wrap(
    printable(`${is}, was ${was}: ${tool}(${subject}),${times} in r${run.id} of task ${run.taskId}.${why}${by ? ` (${by})` : ""}`),
    host.columns,
    4,
  );
}

function unreplayedLines(unreplayed: Replay["unreplayed"]): string[] {
  const { cut, automation, "no record": lost } = unreplayed;
  const calls = (count: number) => `${count} ${count === 1 ? "call was" : "calls were"}`;
  return [
    ...(lost > 0
      ? [`Of ${lost} ${lost === 1 ? "run" : "runs"} there is no record to read: the folder is gone, or another version of ccm wrote it.`]
      : []),
    ...(cut > 0 ? [`${calls(cut)} too long to be kept whole, and not judged again.`] : []),
    ...(automation > 0 ? [`${calls(automation)} decided by an automation or its deadline, which are not run again.`] : []),
  ];
}
