// What a shell offers where a command wants a task or a run, or an agent by its name.
import type { Asked, Offer, Offers } from "../kernel/completion.ts";
import { BUILT_IN_AGENTS } from "../projects/rules.ts";
import { findTask, tasksBeginning } from "../tasks/actions.ts";
import { TASK_STATES } from "../tasks/schema.ts";
import { liveRuns } from "./actions.ts";

/** Commands that also tell of what is over. */
const PAST = ["logs", "agent-status"];
/** One screen of them. */
const OFFERED_TASKS = 50;

export const offers: Offers = {
  id: runsAndTasks,
  agent: async ({ open }) => {
    const configured = Object.keys((await open()).config.agents);
    return [...new Set([...BUILT_IN_AGENTS, ...configured])].map((word) => ({ word, about: "" }));
  },
};

/** Live runs, each under its task's number and its own. */
async function runsAndTasks({ command, beginning, open }: Asked): Promise<Offer[]> {
  const ctx = await open();
  const runs = liveRuns(ctx);
  const offered = runs.flatMap((run): Offer[] => {
    const title = findTask(ctx, run.taskId)?.title ?? "";
    const about = `${run.kind === "agent" ? run.agent : run.kind} at work: ${title}`;
    return [
      { word: String(run.taskId), about },
      { word: `r${run.id}`, about },
    ];
  });
  if (!PAST.includes(command) || !/^\d*$/.test(beginning)) return offered;
  const others = tasksBeginning(ctx, beginning, TASK_STATES, OFFERED_TASKS).filter(({ id }) => !runs.some((run) => run.taskId === id));
  return [...offered, ...others.map(({ id, title, state }) => ({ word: String(id), about: `${state}: ${title}` }))];
}
