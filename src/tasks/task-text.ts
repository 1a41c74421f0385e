// Tasks as people read them in a terminal.
import type { CommandHost } from "../kernel/module.ts";
import { printable, textTable, wrap } from "../kernel/text-table.ts";
import { duration } from "../kernel/time-text.ts";
import { loweredRights, loweredSentence, stateTone, waitsText } from "./rules.ts";
import type { Task, TaskState } from "./schema.ts";

/** One sentence about what has just been done to a task. */
export function taskLine(host: CommandHost, task: Task, said: string): string {
  return wrap(`Task ${task.id} ${said}: ${printable(task.title)}`, host.columns, 0);
}

/** Of a task from outside: what its runs do without, and how a person gives it back. */
export function loweredText(task: Pick<Task, "id" | "origin" | "source" | "lifted">): string {
  const from = task.source === null ? "A part of what it says is somebody else's." : `It is from ${printable(task.source)}.`;
  const lowered = loweredRights(task);
  if (lowered.length === 0) return `${from} You gave its runs all that others have.`;
  return `${from} ${loweredSentence(task)} \`ccm trust ${task.id} ${lowered.map((right) => `--${right}`).join(" ")}\` gives that back.`;
}

export type ListedTask = { task: Task; project: string };

/** A line a task; `total` says how many there are beyond those that are listed. */
export function taskTable(host: CommandHost, rows: readonly ListedTask[], about: { total: number; now: number }): string {
  if (rows.length === 0) return "No tasks. `ccm create-task` queues one.";
  const paint = (state: string) => host.paint(stateTone(state as TaskState), state);
  const table = textTable(
    [
      { title: "TASK", align: "right" },
      { title: "STATE", paint },
      { title: "FOR", align: "right" },
      { title: "WAITS FOR" },
      { title: "PROJECT", shrink: true },
      { title: "TITLE", shrink: true },
    ],
    rows.map(({ task, project }) => [
      String(task.id),
      task.state,
      duration(about.now - task.stateSince),
      task.waiting ? waitsText(task.waiting.reason) : "",
      project,
      task.origin === "outside" ? `${task.title} (from outside)` : task.title,
    ]),
    host.columns,
  );
  const more = about.total - rows.length;
  return more > 0 ? `${table}\n${host.paint("dim", `${more} earlier: --limit shows more.`)}` : table;
}
