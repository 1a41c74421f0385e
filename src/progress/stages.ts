// How far a task is on its way, stage by stage. Pure.
import type { Stage } from "../../views/parts/stage-track.tsx";
import { isFinal } from "../tasks/rules.ts";
import type { Task, TaskState } from "../tasks/schema.ts";

/** What the task's row does not say: the state it was in when it failed or was cancelled, and what was left out on its way. */
export type StageFacts = { endedIn: TaskState | null; skipped: ReadonlySet<TaskState> };

/** The way of every task. Planning and reviewing are only shown to those that are there. */
const WAY: readonly TaskState[] = ["queued", "planning", "executing", "reviewing", "verifying", "approving", "merging", "done"];
const SELDOM: ReadonlySet<TaskState> = new Set(["planning", "reviewing"]);

export function stagesOf(task: Pick<Task, "state" | "pausedFrom" | "result" | "waiting">, { endedIn, skipped }: StageFacts): Stage[] {
  const at = task.state === "paused" ? task.pausedFrom : isFinal(task.state) && task.state !== "done" ? endedIn : task.state;
  const way = WAY.filter((state) => !SELDOM.has(state) || state === at);
  const place = at === null ? -1 : way.indexOf(at);
  const stages = way.map((name, index): Stage => {
    if (skipped.has(name) && name !== at) return { name, status: "skipped" };
    if (name === at) return { name, status: statusOf(task) };
    return { name, status: index < place ? "done" : "next" };
  });
  if (task.state === "failed" || task.state === "cancelled") return [...stages.slice(0, place + 1), { name: task.state, status: "failed" }];
  return stages;
}

function statusOf({ state, waiting }: Pick<Task, "state" | "waiting">): Stage["status"] {
  if (state === "done") return "done";
  if (state === "paused" || state === "approving") return "held";
  if (state === "failed" || state === "cancelled") return "failed";
  return waiting ? "held" : "now";
}
