// What the machine shows of a run beside its signs: whether its processes are at work, and when its git directory changed.
import { statSync } from "node:fs";
import { type Clock, realClock } from "../kernel/clock.ts";
import { probeLock } from "../kernel/lock.ts";
import type { Paths } from "../kernel/paths.ts";
import { allProcesses, descendantsOf, type Process } from "../kernel/process.ts";
import { readStarted } from "./run-files.ts";
import type { Pulse } from "./signs/signs.ts";

/** Between two looks at a run's processes: all of /proc takes some ms. */
const LOOK_MS = 15_000;
/** A look that is older says nothing about now: the run was heard of in between, and nobody looked. */
const STALE_MS = 4 * LOOK_MS;
/** Part of one core. A claude that waits takes 0.005 to 0.02 (measured over a minute), a compiler about 1. */
const BUSY_PART = 0.05;
/** Runs that are remembered; beyond the most that a machine runs, the oldest are forgotten. */
const REMEMBERED = 500;

type Look = { at: number; watchedAt: number; cpuMs: number; count: number; busyAt: number | null };

/** Remembers its looks, since only the difference of two says whether somebody is at work. */
export function createPulses(paths: Paths, clock: Clock = realClock): (runId: number, taskId: number) => Pulse {
  const looks = new Map<number, Look>();

  function lookAt(runId: number, now: number): Look | undefined {
    const before = looks.get(runId);
    if (before && now - before.at < LOOK_MS) return before;
    const host = readStarted(paths.run(runId));
    if (!host) return undefined;
    const below = descendantsOf(host.pid, allProcesses());
    const look = compared(before, { at: now, cpuMs: below.reduce((sum, { cpuMs }) => sum + cpuMs, 0), count: countOf(below) });
    looks.delete(runId);
    looks.set(runId, look);
    for (const oldest of looks.keys()) if (looks.size > REMEMBERED) looks.delete(oldest);
    return look;
  }

  return (runId, taskId) => {
    const look = lookAt(runId, clock.now());
    return {
      isLive: probeLock(paths.run(runId).lock),
      watchedAt: look?.watchedAt ?? null,
      busyAt: look?.busyAt ?? null,
      gitAt: changedAt(paths.task(taskId).git),
    };
  };
}

/** Another number of processes, or less time than before, is a process that began or ended: somebody is at work. */
function compared(before: Look | undefined, { at, cpuMs, count }: Pick<Look, "at" | "cpuMs" | "count">): Look {
  if (!before || at - before.at > STALE_MS) return { at, watchedAt: at, cpuMs, count, busyAt: null };
  const isBusy = count !== before.count || cpuMs < before.cpuMs || cpuMs - before.cpuMs >= (at - before.at) * BUSY_PART;
  return { at, watchedAt: before.watchedAt, cpuMs, count, busyAt: isBusy ? at : before.busyAt };
}

function countOf(processes: readonly Process[]): number {
  return processes.filter(({ state }) => state !== "Z").length;
}

/** git makes and removes lock files in its directory with every commit. */
function changedAt(folder: string): number | null {
  try {
    return Math.floor(statSync(folder).mtimeMs);
  } catch {
    return null;
  }
}
