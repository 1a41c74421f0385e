// ccm automations on the built executable: switching, trying, secrets, and the Faults of what must not be run.
import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { emptyHome, expectFault } from "../support/home-with-project.ts";

const GUARD = "10-guard-commands";
const VALUE = "correct-horse-battery";
let home: HomeUnderTest;

beforeEach(async () => {
  home = emptyHome();
  await home.json("init", "--yes");
});

const available = (name: string) => join(home.paths.home, "automations/available", name);
const put = (name: string, ...lines: string[]) => writeFileSync(available(name), `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o700 });
const enabled = async () => (await home.json<{ name: string; enabled: boolean }[]>("automations", "list")).filter((one) => one.enabled);

test("a new home has the shipped ones, none of them on", async () => {
  expect(readdirSync(join(home.paths.home, "automations/available"))).toHaveLength(4);
  expect(await enabled()).toEqual([]);
  expect((await home.ccm("automations", "list")).stdout).toContain(GUARD);
});

test("one is switched on and off, and that is in the audit log", async () => {
  await home.json("automations", "enable", GUARD);
  expect(await enabled()).toMatchObject([{ name: GUARD }]);
  await home.json("automations", "disable", GUARD);
  expect(await enabled()).toEqual([]);
  expect((await home.ccm("audit")).stdout).toMatch(/The automation 10-guard-commands runs from now\s+on/);
});

describe("ccm automations test", () => {
  test("shows what it says to a command", async () => {
    expect(await home.json("automations", "test", GUARD, "--command", "rm -rf /")).toMatchObject({ verdict: "deny", exitCode: 2 });
    expect(await home.json("automations", "test", GUARD, "--command", "ls")).toMatchObject({ verdict: null, exitCode: 0 });
  });

  test("gives it the event of a file, or of standard input", async () => {
    put("50-look", "# ccm-events: Notification Stop", "grep -q hello || exit 1");
    const stdin = JSON.stringify({ message: "hello" });
    expect(await home.ccmWith({ stdin }, "automations", "test", "50-look", "--event", "Stop", "--input", "-")).toMatchObject({ code: 0 });
    expectFault(await home.ccm("automations", "test", "50-look"), 9, /it exited with 1/, /./);
    expectFault(await home.ccmWith({ stdin: "{" }, "automations", "test", "50-look", "--input", "-"), 2, /is no JSON/, /./);
    expectFault(await home.ccm("automations", "test", "50-look", "--event", "PreToolUse"), 2, /does not run at/, /./);
    expectFault(await home.ccm("automations", "test", "50-look", "--run", "r7"), 3, /"r7"/, /./);
  });

  test("gives it the secrets that it may have, and shows none of them", async () => {
    put("50-notify", "# ccm-events: Stop", "# ccm-secrets: CHANNEL_KEY", 'echo "I have $CHANNEL_KEY" | tee "$HOME/said" >&2');
    expectFault(await home.ccm("automations", "test", "50-notify"), 9, /may not have the secret "CHANNEL_KEY"/, /./);
    const words = ["secret", "set", "CHANNEL_KEY", "--store", "file", "--for", "automation:50-notify"];
    expect(await home.ccmWith({ stdin: VALUE }, ...words)).toMatchObject({ code: 0 });
    const { code, stdout } = await home.ccm("automations", "test", "50-notify");
    expect([code, stdout.includes(VALUE), stdout.includes("I have [redacted")]).toEqual([0, false, true]);
    expect(readFileSync(join(home.root, "person/said"), "utf8")).toBe(`I have ${VALUE}\n`);
  });
});

describe("one that must not be run", () => {
  test("is refused with why, and nothing is switched on", async () => {
    chmodSync(available(GUARD), 0o775);
    expectFault(await home.ccm("automations", "enable", GUARD), 6, /others may write/, /./);
    chmodSync(available(GUARD), 0o600);
    expectFault(await home.ccm("automations", "test", GUARD), 6, /is not executable/, /./);
    put("50-silent", "exit 0");
    expectFault(await home.ccm("automations", "enable", "50-silent"), 6, /does not say when to run/, /./);
    expectFault(await home.ccm("automations", "enable", "nowhere"), 3, /"nowhere"/, /./);
    expect(await enabled()).toEqual([]);
  });
});

test("there is nothing in the log of what automations did, or of one that is not there", async () => {
  expect((await home.ccm("automations", "logs")).stdout).toBe("No automation has run yet.\n");
  expect(await home.json<unknown[]>("automations", "logs", GUARD)).toEqual([]);
  expectFault(await home.ccm("automations", "logs", "nowhere"), 3, /"nowhere"/, /./);
});
