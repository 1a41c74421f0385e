// Windows in the loop: each live agent has one, as long as tmux is there. Nothing else ever waits for this.
import type { Ctx } from "../kernel/context.ts";
import { messageOf } from "../kernel/fault.ts";
import { liveRuns } from "./actions.ts";

/** A list and a change, 5 s each at most. */
const SHOW_TIMEOUT_MS = 15_000;

export function stepWindows(ctx: Ctx): void {
  const { windows } = ctx.outside;
  const runs = liveRuns(ctx).flatMap((run) =>
    run.kind === "agent" && run.state === "running" ? [{ runId: run.id, taskId: run.taskId }] : [],
  );
  if (!windows.areBehind(runs)) return;
  const work = () => windows.show(runs).catch((thrown) => ctx.log.warn(`windows: ${messageOf(thrown)}`));
  ctx.jobs.start({ key: "windows", timeoutMs: SHOW_TIMEOUT_MS, work });
}
