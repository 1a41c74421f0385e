// `ccm wait`: until a task comes into a state, its end makes that impossible, or the time is over.
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { lastSeq, readEvents } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import { oneOf, taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { projectOf } from "../projects/actions.ts";
import { mustFind } from "./actions.ts";
import { judgeWait, taskShape } from "./rules.ts";
import { TASK_STATES, type TaskState } from "./schema.ts";
import { taskLine } from "./task-text.ts";

/** Between two looks: what a script does not notice, and nothing for the database. */
const LOOK_MS = 50;
/** Events read at one look; the next look reads on. */
const EVENTS_A_LOOK = 500;
/** Longest wait that can be asked for: a month. */
const LONGEST_SECONDS = 2_678_400;

/**
 * A state that the task only passes through counts as reached, because the events since the start are read as well.
 * Faults: `timeout`; `failed` for a task that failed; `conflict` for one that ended otherwise; `not_found`.
 */
export async function waitForState(host: CommandHost, id: string, options: { for: string; timeout?: string }): Promise<void> {
  const number = taskNumber(id);
  const wanted = oneOf(TASK_STATES, options.for, "state");
  const seconds = options.timeout === undefined ? null : wholeNumber(options.timeout, "time in seconds", 0, LONGEST_SECONDS);
  const ctx = await host.open();
  const deadline = seconds === null ? Number.POSITIVE_INFINITY : ctx.clock.elapsed() + seconds * 1_000;
  let cursor = lastSeq(ctx.db);
  for (let look = 1; ; look++) {
    const events = readEvents(ctx.db, { after: cursor, limit: EVENTS_A_LOOK, taskId: number });
    cursor = events.at(-1)?.seq ?? cursor;
    const task = mustFind(ctx, number);
    const verdict = judgeWait(
      task,
      wanted,
      events.map((event) => event.data.to as TaskState),
    );
    if (verdict instanceof Fault) throw verdict;
    if (verdict === "reached") {
      host.print(taskShape(task, projectOf(ctx, task.projectId).name), () => taskLine(host, task, `is ${task.state}`));
      return;
    }
    if (ctx.clock.elapsed() >= deadline) {
      throw new Fault(
        "timeout",
        `Task ${number} is still "${task.state}" after ${seconds} s.`,
        `\`ccm task-status ${number}\` says what it waits for.`,
      );
    }
    if (look === 1) noteWithoutDaemon(ctx, host);
    await ctx.clock.sleep(LOOK_MS);
  }
}
