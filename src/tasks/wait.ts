// Waiting until a task comes into a state, its end makes that impossible, or the time is over.
import type { Ctx } from "../kernel/context.ts";
import { lastSeq, readEvents } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import { untilWritten, writtenSoFar } from "../kernel/written.ts";
import { mustFind } from "./actions.ts";
import { judgeWait } from "./rules.ts";
import type { Task, TaskState } from "./schema.ts";

/** Events read at one look; the next look reads on. */
const EVENTS_A_LOOK = 500;

/** `seconds` is null for no limit; `onWait` is called once, when the state is not there at once. */
export type WaitOptions = { seconds: number | null; signal?: AbortSignal; onWait?: () => void };

/**
 * A state that the task only passes through counts as reached, because the events since the start are read as well.
 * Faults: `timeout`; `failed` for a task that failed; `conflict` for one that ended otherwise; `not_found`; `unavailable`
 * when the signal aborts.
 */
export async function untilState(ctx: Ctx, id: number, wanted: TaskState, { seconds, signal, onWait }: WaitOptions): Promise<Task> {
  const deadline = seconds === null ? Number.POSITIVE_INFINITY : ctx.clock.elapsed() + seconds * 1_000;
  let cursor = lastSeq(ctx.db);
  for (let look = 1; ; look++) {
    const seen = writtenSoFar(ctx);
    const events = readEvents(ctx.db, { after: cursor, limit: EVENTS_A_LOOK, taskId: id });
    cursor = events.at(-1)?.seq ?? cursor;
    const task = mustFind(ctx, id);
    const passed = events.map((event) => event.data.to as TaskState);
    const verdict = judgeWait(task, wanted, passed);
    if (verdict instanceof Fault) throw verdict;
    if (verdict === "reached") return task;
    if (ctx.clock.elapsed() >= deadline)
      throw new Fault(
        "timeout",
        `Task ${id} is still "${task.state}" after ${seconds} s.`,
        `\`ccm task-status ${id}\` says what it waits for.`,
      );
    if (signal?.aborted) throw new Fault("unavailable", "Nobody waits any more.");
    if (look === 1) onWait?.();
    await untilWritten(ctx, seen, deadline, signal);
  }
}
