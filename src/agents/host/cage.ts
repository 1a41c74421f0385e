// The control groups of one run: the kernel's limits on its memory and tasks, beside what the host watches from outside.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunPaths } from "../../kernel/paths.ts";
import { allProcesses, descendantsOf } from "../../kernel/process.ts";
import { controlGroups } from "../../sandbox/actions.ts";
import { writeWhole } from "../run-files.ts";
import type { RunLimits } from "../schema.ts";
import { type Breach, megabytes } from "./watch.ts";

/** Threads that a process has on average in the busiest trees, and those of one large program: what the kernel counts are threads. */
const THREADS_EACH = 8;
const THREADS_MORE = 1_000;
/** Times that processes are looked for which started before they were in the groups; the second look finds none. */
const LOOKS = 5;

export type Cage = {
  /** The folders of the groups; none where this user may not make any. */
  readonly folders: readonly string[];
  /** Takes in the command and what it has started already. */
  hold(pid: number): Promise<void>;
  /** What the kernel has stopped so far. */
  breach(): Breach | undefined;
  /** After the last process is gone. */
  open(): void;
};

/** Groups are named in the run folder before a process is in them, so that whoever cleans up after a dead host finds them. */
export function createCage(run: RunPaths, limits: RunLimits): Cage {
  const name = `ccm-${Bun.hash(run.root).toString(36)}`;
  const tasks = limits.children * THREADS_EACH + THREADS_MORE;
  const made = controlGroups.makeCgroups(controlGroups.cgroupPlaces(ownCgroup()), name, { memoryBytes: limits.memoryBytes, tasks });
  let folders = made;
  if (made.length > 0) writeWhole(cagePath(run), JSON.stringify(made));
  return {
    get folders() {
      return folders;
    },
    async hold(pid) {
      let free = [pid];
      for (let looks = 0; free.length > 0 && folders.length > 0 && looks < LOOKS; looks += 1) {
        folders = await controlGroups.takeInto(folders, free);
        const held = controlGroups.heldBy(folders);
        free = descendantsOf(pid, allProcesses()).flatMap((one) => (held.has(one.pid) || one.state === "Z" ? [] : [one.pid]));
      }
    },
    breach() {
      const { memory, tasks: refused } = controlGroups.breachesIn(folders);
      if (memory > 0)
        return { limit: "memoryBytes", text: `the kernel ended a process, because ${megabytes(limits.memoryBytes)} of memory are allowed` };
      if (refused > 0)
        return {
          limit: "children",
          text: `no other process could start: ${limits.children} are allowed, and ${tasks} threads in all of them`,
        };
      return undefined;
    },
    open: () => controlGroups.removeCgroups(made),
  };
}

/** The groups of a run whose host is gone. */
export function leftCage(run: RunPaths): string[] {
  try {
    const read: unknown = JSON.parse(readFileSync(cagePath(run), "utf8"));
    return Array.isArray(read) ? read.map(String) : [];
  } catch {
    return [];
  }
}

function cagePath(run: RunPaths): string {
  return join(run.root, "cgroups.json");
}

function ownCgroup(): string {
  try {
    return readFileSync("/proc/self/cgroup", "utf8");
  } catch {
    return ""; // A kernel without control groups.
  }
}
