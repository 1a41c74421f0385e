// Where control groups can be made, and that they hold what they are given.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { breachesIn, cgroupPlaces, heldBy, makeCgroups, removeCgroups, takeInto } from "../../src/sandbox/cgroup.ts";
import { temporaryFolder } from "../support/folders.ts";
import { waitFor } from "../support/wait.ts";

/** A tree of groups as the kernel shows one; `files` are what stands in them. */
function groups(files: Record<string, string>): string {
  const top = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(top, dirname(path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  return top;
}

describe("where groups can be made", () => {
  const USER = "user.slice/user-1000.slice/user@1000.service/app.slice";
  const unified = { "cgroup.controllers": "cpu memory pids\n", "cgroup.subtree_control": "cpu memory pids\n" };

  test("in the old hierarchies, below the own group of each", () => {
    const top = groups({ "memory/box/tasks": "", "pids/tasks": "", "cpu/tasks": "" });
    const places = cgroupPlaces("8:pids:/\n4:memory:/box\n1:cpu,cpuacct:/\n0::/\n", top);
    expect(places.map(({ folder, controls }) => [folder.slice(top.length), ...controls])).toEqual([
      ["/pids/", "pids"],
      ["/memory/box", "memory"],
    ]);
  });

  test("in the new one, in the nearest group above that hands its controls on", () => {
    const files = { ...unified, [`${USER}/cgroup.subtree_control`]: "memory pids\n", [`${USER}/run.scope/cgroup.subtree_control`]: "\n" };
    const top = groups(files);
    expect(cgroupPlaces(`0::/${USER}/run.scope\n`, top)).toEqual([{ version: 2, controls: ["memory", "pids"], folder: join(top, USER) }]);
  });

  test("nowhere without control groups, or where they are mounted elsewhere", () => {
    expect(cgroupPlaces("", "/nowhere")).toEqual([]);
    expect(cgroupPlaces("4:memory:/gone\n0::/\n", groups({ "memory/tasks": "" }))).toEqual([]);
  });

  test("and a group gets the limits that its hierarchy knows", () => {
    const folder = temporaryFolder();
    const limits = { memoryBytes: 5_000_000, tasks: 70 };
    expect(makeCgroups([{ version: 2, controls: ["pids"], folder: "/nowhere" }], "run", limits)).toEqual([]);
    expect(makeCgroups([{ version: 2, controls: ["pids"], folder }], "run", limits)).toEqual([join(folder, "run")]);
    removeCgroups([join(folder, "run")]);
    expect(existsSync(join(folder, "run"))).toBe(false);
  });
});

/** The places of this machine in which this user can really make a group. */
const here = cgroupPlaces(existsSync("/proc/self/cgroup") ? readFileSync("/proc/self/cgroup", "utf8") : "").filter(({ folder }) => {
  try {
    mkdirSync(join(folder, "ccm-try"));
    rmdirSync(join(folder, "ccm-try"));
    return true;
  } catch {
    return false;
  }
});

test.if(here.length > 0)("a group holds a process and all that it starts [needs the right to make groups]", async () => {
  const name = `ccm-test-${process.pid}`;
  const made = makeCgroups(here, name, { memoryBytes: 100_000_000, tasks: 20 });
  const child = Bun.spawn(["sh", "-c", "read go; sleep 1000 & sleep 1000 & for i in $(seq 40); do sleep 1000 & done; wait"], {
    stdin: "pipe",
    stderr: "ignore",
  });
  try {
    expect((await takeInto(made, [child.pid])).sort()).toEqual(made.toSorted());
    child.stdin.write("go\n");
    child.stdin.end();
    await waitFor("the limit to be met", () => breachesIn(made).tasks > 0);
    expect(heldBy(made).size).toBeLessThanOrEqual(20);
    expect(heldBy(made).size).toBeGreaterThan(2);
  } finally {
    await waitFor("all of it to be gone", () => {
      for (const pid of heldBy(made)) process.kill(pid, "SIGKILL");
      return heldBy(made).size === 0;
    });
    await child.exited;
    await waitFor("the groups to be removed", () => {
      removeCgroups(made);
      return made.every((folder) => !existsSync(folder));
    });
  }
});
