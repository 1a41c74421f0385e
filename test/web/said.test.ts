// What a form did is said once, on the page that it leads to, to whom sent it.
import { expect, test } from "bun:test";
import { createSaid } from "../../src/web/said.ts";

function openSaid() {
  const clock = { now: 0 };
  return { clock, said: createSaid(() => clock.now) };
}

test("once, on that page, whatever place within it the browser is led to", () => {
  const { said } = openSaid();
  said.keep("ada", "/tasks/3#needs", "Task 3 is approved.");
  expect(said.take("ada", "/tasks/4")).toBeNull();
  expect(said.take("eve", "/tasks/3")).toBeNull();
  expect(said.take("ada", "/tasks/3")).toBe("Task 3 is approved.");
  expect(said.take("ada", "/tasks/3")).toBeNull();
});

test("not a minute later", () => {
  const { said, clock } = openSaid();
  said.keep("ada", "/", "Done.");
  clock.now = 60_001;
  expect(said.take("ada", "/")).toBeNull();
});

test("the newest hundred wait, and no more", () => {
  const { said } = openSaid();
  for (let n = 1; n <= 150; n++) said.keep("ada", `/tasks/${n}`, `Task ${n}.`);
  const kept = Array.from({ length: 150 }, (_, at) => said.take("ada", `/tasks/${at + 1}`)).filter((text) => text !== null);
  expect(kept.length).toBeLessThanOrEqual(100);
  expect(kept.at(-1)).toBe("Task 150.");
});
