// Which automations there are: what they say at their top, why one is not run, switching them, and those that come with ccm.
import { beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { disableAutomation, enableAutomation, findAutomation, listAutomations } from "../../src/hooks/automations/automations.ts";
import { readHeader } from "../../src/hooks/automations/header.ts";
import { shipAutomations } from "../../src/hooks/automations/shipped.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { temporaryFolder } from "../support/folders.ts";
import { isRoot } from "../support/users.ts";
import { type AutomationHome, openAutomationHome, program } from "./automation-home.ts";

describe("the top of an automation", () => {
  test("says what it is for, and when it runs", () => {
    const text = [
      "#!/usr/bin/env node",
      "// Tells a channel when an agent is done.",
      "// More about it.",
      "//",
      "// ccm-events: Stop, SessionEnd",
      "// ccm-matcher: Write|Edit",
      "// ccm-deadline: 1.5 s",
      "// ccm-failure: deny",
      "// ccm-secrets: SLACK_URL TOKEN_2",
      "",
      'import "x";',
      "// ccm-events: never read",
    ];
    expect(readHeader(text.join("\n"))).toEqual({
      about: "Tells a channel when an agent is done.",
      events: ["Stop", "SessionEnd"],
      matcher: "Write|Edit",
      deadlineMs: 1_500,
      failure: "deny",
      secrets: ["SLACK_URL", "TOKEN_2"],
    });
  });

  test("may leave out all but its events", () => {
    const header = { about: "", events: ["Stop"], matcher: "", deadlineMs: 2_000, failure: "allow", secrets: [] };
    expect(readHeader("# ccm-events: Stop\n")).toEqual(header as ReturnType<typeof readHeader>);
  });

  test.each([
    ["", "it does not say when to run."],
    ["echo hello\n# ccm-events: Stop\n", "it does not say when to run."],
    ["\u007fELF\u0002\u0001\n", "it does not say when to run."],
    ["# ccm-events: Stopp\n", 'Did you mean "Stop"?'],
    ["# ccm-events: MessageDisplay\n", "many times a second"],
    ["# ccm-event: Stop\n", 'Did you mean "events"?'],
    ["# ccm-events: Stop\n# ccm-matcher: (\n", '"(" is no pattern'],
    ["# ccm-events: Stop\n# ccm-deadline: 10 minutes\n", '"10 minutes" is no deadline'],
    ["# ccm-events: Stop\n# ccm-deadline: 90 s\n", '"90 s" is no deadline'],
    ["# ccm-events: Stop\n# ccm-deadline: 0 ms\n", '"0 ms" is no deadline'],
    ["# ccm-events: Stop\n# ccm-failure: maybe\n", '"maybe" is nothing that can follow'],
    ["# ccm-events: Stop\n# ccm-secrets: A=B\n", '"A=B" is no name of a secret'],
  ])("that is %j is told what is wrong with it", (text, wrong) => {
    expect(readHeader(text)).toContain(wrong);
  });
});

let lab: AutomationHome;
beforeEach(() => {
  lab = openAutomationHome();
});

const OWN = program("Stop", "exit 0");
const put = (name: string, text = OWN, mode = 0o700) => {
  const path = join(lab.places.available, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const troubleOf = (name: string) => findAutomation(lab.home, name).trouble;
const refusal = (act: () => unknown) => {
  try {
    return act();
  } catch (thrown) {
    return thrown instanceof Fault ? [thrown.code, thrown.message] : thrown;
  }
};

describe("an automation is not run", () => {
  test.each([
    ["others may write it", 0o722],
    ["others may write it", 0o770],
    ["it is not executable", 0o600],
  ])("when %s (%o)", (_, mode) => {
    put("50-own", OWN, mode);
    expect(refusal(() => enableAutomation(lab.home, "50-own"))).toEqual(["denied", expect.stringContaining('"50-own" is not run: ')]);
    expect(existsSync(join(lab.places.enabled, "50-own"))).toBe(false);
  });

  test.each(["home", "root", "available"] as const)("when others may write the folder it is in (%s)", (which) => {
    put("50-own");
    chmodSync(which === "home" ? lab.home : lab.places[which], 0o777);
    expect(troubleOf("50-own")).toContain("others may write");
  });

  test("when it leads out of the folder, by whatever kind of link", () => {
    const elsewhere = join(temporaryFolder(), "script");
    writeFileSync(elsewhere, OWN, { mode: 0o700 });
    symlinkSync(elsewhere, join(lab.places.available, "50-link"));
    symlinkSync(elsewhere, join(lab.places.enabled, "51-link"));
    expect([troubleOf("50-link"), troubleOf("51-link")]).toEqual([
      expect.stringContaining("which is not in automations/available"),
      expect.stringContaining("which is not in automations/available"),
    ]);
    linkSync(put("52-own"), join(temporaryFolder(), "second-name"));
    expect(troubleOf("52-own")).toContain("a second name elsewhere");
  });

  test("when the folder of what is enabled is itself a link", () => {
    lab.add("50-own", OWN);
    const moved = join(temporaryFolder(), "enabled");
    renameSync(lab.places.enabled, moved);
    symlinkSync(moved, lab.places.enabled);
    expect(troubleOf("50-own")).toContain("is no folder, but leads elsewhere");
  });

  test("when it is a folder, a link to nothing, or has an odd name", () => {
    mkdirSync(join(lab.places.available, "50-folder"), { mode: 0o700 });
    symlinkSync("../available/gone", join(lab.places.enabled, "51-gone"));
    put("Own Name");
    expect(["50-folder", "51-gone", "Own Name"].map(troubleOf)).toEqual([
      "it is no file.",
      "it is not there, or leads to nothing.",
      "its name must be small letters, digits, dots and dashes.",
    ]);
  });

  test.skipIf(!isRoot)("when it belongs to another user [needs root]", () => {
    chownSync(put("50-own"), 65_534, 65_534);
    expect(troubleOf("50-own")).toBe('"50-own" belongs to another user (65534).');
  });
});

describe("switching", () => {
  test("on makes a link, off removes it, and both may be said twice", () => {
    put("50-own");
    expect([enableAutomation(lab.home, "50-own"), enableAutomation(lab.home, "50-own")]).toEqual([true, false]);
    expect(findAutomation(lab.home, "50-own")).toMatchObject({ isEnabled: true, trouble: null, shipped: null });
    expect([disableAutomation(lab.home, "50-own"), disableAutomation(lab.home, "50-own")]).toEqual([true, false]);
    expect(readFileSync(join(lab.places.available, "50-own"), "utf8")).toBe(OWN);
  });

  test("off a program that lies in `enabled` itself keeps it, and never over another one", () => {
    const path = join(lab.places.enabled, "50-own");
    writeFileSync(path, OWN, { mode: 0o700 });
    put("50-own", "another");
    expect(refusal(() => disableAutomation(lab.home, "50-own"))).toEqual(["conflict", expect.stringContaining("another one of that name")]);
    rmSync(join(lab.places.available, "50-own"));
    disableAutomation(lab.home, "50-own");
    expect(readFileSync(join(lab.places.available, "50-own"), "utf8")).toBe(OWN);
  });

  test("one that is not there is a Fault that says where they belong", () => {
    for (const act of [enableAutomation, disableAutomation])
      expect(refusal(() => act(lab.home, "../../bin/sh"))).toEqual(["not_found", 'There is no automation "../../bin/sh".']);
  });
});

describe("the automations that come with ccm", () => {
  const guard = () => join(lab.places.available, "10-guard-commands");

  test("are there, well, and none is on", () => {
    const all = listAutomations(lab.home);
    expect(all.map(({ name }) => name)).toEqual(["10-guard-commands", "20-format-on-write", "30-checkpoint", "40-add-context"]);
    expect(all.filter(({ isEnabled, trouble, shipped }) => isEnabled || trouble !== null || shipped !== "as shipped")).toEqual([]);
  });

  test("are renewed while they are as they were put there", () => {
    const before = readFileSync(guard(), "utf8");
    const outdated = new Bun.CryptoHasher("sha256").update("outdated").digest("hex");
    writeFileSync(guard(), "outdated");
    writeFileSync(lab.places.shipped, JSON.stringify({ "10-guard-commands": outdated }));
    shipAutomations(lab.home);
    expect(readFileSync(guard(), "utf8")).toBe(before);
  });

  test("stay as a person has changed them, or away when removed", () => {
    writeFileSync(guard(), OWN);
    rmSync(join(lab.places.available, "30-checkpoint"));
    shipAutomations(lab.home);
    expect(readFileSync(guard(), "utf8")).toBe(OWN);
    expect(findAutomation(lab.home, "10-guard-commands").shipped).toBe("changed");
    expect(existsSync(join(lab.places.available, "30-checkpoint"))).toBe(false);
  });

  test("survive a note of what was put there that is broken", () => {
    writeFileSync(lab.places.shipped, "{");
    writeFileSync(guard(), OWN);
    shipAutomations(lab.home);
    expect(readFileSync(guard(), "utf8")).toBe(OWN);
  });
});
