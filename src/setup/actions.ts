// What other rooms may ask of this one: the daemon that runs.
import type { Ctx } from "../kernel/context.ts";
import { type DaemonState, findDaemon } from "./daemon-file.ts";

/** What the running daemon says about itself; null when none is ready. */
export function runningDaemon(ctx: Ctx): DaemonState | null {
  const found = findDaemon(ctx.paths);
  return found.kind === "ready" ? found.state : null;
}
