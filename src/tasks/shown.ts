// Tasks as the page shows them in lists and on boards.
import type { TaskLine } from "../../views/parts/task-list.tsx";
import { costText } from "../kernel/number-text.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import type { Project } from "../projects/schema.ts";
import { waitsText } from "./rules.ts";
import { PRIORITIES, type TaskBrief } from "./schema.ts";

/** A task's line; `doing` is what its agent does. */
export function taskLineOf(task: TaskBrief, project: Project, doing: string | null = null): TaskLine {
  return {
    id: task.id,
    title: printable(task.title),
    state: task.state,
    project: project.name,
    priority: PRIORITIES[task.priority] ?? "normal",
    since: when(task.stateSince),
    waits: task.waiting && waitsText(task.waiting.reason),
    agent: task.agent ?? project.agent,
    cost: task.costUsd > 0 ? costText(task.costUsd) : null,
    doing: doing && printable(doing),
    ...(task.origin === "outside" ? { isOutside: true } : {}),
  };
}
