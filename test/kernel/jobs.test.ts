// Jobs: one a key, a deadline each, and the key stays taken until the work has really ended.
import { expect, test } from "bun:test";
import { fakeClock } from "../../src/kernel/clock.ts";
import { createJobs, type JobEnd } from "../../src/kernel/jobs.ts";

const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

function jobsUnderTest() {
  const clock = fakeClock();
  const ends: JobEnd[] = [];
  return { clock, ends, jobs: createJobs(clock, (end) => ends.push(end)) };
}

test("a second job of the same key is refused while the first runs", async () => {
  const { jobs, ends } = jobsUnderTest();
  const gate = Promise.withResolvers<void>();
  expect(jobs.start({ key: "a", timeoutMs: 1_000, work: () => gate.promise })).toBe(true);
  expect(jobs.start({ key: "a", timeoutMs: 1_000, work: async () => {} })).toBe(false);
  expect(jobs.start({ key: "b", timeoutMs: 1_000, work: async () => {} })).toBe(true);
  gate.resolve();
  await settle();
  expect(ends).toEqual([{ key: "b" }, { key: "a" }]);
  expect(jobs.size).toBe(0);
});

test("what a job throws is told at its end", async () => {
  const { jobs, ends } = jobsUnderTest();
  jobs.start({
    key: "a",
    timeoutMs: 1_000,
    work: async () => {
      throw new Error("broken");
    },
  });
  await settle();
  expect(ends[0]?.error).toMatchObject({ message: "broken" });
});

test("a deadline aborts the job, but the key is free only when its work has ended", async () => {
  const { clock, jobs, ends } = jobsUnderTest();
  const gate = Promise.withResolvers<void>();
  jobs.start({
    key: "slow",
    timeoutMs: 1_000,
    work: async (signal) => {
      await gate.promise;
      signal.throwIfAborted();
    },
  });
  clock.advance(1_001);
  await settle();
  expect(jobs.isRunning("slow")).toBe(true);
  gate.resolve();
  await settle();
  expect(ends[0]?.error).toMatchObject({ code: "timeout", message: '"slow" did not end within 1 s.' });
  expect(jobs.isRunning("slow")).toBe(false);
});

test("stopping aborts all and waits for the last", async () => {
  const { jobs, ends } = jobsUnderTest();
  for (const key of ["a", "b"]) {
    jobs.start({
      key,
      timeoutMs: 1_000,
      work: (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
  }
  await jobs.stop();
  expect(jobs.size).toBe(0);
  expect(ends.map(({ error }) => (error as Error).message)).toEqual(["The daemon is stopping.", "The daemon is stopping."]);
});
