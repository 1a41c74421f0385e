// Probing this very machine.
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { openSandbox } from "../../src/sandbox/outside.ts";
import { probeOwnUser, probeSandbox } from "../../src/sandbox/probe.ts";
import { temporaryFolder } from "../support/folders.ts";

test("each level is tried for real, strongest first, and says what it found", async () => {
  const probes = await probeSandbox();
  expect(probes.map((probe) => probe.level)).toEqual(["namespace", "kernel", "none"]);
  for (const probe of probes) expect(probe.detail).not.toBe("");
  const first = probes.find((probe) => probe.works)?.level;
  const here = await openSandbox({ level: "auto", allowNone: true, ownUser: "off" }, temporaryFolder());
  expect(here.level()).toBe(first ?? null);
  for (const { level, works } of probes) expect(here.level(level)).toBe(works ? level : null);
  expect(here.ownUser()).toBe(false);
});

test.if(process.getuid?.() === 0)("a user of its own is tried where trees will be, and nothing of that is left [needs root]", async () => {
  const home = temporaryFolder();
  const probe = await probeOwnUser(home);
  const here = await openSandbox({ level: "auto", allowNone: false, ownUser: "auto" }, home);
  expect(here.ownUser()).toBe(probe.works);
  expect(readdirSync(home)).toEqual([]);
});
