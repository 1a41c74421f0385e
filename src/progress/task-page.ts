// What every page of one task has around it: the task, its heading with what can be done, and the ways to look at it.
import { TaskHeading, TaskTabs } from "../../views/task.tsx";
import { liveRunOf } from "../agents/actions.ts";
import type { Run } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { taskNumber } from "../kernel/input.ts";
import { costText } from "../kernel/number-text.ts";
import type { Asked, Page, Section } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { projectOf } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { mustFind } from "../tasks/actions.ts";
import { isFinal, likelyMove } from "../tasks/rules.ts";
import { PRIORITIES, type Task } from "../tasks/schema.ts";

/** A task with what most of its page is about. `live` is its run that is not finished. */
export type Shown = { task: Task; project: Project; live: Run | null };

/** Faults: `not_found`, `invalid` for what is no number. */
export function shownTask(ctx: Ctx, asked: Asked): Shown {
  const task = mustFind(ctx, taskNumber(asked.params.id ?? ""));
  return { task, project: projectOf(ctx, task.projectId), live: liveRunOf(ctx, task.id) };
}

export const TABS = ["overview", "log", "diff", "gates", "runs"] as const;
export type TaskTab = (typeof TABS)[number];

/** The page with its heading and tabs before the sections; `grows`: see `PageWatch`. */
export function pageOf(asked: Asked, shown: Shown, tab: TaskTab, sections: Section[], grows?: () => number): Page {
  const { task } = shown;
  const place = `/tasks/${task.id}`;
  const tabs = TABS.map((one) => ({
    text: `${one[0]?.toUpperCase()}${one.slice(1)}`,
    href: one === "overview" ? place : `${place}/${one}`,
    isCurrent: one === tab,
    ...(one === "runs" ? { count: task.runs } : {}),
  }));
  return {
    title: `${task.id} ${printable(task.title)}${tab === "overview" ? "" : ` · ${tab}`}`,
    name: tab === "overview" ? "task" : `task-${tab}`,
    sections: [
      { kind: "live", id: "heading", html: () => TaskHeading(headingOf(asked, shown)) },
      { kind: "live", id: "tabs", html: () => TaskTabs({ tabs }) },
      ...sections,
    ],
    watch: { taskId: task.id, ...(grows ? { grows } : {}) },
  };
}

function headingOf(asked: Asked, { task, project }: Shown) {
  const { csrf, typed } = asked;
  return {
    ...{ csrf, typed, id: task.id, title: printable(task.title), state: task.state, project: project.name },
    since: when(task.finishedAt ?? task.stateSince),
    isFinal: isFinal(task.state),
    result: task.result && task.result !== "merged" ? task.result.replaceAll("_", " ") : null,
    priority: PRIORITIES[task.priority] ?? ("normal" as const),
    kind: task.kind,
    agent: task.agent ?? project.agent,
    cost: task.costUsd > 0 ? costText(task.costUsd) : null,
    isOutside: task.origin === "outside",
    move: likelyMove(task),
  };
}
