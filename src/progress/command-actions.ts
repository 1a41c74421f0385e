// What `task-status` and `recent-results` do: put together what the other rooms know, and print it.
import { findRun, runsOf } from "../agents/actions.ts";
import { runShape } from "../agents/rules.ts";
import { decisionsOf } from "../decisions/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { redact } from "../kernel/redact.ts";
import { projectNamed, projectOf } from "../projects/actions.ts";
import { findCandidate } from "../review/actions.ts";
import { dependenciesOf, endedBriefs, mustFind, textsOf } from "../tasks/actions.ts";
import { taskShape } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { findWorktree } from "../worktrees/actions.ts";
import type { StoryShape } from "./shapes.ts";
import { resultTable, type TaskStory, taskText } from "./status-text.ts";

/** Most rows of one list. */
const LIST_LIMIT = 10_000;

/** Everything that is known about a task. */
export function storyOf(ctx: Ctx, task: Task): TaskStory {
  const candidate = findCandidate(ctx, task.id);
  return {
    task,
    project: projectOf(ctx, task.projectId),
    texts: task.origin === "outside" ? textsOf(ctx, task.id) : [],
    after: dependenciesOf(ctx, task.id),
    runs: runsOf(ctx, task.id),
    decisions: decisionsOf(ctx, task.id),
    worktree: findWorktree(ctx, task.id),
    tree: ctx.paths.task(task.id).tree,
    gateRun: candidate?.gateRunId ? findRun(ctx, candidate.gateRunId) : null,
  };
}

/** Faults: `not_found`. */
export async function taskStatus(host: CommandHost, id: string): Promise<void> {
  const number = taskNumber(id);
  const ctx = await host.open();
  const story = storyOf(ctx, mustFind(ctx, number));
  host.print(storyShape(story), () => taskText(host, story, ctx.clock.now()));
}

/** A task with all that is known of it, as scripts read it. */
export function storyShape({ task, project, texts, after, worktree, tree, runs, decisions }: TaskStory): StoryShape {
  return {
    ...taskShape(task, project.name),
    prompt: redact(task.prompt),
    texts: texts.map((one) => ({ ...one, text: redact(one.text) })),
    agent: task.agent ?? project.agent,
    after: after.map((one) => one.id),
    tree: worktree?.state === "ready" ? tree : null,
    runList: runs.map((run) => runShape(run, project.name)),
    decisions: decisions.map(({ verdict, comment, by, commit, at }) => ({
      verdict,
      comment: redact(comment),
      by,
      commit,
      at: new Date(at).toISOString(),
    })),
  };
}

/** Faults: `not_found` for an unknown project. */
export async function recentResults(host: CommandHost, options: { project?: string; limit: string }): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const ctx = await host.open();
  const filter = options.project === undefined ? {} : { projectId: projectNamed(ctx, options.project).id };
  const tasks = endedBriefs(ctx, { ...filter, limit }).reverse();
  const rows = tasks.map((task) => ({ task, project: projectOf(ctx, task.projectId).name }));
  host.print(
    rows.map(({ task, project }) => taskShape(task, project)),
    () => resultTable(host, rows, ctx.clock.now()),
  );
}
