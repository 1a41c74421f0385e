// A policy, and what replaying it showed, as people read it in a terminal.
import type { CommandHost } from "../../kernel/module.ts";
import { printable, textFields, textTable, wrap } from "../../kernel/text-table.ts";
import { dateOf } from "../../kernel/time-text.ts";
import type { Project } from "../../projects/schema.ts";
import type { Policy } from "./policy.ts";
import type { Changed, Replay } from "./replay.ts";

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
    wrap(OUTSIDE_TEXT, host.columns, 0),
  ].join("\n\n");
}

/** What holds whatever the policy says. */
export const OUTSIDE_TEXT =
  "Runs of a task from outside reach their model only, get no secrets and wait for your approval; `ccm trust` gives that back.";

export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(", ") : "none";
  return String(value);
}

export function replayText(host: CommandHost, replay: Replay, since: number): string {
  const { kinds, more } = kindsOf(replay);
  const rest = more > 0 ? [`${more} kinds of calls more: --json has all.`] : [];
  return [
    wrap(totalText(replay, since), host.columns, 0),
    ...kinds.map((kind) => kindText(host, kind)),
    ...[...rest, ...unreplayedLines(replay.unreplayed)].map((line) => wrap(line, host.columns, 0)),
  ].join("\n\n");
}

export function totalText({ runs, calls, changes }: Replay, since: number): string {
  return `Of ${calls} ${calls === 1 ? "call" : "calls"} of tools in ${runs} ${runs === 1 ? "run" : "runs"} since ${dateOf(since)}, ${changes.length === 0 ? "none" : changes.length} would be judged otherwise.`;
}

/** Kinds of calls that are shown: some screens. */
const KINDS = 50;

/** Calls about the same thing that are judged otherwise in the same way: how many, and the last of them. */
export type ChangedKind = { times: number; last: Changed };

/** The kinds that there are most of, and how many there are besides. */
export function kindsOf({ changes }: Replay): { kinds: ChangedKind[]; more: number } {
  const groups = Map.groupBy(changes, ({ tool, subject, was, is }) => JSON.stringify([tool, subject, was, is]));
  const kinds = [...groups.values()].flatMap((group) => group.slice(-1).map((last) => ({ times: group.length, last })));
  kinds.sort((a, b) => b.times - a.times);
  return { kinds: kinds.slice(0, KINDS), more: Math.max(0, kinds.length - KINDS) };
}

function kindText(host: CommandHost, { times, last: { tool, subject, was, is, reason, by, run } }: ChangedKind): string {
  const often = times === 1 ? "" : ` ${times} times, the last time`;
  const why = reason ? ` ${reason}` : "";
  return wrap(
    printable(`${is}, was ${was}: ${tool}(${subject}),${often} in r${run.id} of task ${run.taskId}.${why}${by ? ` (${by})` : ""}`),
    host.columns,
    4,
  );
}

export function unreplayedLines(unreplayed: Replay["unreplayed"]): string[] {
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
