// What a host that was killed while it wrote leaves in its run's folder.
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRuns } from "../support/runs.ts";

test("what a killed host had half written is gone after reaping", async () => {
  const lab = openRuns();
  lab.launch({ argv: ["true"] });
  await lab.ended();
  const half = join(lab.paths.run(1).root, "exit.json.4711.tmp");
  writeFileSync(half, '{"code"');
  await lab.hosts.reap(1, 1);
  expect([existsSync(half), existsSync(lab.paths.run(1).exit)]).toEqual([false, true]);
});
