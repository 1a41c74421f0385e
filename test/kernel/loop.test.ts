// The loop: runs at once when woken, soon after a commit of another process, and at least once a second.
import { expect, test } from "bun:test";
import { fakeClock } from "../../src/kernel/clock.ts";
import type { Ctx } from "../../src/kernel/context.ts";
import { openDatabase } from "../../src/kernel/database.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { createLoop, tick } from "../../src/kernel/loop.ts";

function context() {
  const clock = fakeClock();
  const db = openDatabase(":memory:");
  db.sql.run("CREATE TABLE t (n INTEGER)");
  const logged: string[] = [];
  const write = (message: string) => void logged.push(message);
  return { ctx: { clock, db, log: { debug: write, info: write, warn: write, error: write } } as unknown as Ctx, clock, logged };
}

const settle = async () => {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

test("a step that throws is logged and the others still run", () => {
  const { ctx, logged } = context();
  const ran: string[] = [];
  tick(ctx, [
    {
      name: "bad",
      run: () => {
        throw new Error("broken row");
      },
    },
    {
      name: "faulty",
      run: () => {
        throw new Fault("environment", "The disk is full.");
      },
    },
    { name: "good", run: () => void ran.push("good") },
  ]);
  expect(ran).toEqual(["good"]);
  expect(logged).toEqual(["step bad failed", "step faulty: The disk is full."]);
});

test("it ticks at the start, once a second, when woken, and when something outside has changed", async () => {
  const { ctx, clock } = context();
  const stop = new AbortController();
  let ticks = 0;
  const changes: true[] = [];
  const pulse = { changed: () => changes.pop() ?? false, pollMs: () => 100 };
  const loop = createLoop(ctx, [{ name: "count", run: () => void ticks++ }], pulse);
  const ended = loop.run(stop.signal);
  await settle();
  expect(ticks).toBe(1);
  clock.advance(500);
  await settle();
  expect(ticks).toBe(1);
  clock.advance(600);
  await settle();
  expect(ticks).toBe(2);
  loop.wake();
  await settle();
  expect(ticks).toBe(3);
  changes.push(true);
  clock.advance(100);
  await settle();
  expect(ticks).toBe(4);
  stop.abort();
  await ended;
});

test("what this process writes beside the loop makes it run at its next look; what the look itself took in does not", async () => {
  const { ctx, clock } = context();
  const stop = new AbortController();
  const write = () => ctx.db.transact(() => void ctx.db.sql.query("INSERT INTO t VALUES (1)").run());
  let ticks = 0;
  const pulse = {
    changed() {
      write();
      return false;
    },
    pollMs: () => 100,
  };
  const loop = createLoop(ctx, [{ name: "count", run: () => void ticks++ }], pulse);
  const ended = loop.run(stop.signal);
  await settle();
  clock.advance(100);
  await settle();
  expect(ticks).toBe(1);
  write();
  loop.nudge();
  await settle();
  expect(ticks).toBe(2);
  stop.abort();
  await ended;
});

test("what one step wrote makes the loop run again at once, until nothing is written", async () => {
  const { ctx } = context();
  const stop = new AbortController();
  let rows = 0;
  const step = () => {
    if (rows < 3) ctx.db.transact(() => void ctx.db.sql.query("INSERT INTO t VALUES (?)").run(++rows));
  };
  let ticks = 0;
  const count = () => void ticks++;
  const loop = createLoop(
    ctx,
    [
      { name: "write", run: step },
      { name: "count", run: count },
    ],
    { changed: () => false, pollMs: () => 1e9 },
  );
  const ended = loop.run(stop.signal);
  for (let i = 0; i < 10; i++) {
    (ctx.clock as ReturnType<typeof fakeClock>).advance(1);
    await settle();
  }
  expect(rows).toBe(3);
  expect(ticks).toBe(4);
  stop.abort();
  await ended;
});
