// `ccm doctor` and `ccm health`: what was tried, how it went, and what to do about it.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { loadConfig } from "../kernel/config.ts";
import type { Config, Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { homeFrom, type Paths, pathsAt } from "../kernel/paths.ts";
import { askDaemon } from "../kernel/requests.ts";
import { checkAgents, checkGuards, checkHeld, checkTmux } from "./agent-checks.ts";
import { checkAutomations } from "./automation-checks.ts";
import { checkLines } from "./check-text.ts";
import { checkGit, checkLevel, checkMemory, checkOptional, checkSandbox, ok, tried } from "./checks.ts";
import { sections } from "./config.ts";
import { findDaemon } from "./daemon-file.ts";
import { checkClock, checkDatabase, checkDisk, checkHome, checkLocks } from "./home-checks.ts";
import { judgeWeb } from "./rules.ts";
import type { Check, WebAddress } from "./schema.ts";

/** A loop that lives looks at requests at least once a second. */
const PING_MS = 5_000;

/** Tries everything that a run needs on this machine; works without a home. Faults: `environment` when something fails. */
export async function doctor(host: CommandHost): Promise<void> {
  const paths = pathsAt(homeFrom(process.env));
  const { config, check } = readConfig(paths);
  const checks = [
    await tried("git", checkGit),
    checkOptional("node", "Only projects that use it miss it."),
    await checkTmux(config, paths),
    ...(await checkSandbox(config)),
    ...(await checkAgents(config, process.env)),
    await tried("disk", () => checkDisk(paths, config)),
    checkMemory(config),
    check,
    ...(await homeChecks(paths)),
  ];
  report(host, checks);
  const failed = checks.filter((one) => one.verdict === "fail");
  if (failed.length > 0) throw new Fault("environment", `Not well: ${failed.map((one) => one.name).join(", ")}.`, failed[0]?.hint ?? "");
}

/** Without a home there is one thing to do, which the first of these says. */
async function homeChecks(paths: Paths): Promise<Check[]> {
  const home = await tried("home", () => checkHome(paths));
  if (home.verdict === "fail") return [home];
  return [
    home,
    await tried("locks", () => checkLocks(paths)),
    await tried("database", () => checkDatabase(paths)),
    await tried("clock", () => checkClock(paths)),
    ...(await checkAutomations(paths)),
  ];
}

/** The defaults stand in for a configuration that cannot be read, so that everything else is tried all the same. */
export function readConfig(paths: Paths): { config: Config; check: Check } {
  try {
    const config = loadConfig(sections, paths.config, process.env);
    const fault = judgeWeb(config.web);
    if (fault) throw fault;
    return { config, check: ok("configuration", "It is in order.") };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    const check: Check = { name: "configuration", verdict: "fail", text: thrown.message, hint: thrown.hint };
    return { config: loadConfig(sections, join(paths.home, randomUUID()), {}), check };
  }
}

/** For scripts: whether work goes on now. Faults: `unavailable` without a daemon that answers, `environment` for anything else. */
export async function health(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const checks = [...(await runningChecks(ctx)), await tried("database", () => checkDatabase(ctx.paths))];
  report(host, checks);
  const failed = checks.filter((one) => one.verdict === "fail");
  if (failed.length === 0) return;
  const isDown = failed.some((one) => one.name === "daemon" || one.name === "loop");
  throw new Fault(isDown ? "unavailable" : "environment", `Not well: ${failed.map((one) => one.name).join(", ")}.`, failed[0]?.hint ?? "");
}

/** What is quickly looked at while the daemon runs. */
export async function runningChecks(ctx: Ctx): Promise<Check[]> {
  const daemon = findDaemon(ctx.paths);
  const isReady = daemon.kind === "ready";
  return [
    isReady
      ? ok("daemon", `Process ${daemon.state.pid}.`)
      : {
          name: "daemon",
          verdict: "fail",
          text: daemon.kind === "busy" ? "It is starting or stopping." : "It does not run.",
          hint: "ccm start",
        },
    ...(isReady ? [await tried("loop", () => ping(ctx)), levelCheck(daemon.state.sandbox), ...pageCheck(daemon.state.web)] : []),
    await tried("disk", () => checkDisk(ctx.paths, ctx.config)),
    checkMemory(ctx.config, ctx.outside.machine.freeMemoryBytes()),
    ...checkHeld(ctx),
    ...checkGuards(ctx),
    ...(await checkAutomations(ctx.paths)),
  ];
}

async function ping(ctx: Ctx): Promise<Check> {
  const from = ctx.clock.elapsed();
  await askDaemon(ctx, "ping", {}, PING_MS);
  return ok("loop", `It answered after ${Math.round(ctx.clock.elapsed() - from)} ms.`);
}

/** A daemon without the page was asked to be so. */
function pageCheck(web: WebAddress | null): Check[] {
  if (!web) return [];
  if ("url" in web) return [ok("page", web.url)];
  const hint = "It is tried again by itself; `ccm config set web.port 8766` names another port, from the next start.";
  return [{ name: "page", verdict: "warn", text: web.fault, hint }];
}

function levelCheck(level: string | null): Check {
  if (level) return checkLevel(level);
  return { name: "sandbox", verdict: "fail", text: "No level works: no run may start.", hint: "ccm doctor" };
}

function report(host: CommandHost, checks: readonly Check[]): void {
  host.print(checks, () => checkLines(host, checks));
}
