// The disk of CCM_HOME is watched: what changes is said once, and that there is room again.
import { expect, test } from "bun:test";
import { readEvents } from "../../src/kernel/events.ts";
import { diskStep } from "../../src/setup/disk-step.ts";
import { openCommandHome } from "../support/command-home.ts";

test("a disk that gets full, then fuller, and then has room again is an event each, however often it is looked at", () => {
  const home = openCommandHome();
  const step = diskStep();
  let free = 0;
  const machine = { ...home.ctx.outside.machine, freeDiskBytes: () => free };
  const ctx = { ...home.ctx, outside: { ...home.ctx.outside, machine } };
  for (const bytes of [1e12, 4e9, 4.1e9, 9e8, 4e9, 1e12, 1e12]) {
    free = bytes;
    for (let look = 0; look < 3; look++) {
      step.run(ctx);
      home.clock.advance(10_000);
    }
  }
  const said = readEvents(ctx.db, { after: 0, limit: 100 }).filter(({ name }) => name.startsWith("disk."));
  expect(said.map(({ name, data }) => [name, data.freeBytes, data.starts])).toEqual([
    ["disk.ran-low", 4e9, "going on"],
    ["disk.ran-low", 9e8, "held"],
    ["disk.ran-low", 4e9, "going on"],
    ["disk.recovered", 1e12, "going on"],
  ]);
});
