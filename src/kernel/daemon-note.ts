// The line below a command's answer that says why nothing will come of it yet.
import type { Ctx } from "./context.ts";
import { probeLock } from "./lock.ts";
import type { CommandHost } from "./module.ts";

/** True while a daemon holds its lock. */
export function daemonRuns(ctx: Ctx): boolean {
  return probeLock(ctx.paths.lock);
}

/** Commands work without the daemon; what they ask for only happens when it runs. */
export function noteWithoutDaemon(ctx: Ctx, host: CommandHost): void {
  if (!daemonRuns(ctx)) host.note(host.paint("dim", "The daemon does not run, so nothing happens yet: `ccm start` starts it."));
}
