// `ccm wait`: until a task comes into a state, its end makes that impossible, or the time is over.
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { oneOf, taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { projectOf } from "../projects/actions.ts";
import { taskShape } from "./rules.ts";
import { TASK_STATES } from "./schema.ts";
import { taskLine } from "./task-text.ts";
import { untilState } from "./wait.ts";

/** Longest wait that can be asked for: a month. */
const LONGEST_SECONDS = 2_678_400;

/** Faults: `timeout`; `failed` for a task that failed; `conflict` for one that ended otherwise; `not_found`. */
export async function waitForState(host: CommandHost, id: string, options: { for: string; timeout?: string }): Promise<void> {
  const number = taskNumber(id);
  const wanted = oneOf(TASK_STATES, options.for, "state");
  const seconds = options.timeout === undefined ? null : wholeNumber(options.timeout, "time in seconds", 0, LONGEST_SECONDS);
  const ctx = await host.open();
  const task = await untilState(ctx, number, wanted, { seconds, onWait: () => noteWithoutDaemon(ctx, host) });
  host.print(taskShape(task, projectOf(ctx, task.projectId).name), () => taskLine(host, task, `is ${task.state}`));
}
