// Work with one key never overlaps; a failure does not stop what waits behind it; finished keys are forgotten.
import { expect, test } from "bun:test";
import { createLanes } from "../../src/kernel/lane.ts";

test("work of one key runs in order and never at the same time, other keys do not wait", async () => {
  const lanes = createLanes();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lanes.run("a", async () => {
    seen.push("first starts");
    await gate.promise;
    seen.push("first ends");
  });
  const second = lanes.run("a", async () => void seen.push("second"));
  await lanes.run("b", async () => void seen.push("other key"));
  gate.resolve();
  await Promise.all([first, second]);
  expect(seen).toEqual(["first starts", "other key", "first ends", "second"]);
});

test("a failure reaches its own caller only, and nothing stays in memory", async () => {
  const lanes = createLanes();
  const failing = lanes.run("a", async () => {
    throw new Error("broken");
  });
  const next = lanes.run("a", async () => 2);
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe(2);
  expect(lanes.size).toBe(0);
});
