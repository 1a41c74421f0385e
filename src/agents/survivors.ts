// Finding and ending what belongs to a run, and nothing else: never this process, another run's, or the person's.
import { realClock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import {
  allProcesses,
  commandOf,
  descendantsOf,
  environmentOf,
  hasNoNewPrivileges,
  isAlive,
  lineOf,
  type Process,
  placesOf,
  reapAdopted,
  signalProcess,
} from "../kernel/process.ts";
import { controlGroups } from "../sandbox/actions.ts";
import type { Survivor } from "./schema.ts";

/** What marks a process as a run's. */
export type Claim = {
  /** Environment variables with a value, `NAME=value`, that only this run's processes were given. */
  markers: string[];
  /** The task's folders: working, root or program directory below them makes a process suspect. */
  folders: string[];
  /** Clock ticks after boot when the run's host started; whatever is older belongs to somebody else. */
  sinceTicks: number;
  /** Control groups that hold nothing else. */
  cgroups: readonly string[];
  /** In a sandbox every process has given up new privileges for good, which a person's shell has not. */
  sandboxed: boolean;
};

/** What is known of a process that may belong to a run. */
export type Suspect = {
  startTicks: number;
  tty: number;
  environment: readonly string[];
  places: readonly string[];
  noNewPrivileges: boolean;
  /** Whether the leader of its session is gone or has a claimed folder as its place, too. */
  sessionInside: boolean;
};

/** The variable whose value names home and run, so that a run of another CCM_HOME with the same number is another run. */
export const MARKER_NAME = "CCM_RUN_SPOOL";

/**
 * How a process that is no descendant belongs to the run, or null. A person may work in a task's tree: a shell there
 * has a terminal, no sandbox, or a session led from elsewhere. Without a sandbox a service that a person detached
 * inside the tree while the run went on cannot be told from an orphan of the agent.
 */
export function belongsBy(suspect: Suspect, claim: Claim): "marker" | "directory" | null {
  if (suspect.startTicks < claim.sinceTicks) return null;
  if (claim.markers.some((marker) => suspect.environment.includes(marker))) return "marker";
  if (suspect.environment.some((variable) => variable.startsWith(`${MARKER_NAME}=`))) return null;
  if (!isInside(suspect.places, claim.folders) || suspect.tty !== 0) return null;
  return (claim.sandboxed ? suspect.noNewPrivileges : suspect.sessionInside) ? "directory" : null;
}

export function isInside(places: readonly string[], folders: readonly string[]): boolean {
  return places.some((place) => folders.some((folder) => place === folder || place.startsWith(`${folder}/`)));
}

/** Processes of the run that are alive now. With `below`, all descendants of that pid count too: a host's own. */
export function findSurvivors(claim: Claim, below?: number): (Survivor & { process: Process })[] {
  const processes = allProcesses().filter((process) => process.state !== "Z" && process.state !== "X");
  const descendants = new Set(below === undefined ? [] : descendantsOf(below, processes).map((process) => process.pid));
  const untouchable = lineOf(process.pid, processes);
  const caged = controlGroups.heldBy(claim.cgroups);
  const ownSession = processes.find((one) => one.pid === process.pid)?.session;
  return processes.flatMap((one) => {
    const how = descendants.has(one.pid) ? "descendant" : howOutside(one);
    return how ? [{ pid: one.pid, command: commandOf(one.pid) || one.name, how, process: one }] : [];
  });

  function howOutside(one: Process): Survivor["how"] | null {
    if (untouchable.has(one.pid) || one.session === ownSession || one.startTicks < claim.sinceTicks) return null;
    const leaderPlaces = processes.some((leader) => leader.pid === one.session) ? placesOf(one.session) : claim.folders;
    const how = belongsBy(
      {
        startTicks: one.startTicks,
        tty: one.tty,
        environment: environmentOf(one.pid),
        places: placesOf(one.pid),
        noNewPrivileges: hasNoNewPrivileges(one.pid),
        sessionInside: isInside(leaderPlaces, claim.folders),
      },
      claim,
    );
    return how ?? (caged.has(one.pid) ? "cgroup" : null);
  }
}

/** How long killed processes may take to be gone; only one that hangs in the kernel (a dead network disk) takes longer. */
const GONE_MS = 10_000;
const LOOK_AGAIN_MS = 10;

/**
 * Kills until a look at all processes finds nothing of the run, and returns what it found. `keep` are children whose
 * exit Bun collects. Faults: `environment` naming what is still there after 10 s.
 */
export async function endSurvivors(claim: Claim, below?: number, keep: ReadonlySet<number> = new Set()): Promise<Survivor[]> {
  const ended = new Map<number, Survivor>();
  const deadline = realClock.elapsed() + GONE_MS;
  for (let found = findSurvivors(claim, below); found.length > 0; found = findSurvivors(claim, below)) {
    for (const { process: target, ...survivor } of found) {
      ended.set(survivor.pid, survivor);
      signalProcess(target, "SIGKILL");
    }
    if (realClock.elapsed() > deadline) throw unkillable(found);
    await realClock.sleep(LOOK_AGAIN_MS);
    if (below === process.pid) reapAdopted(allProcesses(), keep);
  }
  return [...ended.values()];
}

function unkillable(found: (Survivor & { process: Process })[]): Fault {
  const named = found.filter((one) => isAlive(one.process)).map((one) => `"${one.command.slice(0, 80)}" (${one.pid})`);
  return new Fault(
    "environment",
    `Killed processes are still there after ${GONE_MS / 1000} s: ${named.join(", ")}.`,
    "They hang in the kernel; look at the disk they use, or restart the machine.",
  );
}
