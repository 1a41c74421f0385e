// Hosts and the machine as the daemon reaches them: run folders, detached processes, and the proof that a run is over.
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from "node:fs";
import { availableParallelism, freemem, loadavg } from "node:os";
import { join } from "node:path";
import { Fault, messageOf } from "../kernel/fault.ts";
import { probeLock } from "../kernel/lock.ts";
import type { Paths, RunPaths, TaskPaths } from "../kernel/paths.ts";
import { bootId, cleanEnvironment } from "../kernel/process.ts";
import { controlGroups } from "../sandbox/actions.ts";
import { hasClaudeSession, loginFile } from "./claude/home.ts";
import type { AgentSettings } from "./config.ts";
import { leftCage } from "./host/cage.ts";
import { markersOf, taskFolders } from "./host/command.ts";
import { parseSpec } from "./host/read-spec.ts";
import { createPulses } from "./pulse.ts";
import {
  readEventsBefore,
  readEventsFrom,
  readExit,
  readLastEvents,
  readStarted,
  removeHalfWritten,
  writeRequest,
  writeWhole,
  writtenBytes,
} from "./run-files.ts";
import type { HostState, Hosts, Logins, Machine, RunSpec, Survivor } from "./schema.ts";
import { endSurvivors } from "./survivors.ts";
import { createTail } from "./transcript/transcript.ts";

/** What a host itself gets; the agent's environment is in the spec. By the last two it finds the keyring, for automations. */
const HOST_VARIABLES = ["PATH", "HOME", "LANG", "TMPDIR", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/**
 * A host does little and often sleeps. As on a machine with 32 MB, the collector keeps its heap small: 5 MB of its own
 * after 200,000 lines instead of 11. The compiling tiers would add 2 MB to save a third of 15 µs a line.
 */
export const HOST_ENGINE = { BUN_JSC_forceRAMSize: "33554432", BUN_JSC_useBaselineJIT: "0", BUN_JSC_useDFGJIT: "0" };

export type HostsOptions = {
  paths: Paths;
  /** The words that start ccm, see `ownCommand`. */
  executable: readonly string[];
};

export function createHosts({ paths, executable }: HostsOptions): Hosts {
  return {
    prepare: (spec) => prepare(paths.run(spec.runId), spec),
    launch: (runId) => launch(paths, runId, executable),
    look: (runId) => look(paths.run(runId)),
    request: (runId, request) => writeRequest(paths.run(runId), request),
    ordered: (runId) => ordered(paths.run(runId)),
    written: (runId) => writtenBytes(paths.run(runId).events),
    readEvents: (runId, position) => readEventsFrom(paths.run(runId).events, position),
    readBefore: (runId, before, bytes) => readEventsBefore(paths.run(runId).events, before, bytes),
    pulse: createPulses(paths),
    reap: (runId, taskId) => reap(paths.run(runId), paths.task(taskId)),
    hasSession: (taskId, session) => hasClaudeSession(join(paths.task(taskId).tmp, "home"), session),
    list: () => list(paths.runs),
    remove: (runId) => remove(paths.run(runId)),
  };
}

export function createMachine(home: string): Machine {
  return {
    freeMemoryBytes: availableBytes,
    freeDiskBytes: () => diskBytes(home),
    load: () => loadavg()[0] ?? 0,
    cores: availableParallelism,
  };
}

function diskBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Variables of the daemon that say who an agent is to its provider. */
const LOGIN_VARIABLES = /^(?:ANTHROPIC_|CLAUDE_CODE_OAUTH_TOKEN$|CLAUDE_CONFIG_DIR$)/;

/**
 * What the start of an agent and its login rest on: the program, the person's tokens and settings by time and size, the
 * agent's own settings and the daemon's environment by a hash. Another answer is worth a try; that some answers are other ones for nothing costs a try.
 */
export function createLogins(agents: Readonly<Record<string, AgentSettings>>): Logins {
  return {
    fingerprint(agent) {
      const settings = agents[agent];
      const folder = settings?.env.CLAUDE_CONFIG_DIR ?? process.env.CLAUDE_CONFIG_DIR ?? join(process.env.HOME ?? "/", ".claude");
      const files = [loginFile(folder), join(folder, "settings.json")].map(stateOf);
      const program = programOf(settings?.command ?? agent);
      const env = Object.entries(process.env).filter(([name]) => LOGIN_VARIABLES.test(name));
      return Bun.hash(JSON.stringify([program, files, settings ?? null, env.sort()])).toString(36);
    },
  };
}

/** The program as it would be found now: an update, or an installation, makes it another one. */
function programOf(command: string): unknown {
  const path = Bun.which(command);
  return path && [path, stateOf(path)];
}

function stateOf(path: string): [number, number] | null {
  try {
    const { mtimeMs, size } = statSync(path);
    return [mtimeMs, size];
  } catch {
    return null;
  }
}

function ordered(run: RunPaths): RunSpec | null {
  try {
    return parseSpec(readFileSync(run.spec, "utf8"));
  } catch {
    return null;
  }
}

function prepare(run: RunPaths, spec: RunSpec): RunSpec {
  try {
    for (const folder of [run.root, run.output, run.requests, run.spool]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (existsSync(run.spec)) return parseSpec(readFileSync(run.spec, "utf8"));
    writeWhole(run.spec, JSON.stringify(spec));
    return spec;
  } catch (cause) {
    throw new Fault(
      "environment",
      `The run folder "${run.root}" cannot be written: ${messageOf(cause)}.`,
      "Check free space and permissions.",
      { cause },
    );
  }
}

/** The working directory is the root, so that a host keeps no folder busy and reads no settings from one. */
function launch(paths: Paths, runId: number, executable: readonly string[]): void {
  const log = openSync(join(paths.run(runId).root, "host.log"), "a", 0o600);
  try {
    const host = Bun.spawn([...executable, "host", String(runId)], {
      cwd: "/",
      env: { ...cleanEnvironment(HOST_VARIABLES, process.env), ...HOST_ENGINE, CCM_HOME: paths.home },
      stdio: ["ignore", log, log],
      detached: true,
    });
    host.unref();
  } catch (cause) {
    throw new Fault(
      "environment",
      `The host of run "${runId}" cannot be started: ${messageOf(cause)}.`,
      "`ccm doctor` checks this machine.",
      { cause },
    );
  } finally {
    closeSync(log);
  }
}

/** The lock is looked at first: a host that is just writing its exit record is still live. */
function look(run: RunPaths): HostState {
  if (probeLock(run.lock)) return { kind: "live", pid: readStarted(run)?.pid ?? 0 };
  const exit = readExit(run);
  if (exit) return { kind: "ended", exit };
  if (existsSync(run.started)) return { kind: "died", tail: tailOf(run), boot: readStarted(run)?.bootId === bootId() ? "this" : "earlier" };
  return { kind: existsSync(run.spec) ? "new" : "absent" };
}

function tailOf(run: RunPaths): string {
  const tail = createTail();
  for (const event of readLastEvents(run.events)) tail.add(event);
  return tail.text();
}

/** Nothing survives a boot, and a run that never started left nothing. */
async function reap(run: RunPaths, task: TaskPaths): Promise<Survivor[]> {
  const started = readStarted(run);
  if (!started || started.bootId !== bootId()) return [];
  if (probeLock(run.lock)) throw new Fault("conflict", `The host in "${run.root}" is still at work.`, "Stop the run first.");
  const cgroups = leftCage(run);
  const survivors = await endSurvivors({
    markers: markersOf(run),
    cgroups,
    folders: taskFolders(task),
    sinceTicks: started.startTicks,
    sandboxed: isSandboxed(run),
  });
  controlGroups.removeCgroups(cgroups);
  removeHalfWritten(run);
  return survivors;
}

/** A spec that cannot be read never started a command; the stricter rule then spares whatever else is there. */
function isSandboxed(run: RunPaths): boolean {
  try {
    return parseSpec(readFileSync(run.spec, "utf8")).sandbox.level !== "none";
  } catch {
    return true;
  }
}

function list(runs: string): number[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function remove(run: RunPaths): void {
  if (probeLock(run.lock)) throw new Fault("conflict", `The host in "${run.root}" is still at work.`, "Stop the run first.");
  rmSync(run.root, { recursive: true, force: true });
}

/** MemAvailable counts what the page cache would give back, which os.freemem() leaves out. */
function availableBytes(): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "latin1"));
    return line ? Number(line[1]) * 1024 : freemem();
  } catch {
    return freemem();
  }
}
