// The lines of `ccm logs`: time, what it is about, the sentence.
import type { Event } from "../kernel/events.ts";
import type { CommandHost } from "../kernel/module.ts";
import { printable, printableLines, wrap } from "../kernel/text-table.ts";
import { dateOf, timeOfDay } from "../kernel/time-text.ts";
import { sentenceOf, toneOf } from "./rules.ts";

export type LogSource = {
  /** In the log of one task no line needs to say which. */
  about: "everything" | "one task";
  projectName: (id: number) => string;
  /** What a run printed at its end, when that tells why it did not pass. */
  outputOf: (runId: number) => string;
};

/** Lines of a failed run's output that are shown below it. */
const OUTPUT_LINES = 15;

/** Turns events into lines, one after another: the first of each day is preceded by its date. */
export function createLogText(host: CommandHost, source: LogSource): (event: Event) => string {
  let day = "";
  return (event) => {
    const date = dateOf(event.at);
    const newDay = date === day ? "" : `${host.paint("dim", date)}\n`;
    day = date;
    return newDay + line(host, source, event) + output(host, source, event);
  };
}

function line(host: CommandHost, source: LogSource, event: Event): string {
  const time = timeOfDay(event.at);
  const subject = source.about === "one task" ? "" : subjectOf(source, event);
  const indent = time.length + 2;
  const text = wrap(printable(`${subject}${sentenceOf(event)}`), host.columns, indent);
  const tone = toneOf(event.name, event.data);
  return `${host.paint("dim", time)}  ${tone ? host.paint(tone, text) : text}`;
}

function subjectOf(source: LogSource, { taskId, projectId }: Event): string {
  if (taskId !== null) return `Task ${taskId}: `;
  return projectId === null ? "" : `${source.projectName(projectId)}: `;
}

function output(host: CommandHost, source: LogSource, event: Event): string {
  if (event.name !== "run.finished" || event.runId === null) return "";
  const text = source.outputOf(event.runId).trim();
  if (text === "") return "";
  const lines = printableLines(text).split("\n");
  const shown = lines.slice(-OUTPUT_LINES).map((one) => host.paint("dim", `          ${one}`));
  if (lines.length > OUTPUT_LINES) shown.unshift(host.paint("dim", `          … all of it: ccm view r${event.runId}`));
  return `\n${shown.join("\n")}`;
}
