// Which of its own sessions an agent goes on with, and what it is told there.
import type { Ctx } from "../kernel/context.ts";
import { jsonOf } from "../kernel/json.ts";
import type { Project } from "../projects/schema.ts";
import { textsOf } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { lastRollback } from "../worktrees/actions.ts";
import { driverOf, type Session } from "./drivers.ts";
import { composePrompt, newMark } from "./prompt.ts";
import { answersText } from "./question-text.ts";
import { undeliveredAnswers } from "./questions.ts";
import { ROLLED_BACK, resumePrompt } from "./rules.ts";
import type { Answer, Run } from "./schema.ts";
import * as table from "./table.ts";

export type Opening = {
  session: Session | null;
  prompt: string;
  /** The session goes on by itself, at the call that a person has now answered. */
  silent: boolean;
  answers: Answer[];
};

/**
 * An agent that knows sessions goes on with the one that its last run of this task had, as long as it is there: its
 * context is paid for. Otherwise a new one begins, under the run's own id.
 */
export function openingOf(ctx: Ctx, run: Run, asked: Task, project: Project): Opening {
  const task = toldOfRollback(ctx, run, asked);
  const answers = undeliveredAnswers(ctx, task.id);
  if (driverOf(run.agent, ctx.config.agents) !== "claude")
    return { session: null, prompt: withAnswers(firstPrompt(ctx, task, project), answers), silent: false, answers };
  const last = table.lastWithSession(ctx.db, task.id, run.agent, run.id);
  const known = last?.session ?? null;
  if (!last || known === null || task.freshSession || !ctx.outside.hosts.hasSession(task.id, known))
    return { session: { id: run.uuid, how: "new" }, prompt: withAnswers(firstPrompt(ctx, task, project), answers), silent: false, answers };
  const silent = task.instruction === null && answers.some(({ key }) => key === deferredCall(last));
  return { session: { id: known, how: "resumed" }, prompt: silent ? "" : withAnswers(resumePrompt(task), answers), silent, answers };
}

/** What others wrote is fenced by a mark of this run's own, that they could not know. */
function firstPrompt(ctx: Ctx, task: Task, project: Project): string {
  if (task.origin === "person") return composePrompt(task, project);
  const texts = textsOf(ctx, task.id);
  const said = [task.title, task.prompt, task.source ?? "", ...texts.flatMap(({ source, text }) => [source, text])];
  return composePrompt(task, project, { mark: newMark(said, () => ctx.ids.secret()), texts });
}

/** What it remembers of its work may not be there any more. */
function toldOfRollback(ctx: Ctx, run: Run, task: Task): Task {
  const at = lastRollback(ctx, task.id);
  const before = table.agentRunBefore(ctx.db, run, 0);
  if (at === null || !before || before.claimedAt > at) return task;
  return { ...task, instruction: [ROLLED_BACK, task.instruction].filter(Boolean).join("\n\n") };
}

/** The call at which claude ended a run so that a person could answer; going on, it makes the same call first. */
function deferredCall(run: Run): unknown {
  const result = run.exit?.result;
  return result?.terminal_reason === "tool_deferred" ? jsonOf(result.deferred_tool_use).id : null;
}

function withAnswers(prompt: string, answers: readonly Answer[]): string {
  return answers.length > 0 ? `${prompt}\n\n${answersText(answers)}` : prompt;
}
