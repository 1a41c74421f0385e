// What is known of an agent at work, as people and scripts read it. Pure.
import type { Style } from "../kernel/command-line.ts";
import { costText, percentText, tokensText } from "../kernel/number-text.ts";
import { cut, printable } from "../kernel/text-table.ts";
import { ago, dateOf, isoTime, timeOfDay } from "../kernel/time-text.ts";
import { questionText } from "./question-text.ts";
import type { AgentShape, AskedQuestion } from "./schema.ts";
import type { Activity, LimitReading, Observed } from "./signs/signs.ts";

/** Columns that what an agent does gets at least. */
const DOING_COLUMNS = 20;

/** What is known of a run, and what that means now: `text` is for people and says how long. */
export type Seen = { observed: Observed; activity: Activity; text: string; since: number };

/** `question` is what it asks and nobody has answered. */
export function agentShape({ observed, activity, text, since }: Seen, question: AskedQuestion | null): AgentShape {
  const { model, version, turns, toolCalls, failedCalls, edits, compactions, costUsd, context, lastSaid, limit } = observed;
  return {
    ...{ activity, doing: text, since: new Date(since).toISOString(), model, version, turns, toolCalls, failedCalls, edits, compactions },
    costUsd,
    tokens: observed.usage,
    context,
    subagents: observed.subagents.map((one) => one.text),
    background: observed.background.map((one) => one.text),
    limit: limit && { window: limit.window, status: limit.status, used: limit.used, resetsAt: isoTime(limit.resetsAt) },
    question: question && { tool: question.tool, text: questionText(question), askedAt: new Date(question.askedAt).toISOString() },
    lastSaid,
  };
}

/** One line of at most `width` columns: what it does, with which model, what that cost, how full its context is. */
export function agentLine({ observed, text }: Seen, width: number): string {
  const { model, costUsd } = observed;
  const figures = [model ?? "", costUsd > 0 ? costText(costUsd) : "", contextPart(observed)].filter((part) => part !== "");
  const rest = figures.map((figure) => ` · ${printable(figure)}`).join("");
  return cut(printable(text), Math.max(DOING_COLUMNS, width - Bun.stringWidth(rest))) + rest;
}

/** A name and a value each; empty values are for leaving out. */
export function agentFields(seen: Seen, now: number): [name: string, value: string][] {
  const { observed, text, since } = seen;
  return [["Does", `${text} (since ${timeOfDay(since)})`], ...agentFigures(observed), ["Last sign", ago(observed.lastSignAt, now)]];
}

/** What of an agent changes only when it shows something: with what it works, what it has done, what that took. */
export function agentFigures(observed: Observed): [name: string, value: string][] {
  const { model, version, compactions, limit } = observed;
  return [
    ["Model", [model ?? "", version ? `Claude Code ${version}` : ""].filter((part) => part !== "").join(", ")],
    ["Turns", workText(observed)],
    ["Sub-agents", observed.subagents.map((one) => one.text).join(", ")],
    ["Background", observed.background.map((one) => one.text).join(", ")],
    ["Cost", observed.costUsd > 0 ? costText(observed.costUsd) : ""],
    ["Tokens", usageText(observed)],
    [
      "Context",
      [contextText(observed), compactions > 0 ? `summarised ${times(compactions)}` : ""].filter((part) => part !== "").join(", "),
    ],
    ["Limit", limit ? limitText(limit) : ""],
  ];
}

const TONES: Partial<Record<Activity, Style>> = {
  working: "green",
  waiting: "yellow",
  stalled: "red",
  looping: "red",
  limited: "yellow",
  overloaded: "yellow",
  broken: "red",
};

export function activityTone(activity: Activity): Style {
  return TONES[activity] ?? "bold";
}

function workText({ turns, toolCalls, failedCalls, edits }: Observed): string {
  const calls = `${amount(toolCalls, "tool call", "tool calls")}${failedCalls > 0 ? `, ${failedCalls} failed` : ""}`;
  return [turns > 0 ? amount(turns, "turn", "turns") : "", toolCalls > 0 ? calls : "", edits > 0 ? amount(edits, "edit", "edits") : ""]
    .filter((part) => part !== "")
    .join(", ");
}

function usageText({ usage }: Observed): string {
  const { input, output, cacheRead, cacheWrite } = usage;
  if (input + output + cacheRead + cacheWrite === 0) return "";
  return `${tokensText(input + cacheWrite)} in, ${tokensText(output)} out, ${tokensText(cacheRead)} from the cache`;
}

function contextPart({ context: { used, size } }: Observed): string {
  return used !== null && size !== null && size > 0 ? `context ${percentText(used / size)}` : "";
}

function contextText({ context: { used, size } }: Observed): string {
  if (used === null) return "";
  return size === null || size === 0 ? tokensText(used) : `${tokensText(used)} of ${tokensText(size)} (${percentText(used / size)})`;
}

function limitText({ window, status, used, resetsAt }: LimitReading): string {
  const part =
    used === null ? { allowed: "within it", warning: "nearly used up", rejected: "used up" }[status] : `${percentText(used)} used`;
  const again = resetsAt === null ? "" : `, starts anew on ${dateOf(resetsAt)} at ${timeOfDay(resetsAt).slice(0, 5)}`;
  return `${window.replaceAll("_", " ")}: ${part}${again}`;
}

function amount(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}
