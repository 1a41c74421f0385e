// Probing this very machine.
import { expect, test } from "bun:test";
import { openSandbox } from "../../src/sandbox/outside.ts";
import { probeSandbox } from "../../src/sandbox/probe.ts";

test("each level is tried for real, strongest first, and says what it found", async () => {
  const probes = await probeSandbox();
  expect(probes.map((probe) => probe.level)).toEqual(["namespace", "kernel", "none"]);
  for (const probe of probes) expect(probe.detail).not.toBe("");
  const first = probes.find((probe) => probe.works)?.level;
  expect((await openSandbox({ level: "auto", allowNone: true })).level()).toBe(first ?? null);
});
