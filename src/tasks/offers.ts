// What a shell offers where a command wants a task, a state, a kind, a priority or a project.
import type { Asked, Offer, Offers } from "../kernel/completion.ts";
import { listProjects } from "../projects/actions.ts";
import { activeTasks, tasksBeginning } from "./actions.ts";
import { isFinal } from "./rules.ts";
import { FINAL_STATES, PRIORITIES, TASK_KINDS, TASK_STATES, type Task, type TaskState } from "./schema.ts";

/** One screen of them; with another digit typed there are fewer. */
const OFFERED_TASKS = 50;

const OPEN_STATES = TASK_STATES.filter((state) => !isFinal(state));

/** Where a task is when a command makes sense for it; a command that is not here takes any task. */
const STATES_FOR: Readonly<Record<string, readonly TaskState[]>> = {
  "create-task": OPEN_STATES,
  wait: OPEN_STATES,
  "cancel-task": OPEN_STATES,
  "pause-task": OPEN_STATES.filter((state) => state !== "paused"),
  "resume-task": ["paused"],
  "retry-task": ["failed", "cancelled"],
  "edit-task": ["queued"],
  "worktrees create": ["queued"],
  "worktrees restore": FINAL_STATES,
  "worktrees cleanup": FINAL_STATES,
};
const DECISIONS = ["approve", "reject", "request-changes"];

export const offers: Offers = {
  task: async (asked) => (await tasksFor(asked)).map(taskOffer),
  project: async ({ open }) => listProjects(await open()).map(({ name, path }) => ({ word: name, about: path })),
  state: () => TASK_STATES.map(plain),
  kind: () => TASK_KINDS.map(plain),
  priority: () => PRIORITIES.map(plain),
};

type Named = Pick<Task, "id" | "title" | "state">;

async function tasksFor({ command, beginning, open }: Asked): Promise<Named[]> {
  if (!/^\d*$/.test(beginning)) return [];
  const ctx = await open();
  if (DECISIONS.includes(command)) return activeTasks(ctx).filter(isForPerson);
  const states = STATES_FOR[command];
  if (states) return tasksBeginning(ctx, beginning, states, OFFERED_TASKS);
  // What is still open is more often meant than what has ended.
  const unfinished = tasksBeginning(ctx, beginning, OPEN_STATES, OFFERED_TASKS);
  return [...unfinished, ...tasksBeginning(ctx, beginning, FINAL_STATES, OFFERED_TASKS - unfinished.length)];
}

function isForPerson({ state, waiting }: Task): boolean {
  return state === "approving" || waiting?.reason === "question";
}

function taskOffer({ id, title, state }: Named): Offer {
  return { word: String(id), about: `${state}: ${title}` };
}

function plain(word: string): Offer {
  return { word, about: "" };
}
