// `ccm open`: a link that signs a browser in, and the browser opened on it.

import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { runningDaemon, startWithPage } from "../setup/actions.ts";
import { createLink } from "./actions.ts";
import type { OpenOptions } from "./commands.ts";

/** Faults: `unavailable` when no daemon with a page runs, and those of starting one. */
export async function open(host: CommandHost, options: OpenOptions): Promise<void> {
  const ctx = await host.open();
  const url = `${await addressOf(ctx, options)}/sign-in?link=${createLink(ctx)}`;
  host.print({ url }, () => url);
  const opened = options.print || host.json ? "not asked" : openBrowser(url);
  if (opened === "no browser") host.note("There is no browser here; open the link in yours. It works once, for ten minutes.");
}

async function addressOf(ctx: Ctx, options: OpenOptions): Promise<string> {
  const daemon = runningDaemon(ctx) ?? (options.start ? await startWithPage(ctx.paths) : undefined);
  if (!daemon) throw new Fault("unavailable", "The daemon does not run, so there is no page.", "Start it with: ccm start");
  const { web } = daemon;
  if (!web) throw new Fault("unavailable", "The daemon runs without the page.", "Try: ccm stop && ccm start --profile full");
  if ("url" in web) return web.url;
  throw new Fault(
    "unavailable",
    web.fault,
    "It is tried again by itself. `ccm config set web.port 8766` names another port; then ccm stop && ccm start",
  );
}

/** The desktop's own way. Without a desktop, or over ssh, where it would be that of another machine, there is none. */
function openBrowser(url: string): "opened" | "no browser" {
  const { env, platform } = process;
  const isMac = platform === "darwin";
  const hasDesktop = isMac || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
  const program = Bun.which(isMac ? "open" : "xdg-open");
  if (!program || !hasDesktop || env.SSH_CONNECTION || env.SSH_TTY) return "no browser";
  Bun.spawn([program, url], { stdio: ["ignore", "ignore", "ignore"] }).unref();
  return "opened";
}
