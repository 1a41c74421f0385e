// `ccm open`: a link that signs a browser in, and the browser opened on it.
import { existsSync } from "node:fs";
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { runningDaemon } from "../setup/actions.ts";
import { createLink } from "./actions.ts";
import type { OpenOptions } from "./commands.ts";

/** Faults: `unavailable` when no daemon with a page runs. */
export async function open(host: CommandHost, options: OpenOptions): Promise<void> {
  const ctx = await host.open();
  const daemon = runningDaemon(ctx);
  if (!daemon) throw new Fault("unavailable", "The daemon does not run, so there is no page.", "Start it with: ccm start");
  const { web } = daemon;
  if (!web) throw new Fault("unavailable", "The daemon runs without the page.", "Try: ccm stop && ccm start --profile full");
  if ("fault" in web)
    throw new Fault("unavailable", web.fault, "`ccm config set web.port 8766` names another port; then ccm stop && ccm start");
  const url = `${web.url}/sign-in?link=${createLink(ctx)}`;
  host.print({ url }, () => url);
  if (!options.print && !host.json) openBrowser(url);
}

/** The desktop's own way; without a desktop the printed link is all there is. */
function openBrowser(url: string): void {
  const program = Bun.which(process.platform === "darwin" ? "open" : "xdg-open");
  const hasDesktop = process.platform === "darwin" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (program && hasDesktop && existsSync(program)) Bun.spawn([program, url], { stdio: ["ignore", "ignore", "ignore"] }).unref();
}
