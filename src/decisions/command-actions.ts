// What `approve`, `reject` and `request-changes` do; the decision is in the name of the user who typed it.
import { openQuestion } from "../agents/actions.ts";
import type { AskedQuestion } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { Fault } from "../kernel/fault.ts";
import { currentUser } from "../kernel/home.ts";
import { taskNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { printable, wrap } from "../kernel/text-table.ts";
import { projectOf } from "../projects/actions.ts";
import { taskShape } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { approve, reject, requestChanges } from "./actions.ts";
import type { Seen } from "./schema.ts";

type Decide = { act: (ctx: Ctx, id: number, by: string, text: string, seen: Seen) => Task; said: string };

/** A commit's id or the beginning of it, long enough to name it. */
const COMMIT = /^[0-9a-f]{7,64}$/;

const DECISIONS = {
  approve: { act: approve, said: "is approved and goes into the merge queue" },
  reject: { act: reject, said: "is rejected; its work is kept on its branch" },
  changes: { act: requestChanges, said: "goes back to its agent with your comment" },
} satisfies Record<string, Decide>;

/** Faults: `conflict` when there is nothing to decide, or not about this commit, `invalid` without the reason or comment that is needed. */
export async function decide(
  host: CommandHost,
  decision: keyof typeof DECISIONS,
  id: string,
  { text = "", commit }: { text?: string | undefined; commit?: string | undefined },
): Promise<void> {
  const number = taskNumber(id);
  if (commit !== undefined && !COMMIT.test(commit))
    throw new Fault("invalid", `"${commit}" is no commit.`, `Give seven or more of its digits, as \`ccm diff ${number} --json\` has them.`);
  const ctx = await host.open();
  const { act, said } = DECISIONS[decision];
  const question = decision === "changes" ? null : openQuestion(ctx, number);
  const task = act(ctx, number, currentUser(), text, commit === undefined ? {} : { commit });
  const told = question ? answeredText(task, question, decision) : `Task ${task.id} ${said}: ${printable(task.title)}`;
  host.print(taskShape(task, projectOf(ctx, task.projectId).name), () => wrap(told, host.columns, 0));
  noteWithoutDaemon(ctx, host);
}

function answeredText(task: Task, question: AskedQuestion, decision: keyof typeof DECISIONS): string {
  const asked = printable(question.text);
  if (decision === "approve") return `The agent of task ${task.id} goes on with your yes: ${asked}`;
  return `The agent of task ${task.id} goes on with your no: ${asked} \`ccm cancel-task ${task.id}\` would end the task.`;
}
