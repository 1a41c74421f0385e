// Automations on the page about health, and where else a person hears that one which is on does not run.
import { beforeEach, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { automationPlaces } from "../../src/hooks/automations/safety.ts";
import { shipAutomations } from "../../src/hooks/automations/shipped.ts";
import { appendEvent } from "../../src/kernel/events.ts";
import { checkAutomations } from "../../src/setup/automation-checks.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { openSite, type TestSite } from "../support/site.ts";

const GUARD = "10-guard-commands";
let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  shipAutomations(home.paths.home);
  site = await openSite(home.ctx);
});

const inAvailable = (name: string) => join(automationPlaces(home.paths.home).available, name);

test("one is switched on and off with a button, and that is told", async () => {
  expect((await site.get("/health")).main).toContain("Switch on");
  expect((await site.post("/health/automations", { name: GUARD, to: "on" })).to).toContain("/health");
  expect((await site.get("/health")).main).toContain("Switch off");
  await site.post("/health/automations", { name: GUARD, to: "off" });
  expect(site.news()).toEqual(["automation.enabled", "automation.disabled"]);
});

test("what one did last stands beside it, as text", async () => {
  const data = { name: GUARD, event: "PreToolUse", tool: "Bash", ok: true, verdict: "deny", reason: "<b>No</b>\u001b[31m", context: 0 };
  appendEvent(home.ctx.db, home.clock.now(), { name: "automation.ran", source: "host", data });
  const { main } = await site.get("/health");
  expect(main).toContain("automation 10-guard-commands at PreToolUse of Bash refused: &lt;b&gt;No");
  expect(main).not.toMatch(/<b>|(?!\n)\p{Cc}/u);
});

test("one that must not be run is not switched on, and has no button", async () => {
  chmodSync(inAvailable(GUARD), 0o722);
  const { status, html } = await site.post("/health/automations", { name: GUARD, to: "on" });
  expect(status).toBe(403);
  expect(html).toContain("others may write");
  expect((await site.get("/health")).main.match(/Switch on/g)).toHaveLength(3);
});

test("one that is on and is not run any more is a warning", async () => {
  await home.out("automations", "enable", GUARD);
  expect(await checkAutomations(home.paths)).toEqual([]);
  writeFileSync(inAvailable(GUARD), "#!/bin/sh\nexit 0\n");
  expect(await checkAutomations(home.paths)).toMatchObject([
    { name: "automations", verdict: "warn", text: expect.stringContaining("it does not say when to run") },
  ]);
  expect((await site.get("/health")).main).toContain("is on and not run");
});

test("a name that leads elsewhere, or is none, is a reason beside nothing", async () => {
  for (const name of ["../../bin/sh", "nowhere", ""]) expect((await site.post("/health/automations", { name, to: "on" })).status).toBe(404);
});
