// `ccm host <run>`: owns one run from its first instruction to the proof that nothing of it is left.
import { existsSync, readFileSync } from "node:fs";
import { messageOf } from "../../kernel/fault.ts";
import { takeLock } from "../../kernel/lock.ts";
import { homeFrom, pathsAt, type RunPaths } from "../../kernel/paths.ts";
import { followPrints } from "../../kernel/prints-file.ts";
import { becomeSubreaper, bootId, ownIdentity } from "../../kernel/process.ts";
import { type Started, writeStarted, writeWhole } from "../run-files.ts";
import type { ExitRecord } from "../schema.ts";
import { createCage } from "./cage.ts";
import { markersOf, prepareCommand, taskFolders } from "./command.ts";
import { openNetwork } from "./network.ts";
import { parseSpec } from "./read-spec.ts";
import { supervise } from "./supervise.ts";
import { openWire } from "./wire.ts";

/** How soon a host knows a secret that is stored while its agent works, in ms. */
const PRINTS_LOOK_MS = 1_000;

/** The words are the run's number. Ends the process, since a pipe that something holds open must not keep it. */
export async function main(words: string[]): Promise<number> {
  const runId = Number(words[0]);
  if (words.length !== 1 || !Number.isSafeInteger(runId) || runId < 1) {
    process.stderr.write("ccm host takes the number of a run; ccm starts it by itself.\n");
    return 2;
  }
  const paths = pathsAt(homeFrom(process.env));
  setInterval(followPrints(paths.prints), PRINTS_LOOK_MS);
  await hostRun(paths.run(runId));
  return process.exit(0);
}

/**
 * A run starts at most once, ever: whoever finds the lock taken, or the run started or ended, leaves quietly. The lock
 * goes with the process, after exit.json is in place.
 */
async function hostRun(run: RunPaths): Promise<void> {
  if (existsSync(run.started) || existsSync(run.exit) || !takeLock(run.lock)) return;
  const asked = askedBySignal();
  const started: Started = { ...ownIdentity(), bootId: bootId(), at: Date.now() };
  if (!writeStarted(run, started)) return;
  const exit = await carryOut(run, started, asked);
  writeWhole(run.exit, JSON.stringify(exit));
}

/** Signals that ask the host to end, its run with it. The handlers are in place before anybody can know its pid. */
function askedBySignal(): () => boolean {
  let asked = false;
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => (asked = true));
  return () => asked;
}

async function carryOut(run: RunPaths, started: Started, asked: () => boolean): Promise<ExitRecord> {
  try {
    const spec = parseSpec(readFileSync(run.spec, "utf8"));
    const wire = openWire(spec, run);
    const network = await openNetwork(spec, run, wire.recorder, wire.port);
    const command = prepareCommand({ ...spec, sandbox: network.sandbox }, run, { ...wire.variables, ...network.variables });
    becomeSubreaper();
    const cage = createCage(run, spec.limits);
    const claim = {
      markers: markersOf(run),
      cgroups: cage.folders,
      folders: taskFolders({ tree: spec.treePath, git: spec.gitPath, tmp: spec.sandbox.tmp }),
      sinceTicks: started.startTicks,
      sandboxed: spec.sandbox.level !== "none",
    };
    const exit = await supervise({ spec, run, command, claim, wire, cage, asked, startedAt: started.at, undelivered: [] });
    network.close();
    return exit;
  } catch (thrown) {
    return unstarted(started, messageOf(thrown));
  }
}

function unstarted(started: Started, why: string): ExitRecord {
  const none = { code: null, signal: null, peakMemoryBytes: 0, outputBytes: 0, result: null, undelivered: [] };
  return { ...none, reason: "unstarted", startedAt: started.at, endedAt: Date.now(), tail: why };
}
