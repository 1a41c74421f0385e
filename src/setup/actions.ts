// What other rooms may ask of this one: the daemon that runs, or is to run.
import type { Ctx } from "../kernel/context.ts";
import type { Paths } from "../kernel/paths.ts";
import { type DaemonState, findDaemon } from "./daemon-file.ts";

/** What the running daemon says about itself; null when none is ready. */
export function runningDaemon(ctx: Ctx): DaemonState | null {
  const found = findDaemon(ctx.paths);
  return found.kind === "ready" ? found.state : null;
}

/** Starts the daemon with the page and waits until it is ready. Faults: the daemon's own, `timeout`. */
export async function startWithPage(paths: Paths): Promise<DaemonState> {
  return (await import("./daemon-actions.ts")).startDaemon(paths, { profile: "full" });
}
