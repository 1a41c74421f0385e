// Windows in the loop: each live agent has one, as long as tmux is there. Nothing else ever waits for this.
import type { Ctx } from "../../kernel/context.ts";
import { messageOf } from "../../kernel/fault.ts";
import { projectOf } from "../../projects/actions.ts";
import { liveRuns } from "../actions.ts";
import { policyFor } from "../rules.ts";
import type { Run } from "../schema.ts";

/** A list and a change, 5 s each at most. */
const CHANGE_TIMEOUT_MS = 15_000;

export function stepWindows(ctx: Ctx): void {
  const { windows } = ctx.outside;
  const runs = liveRuns(ctx);
  if (!mayHaveWindows(ctx, runs)) {
    if (windows.areThere()) change(ctx, () => windows.end());
    return;
  }
  const shown = runs.flatMap((run) => (run.kind === "agent" && run.state === "running" ? [{ runId: run.id, taskId: run.taskId }] : []));
  if (windows.areBehind(shown)) change(ctx, () => windows.show(shown));
}

/**
 * Whoever reaches the socket of a tmux can run commands outside the sandbox. Only the level `kernel` cannot hide it, and
 * there every socket is refused, except in projects that are allowed unix sockets: while one of those is at work there
 * are no windows.
 */
export function mayHaveWindows(ctx: Ctx, runs: readonly Run[]): boolean {
  return !runs.some((run) => {
    const { level, unixSockets } = policyFor(ctx.config, projectOf(ctx, run.projectId), run.kind);
    return unixSockets && (run.sandbox ?? ctx.outside.sandbox.level(level)) === "kernel";
  });
}

function change(ctx: Ctx, work: () => Promise<void>): void {
  const quietly = () => work().catch((thrown) => ctx.log.warn(`windows: ${messageOf(thrown)}`));
  ctx.jobs.start({ key: "windows", timeoutMs: CHANGE_TIMEOUT_MS, work: quietly });
}
