// Whatever is killed and whenever: the task is merged once, with the commit its gate passed on, and nothing is left over.
import { beforeAll, describe, expect, test } from "bun:test";
import { binary } from "../support/binary.ts";
import { moments, sweep } from "../support/kill-sweep.ts";

/** Between two moments that are tried, in ms. 5 tries every one that differs and takes half an hour. */
const STEP_MS = Number(process.env.CCM_KILL_STEP_MS ?? 60);
/** A sweep at a step of 5 ms on a slow machine. */
const SWEEP_TIMEOUT_MS = 60 * 60_000;

beforeAll(() => {
  binary();
}, 120_000);

const everywhere = () => true;
const inRuns = (event: string) => event === "run.claimed" || event === "run.started";

describe("kill -9", () => {
  test.each([
    ["daemon", everywhere],
    ["everything", everywhere],
    ["host", inRuns],
    ["agent", inRuns],
  ] as const)(
    "of %s at any moment of a task",
    async (victim, when) => {
      const cases = moments(victim, STEP_MS, when);
      const { struck, wrong } = await sweep(cases);
      expect(wrong).toEqual([]);
      expect(struck).toBeGreaterThan(cases.length / 3);
    },
    SWEEP_TIMEOUT_MS,
  );
});
