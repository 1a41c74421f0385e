// Debian's Chromium for tests, without a way out of this machine.
import { type Browser, chromium } from "playwright-core";
import { isRoot } from "../support/users.ts";

/** Nothing listens there (the port of `discard`): whatever is not meant for loopback fails at once. */
const NOBODY_THERE = "http://127.0.0.1:9";

const SILENT = ["--disable-component-update", "--disable-background-networking", "--no-first-run", "--mute-audio"];

/** Starts a browser; `close` it at once after use, because it takes half a processor. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = Bun.which("chromium");
  if (!executablePath) throw new Error('"chromium" is missing. Install it with: apt-get install chromium');
  const own = hasOwnSandbox() ? [] : ["--no-sandbox"];
  return await chromium.launch({
    executablePath,
    args: [...own, ...SILENT, `--proxy-server=${NOBODY_THERE}`, "--proxy-bypass-list=127.0.0.1"],
  });
}

/** Chromium refuses root its sandbox, and builds it from user namespaces, which some machines forbid. */
function hasOwnSandbox(): boolean {
  return !isRoot && Bun.spawnSync(["unshare", "--user", "true"], { stdio: ["ignore", "ignore", "ignore"] }).success;
}
