// The page on health: the daemon, what every run needs, what the log complains of; and on demand what `ccm doctor` tries.
import { statSync } from "node:fs";
import * as v from "valibot";
import { HealthChecks, HealthDaemon, HealthHeading, HealthLog, HealthTried } from "../../views/health.tsx";
import type { Ctx } from "../kernel/context.ts";
import { type FormRoute, form, type Page, type PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { sizeText, when } from "../kernel/time-text.ts";
import { diskUse } from "../projects/actions.ts";
import { checkGuards, checkHeld } from "./agent-checks.ts";
import { checkAutomations } from "./automation-checks.ts";
import { checkLevel, checkMemory, ok, tried } from "./checks.ts";
import { findDaemon } from "./daemon-file.ts";
import { checkDisk } from "./home-checks.ts";
import { lastComplaints } from "./log-tail.ts";
import { automationsSection } from "./page-automations.ts";
import type { Check } from "./schema.ts";
import { lastTrial, tryEverything } from "./trial.ts";

export const healthPage: PageRoute = { path: "/health", area: "health", show: health };

/** Amounts of memory and disk are shown in steps, so that the page does not change with every file that is written. */
const STEP_BYTES = 100_000_000;

async function health(ctx: Ctx, { csrf }: { csrf: string }): Promise<Page> {
  const checks = await cheapChecks(ctx);
  const trial = lastTrial();
  return {
    title: "Health",
    name: "health",
    sections: [
      { kind: "still", id: "heading", html: () => HealthHeading({ csrf }) },
      { kind: "live", id: "checks", html: () => HealthChecks({ checks: checks.map(shown) }) },
      { kind: "live", id: "tried", html: () => HealthTried({ trial: trial && { at: when(trial.at), checks: trial.checks.map(shown) } }) },
      await automationsSection(ctx, csrf),
      { kind: "live", id: "daemon", html: () => HealthDaemon({ facts: daemonFacts(ctx) }) },
      {
        kind: "live",
        id: "log",
        html: () => HealthLog({ lines: lastComplaints(ctx.paths).map(({ at, ...line }) => ({ ...line, at: when(at) })) }),
      },
    ],
  };
}

/** What takes less than a millisecond; that the loop answers, and that the database is whole, takes a trial. */
async function cheapChecks(ctx: Ctx): Promise<Check[]> {
  const daemon = findDaemon(ctx.paths);
  const free = Math.floor(ctx.outside.machine.freeMemoryBytes() / STEP_BYTES) * STEP_BYTES;
  return [
    daemon.kind === "ready"
      ? ok("daemon", `Process ${daemon.state.pid}.`)
      : { name: "daemon", verdict: "fail", text: "It does not run.", hint: "ccm start" },
    levelOf(ctx),
    await tried("disk", () => checkDisk(ctx.paths, ctx.config, STEP_BYTES)),
    checkMemory(ctx.config, free),
    ...checkHeld(ctx),
    ...checkGuards(ctx),
    ...(await checkAutomations(ctx.paths)),
  ];
}

function levelOf(ctx: Ctx): Check {
  const level = ctx.outside.sandbox.level();
  return level ? checkLevel(level) : { name: "sandbox", verdict: "fail", text: "No level works: no run may start.", hint: "ccm doctor" };
}

function shown({ name, verdict, text, hint }: Check): Check {
  return { name: printable(name), verdict, text: printable(text), hint: printable(hint) };
}

function daemonFacts(ctx: Ctx) {
  const daemon = findDaemon(ctx.paths);
  const size = statSync(ctx.paths.database, { throwIfNoEntry: false })?.size ?? 0;
  const home = [
    { label: "Home", text: printable(ctx.paths.home), copy: ctx.paths.home },
    { label: "Database", text: sizeText(size) },
    ...treeFacts(ctx),
  ];
  if (daemon.kind !== "ready") return home;
  const { pid, version, startedAt, profile, sandbox, web } = daemon.state;
  return [
    { label: "Process", text: String(pid), copy: String(pid) },
    { label: "Version", text: version },
    { label: "Runs since", at: when(startedAt) },
    { label: "Profile", text: profile },
    { label: "Sandbox", text: sandbox ?? "none works" },
    { label: "Address", text: web === null ? "" : "url" in web ? web.url : web.fault },
    ...home,
  ];
}

/** Of all projects; in steps, as above. */
function treeFacts(ctx: Ctx): { label: string; text: string }[] {
  const all = diskUse(ctx);
  const total = (of: "treeBytes" | "trashBytes") => sizeText(all.reduce((sum, one) => sum + one[of], 0));
  return [
    { label: "Trees", text: total("treeBytes") },
    { label: "Trash", text: total("trashBytes") },
  ];
}

export const tryForm: FormRoute = form({
  path: "/health/try",
  fields: v.object({}),
  page: () => "/health",
  section: "tried",
  async act(ctx) {
    const { checks } = await tryEverything(ctx);
    const failed = checks.filter(({ verdict }) => verdict === "fail").map(({ name }) => name);
    return { said: failed.length === 0 ? "Everything that ccm needs works." : `Not well: ${failed.join(", ")}.` };
  },
});
