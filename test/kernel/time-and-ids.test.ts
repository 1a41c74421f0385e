// Clocks and ids: real ones, and fakes that a simulation can drive.
import { expect, test } from "bun:test";
import { fakeClock, realClock } from "../../src/kernel/clock.ts";
import { realIds, seededIds } from "../../src/kernel/ids.ts";

test("a fake clock stands still, and wakes sleepers in the order of their time", async () => {
  const clock = fakeClock(1_000);
  const woken: string[] = [];
  const late = clock.sleep(20).then(() => woken.push("late"));
  const early = clock.sleep(10).then(() => woken.push("early"));
  expect(clock.now()).toBe(1_000);
  expect(clock.nextWake()).toBe(10);
  clock.advance(25);
  await Promise.all([late, early]);
  expect(woken).toEqual(["early", "late"]);
  expect([clock.now(), clock.elapsed()]).toEqual([1_025, 25]);
});

test("a jump of the wall clock wakes nobody and leaves elapsed time alone", () => {
  const clock = fakeClock(1_000);
  void clock.sleep(10);
  clock.jump(-500);
  expect([clock.now(), clock.elapsed(), clock.nextWake()]).toEqual([500, 0, 10]);
});

test("an aborted sleep ends at once and is forgotten, on both clocks", async () => {
  const fake = fakeClock();
  for (const clock of [fake, realClock]) {
    const stop = new AbortController();
    const slept = clock.sleep(60_000, stop.signal);
    stop.abort();
    await slept;
    await clock.sleep(60_000, stop.signal);
  }
  expect(fake.nextWake()).toBeUndefined();
});

test("real time only grows", async () => {
  const before = realClock.elapsed();
  await realClock.sleep(2);
  expect(realClock.elapsed()).toBeGreaterThan(before);
});

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids are UUIDs of version 7, whose text order is the order of their time", () => {
  expect(realIds.uuid()).toMatch(UUID_V7);
  let now = 1_900_000_000_000;
  const ids = seededIds(1, () => now);
  const first = ids.uuid();
  now += 1;
  const second = ids.uuid();
  expect(first).toMatch(UUID_V7);
  expect(first < second).toBe(true);
});

test("seeded ids repeat, real secrets do not", () => {
  expect(seededIds(5, () => 1).secret()).toBe(seededIds(5, () => 1).secret());
  expect(realIds.secret()).not.toBe(realIds.secret());
  expect(realIds.secret()).toHaveLength(43);
  expect(realIds.random()).toBeLessThan(1);
});
