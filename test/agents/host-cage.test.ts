// What the kernel holds of a run where control groups can be made: memory, threads, and who belongs to it.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunSpec } from "../../src/agents/schema.ts";
import { cgroupPlaces, heldBy } from "../../src/sandbox/cgroup.ts";
import { afterThisTest } from "../support/clean-up.ts";
import { openRuns, runs, until } from "../support/runs.ts";

const LIMITS: RunSpec["limits"] = {
  runMs: 60_000,
  memoryBytes: 4e9,
  children: 200,
  outputBytes: 50e6,
  treeBytes: 1e9,
  commits: 500,
  stopMs: 500,
};
const shell = (line: string): Partial<RunSpec> => ({ argv: ["sh", "-c", line] });

/** Whether this machine lets this user make a group that limits memory; the name says what a test needs. */
const canCage = cgroupPlaces(readFileSync("/proc/self/cgroup", "utf8")).some(({ controls, folder }) => {
  return controls.includes("memory") && process.getuid?.() === 0 && existsSync(folder);
});

describe.if(canCage)("what the kernel holds [needs control groups]", () => {
  const groupsOf = (lab: ReturnType<typeof openRuns>): string[] =>
    JSON.parse(readFileSync(join(lab.paths.run(1).root, "cgroups.json"), "utf8"));

  test("memory that no process shows as its own ends the run as well, and the groups go with it", async () => {
    const lab = openRuns();
    const folder = mkdtempSync("/dev/shm/ccm-test-");
    afterThisTest(() => rmSync(folder, { recursive: true, force: true }));
    lab.launch({ ...shell(`head -c 400000000 /dev/zero > ${folder}/much; sleep 1000`), limits: { ...LIMITS, memoryBytes: 200_000_000 } });
    expect(await lab.ended()).toMatchObject({ reason: "memoryBytes" });
    expect(lab.events().find((event) => event.kind === "limit")?.text).toContain("200 MB of memory are allowed");
    expect(groupsOf(lab).filter((folder) => existsSync(folder))).toEqual([]);
  });

  test("threads are as many as the limit of processes lets one think of", async () => {
    const lab = openRuns();
    const program = "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()";
    lab.launch({ ...shell(`python3 -c '${program}'; sleep 1000`), limits: { ...LIMITS, children: 8 } });
    expect(await lab.ended()).toMatchObject({ reason: "children" });
  });

  test("a process that shows nothing of its run is found by the group that it is in", async () => {
    const lab = openRuns();
    lab.launch(shell("cd /; env -i setsid sh -c 'echo $$ > $0; exec sleep 1000' $OLDPWD/orphan & sleep 1000"));
    const orphan = Number(await lab.wrote("orphan"));
    await until("it to be in the groups", () => heldBy(groupsOf(lab)).has(orphan));
    const state = lab.hosts.look(1);
    process.kill(state.kind === "live" ? state.pid : 0, "SIGKILL");
    await until("the lock to be free", () => lab.hosts.look(1).kind === "died");
    expect((await lab.hosts.reap(1, 1)).filter(({ pid }) => pid === orphan)).toMatchObject([{ how: "cgroup" }]);
    expect(runs(orphan)).toBe(false);
    expect(groupsOf(lab).filter((folder) => existsSync(folder))).toEqual([]);
  });
});
