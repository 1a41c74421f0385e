// Whether a run's processes are at work, as the machine shows it: two looks at their processor time.
import { afterEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { createPulses } from "../../src/agents/pulse.ts";
import { writeStarted } from "../../src/agents/run-files.ts";
import { fakeClock } from "../../src/kernel/clock.ts";
import { allProcesses, bootId, descendantsOf, processOf } from "../../src/kernel/process.ts";
import { temporaryHome } from "../support/folders.ts";
import { waitFor } from "../support/wait.ts";

const children: { kill(signal: "SIGKILL"): void; pid: number }[] = [];
afterEach(() => {
  for (const { pid } of children) for (const below of descendantsOf(pid, allProcesses())) process.kill(below.pid, "SIGKILL");
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A run whose host is a shell that waits for this command. */
function runOf(command: string) {
  const paths = temporaryHome();
  const clock = fakeClock();
  mkdirSync(paths.run(1).root, { recursive: true });
  mkdirSync(paths.task(1).git, { recursive: true });
  const host = Bun.spawn(["sh", "-c", `${command} & wait`], { stdio: ["ignore", "ignore", "ignore"] });
  children.push(host);
  const below = () => descendantsOf(host.pid, allProcesses());
  writeStarted(paths.run(1), { pid: host.pid, startTicks: processOf(host.pid)?.startTicks ?? 0, bootId: bootId(), at: 0 });
  return { pulse: createPulses(paths, clock), clock, below };
}

test("nothing is known at the first look, and it is looked again only after some seconds", async () => {
  const { pulse, clock, below } = runOf("sleep 60");
  await waitFor("the command", () => below().length === 1);
  const start = clock.now();
  expect(pulse(1, 1)).toMatchObject({ isLive: false, watchedAt: start, busyAt: null, gitAt: expect.any(Number) });
  clock.advance(5_000);
  expect(pulse(1, 1).watchedAt).toBe(start);
});

test("a command that sleeps is idle", async () => {
  const { pulse, clock, below } = runOf("sleep 60");
  await waitFor("the command", () => below().length === 1);
  for (let i = 0; i < 4; i++) {
    pulse(1, 1);
    clock.advance(15_000);
  }
  expect(pulse(1, 1).busyAt).toBeNull();
});

test("a command that computes is busy", async () => {
  const { pulse, clock, below } = runOf("while :; do :; done");
  await waitFor("the command", () => below().length === 1);
  pulse(1, 1);
  const before = below()[0]?.cpuMs ?? 0;
  await waitFor("some processor time", () => (below()[0]?.cpuMs ?? 0) - before >= 1_000);
  clock.advance(15_000);
  expect(pulse(1, 1).busyAt).toBe(clock.now());
});

test("a command that ended was at work, and after a long time without a look it begins anew", async () => {
  const { pulse, clock, below } = runOf("sleep 60");
  await waitFor("the command", () => below().length === 1);
  pulse(1, 1);
  process.kill(below()[0]?.pid ?? 0, "SIGKILL");
  await waitFor("its end", () => below().length === 0);
  clock.advance(15_000);
  expect(pulse(1, 1).busyAt).toBe(clock.now());
  clock.advance(3_600_000);
  expect(pulse(1, 1)).toMatchObject({ watchedAt: clock.now(), busyAt: null });
});

test("of a run that never started nothing is known", () => {
  expect(createPulses(temporaryHome())(7, 7)).toEqual({ isLive: false, watchedAt: null, busyAt: null, gitAt: null });
});
