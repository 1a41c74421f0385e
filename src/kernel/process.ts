// Processes of this machine as /proc shows them: who they are, whose they are, and ending exactly those that are meant.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { scrubEnvironment } from "./environment.ts";
import { Fault } from "./fault.ts";
import { libc } from "./libc.ts";

/** Who a process is: a pid alone is used again, with its start time (clock ticks after boot) it is not. */
export type Identity = { pid: number; startTicks: number };

/** One line of /proc: `tty` is 0 without a controlling terminal; `state` is the letter of ps(1), `Z` for a zombie. */
export type Process = Identity & {
  name: string;
  state: string;
  parent: number;
  session: number;
  tty: number;
  residentBytes: number;
  /** Processor time of the process and of those children whose end it has seen, in ms. */
  cpuMs: number;
  /** SIGKILL waits for it, or its threads are ending. */
  isDying: boolean;
};

const PR_SET_PDEATHSIG = 1;
const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/** Identifies one boot of the machine: pids and start times of another boot mean nothing. */
export function bootId(): string {
  return readProc("sys/kernel/random/boot_id")?.trim() ?? "";
}

/** The process with that pid now, or undefined. Faults: `environment` where there is no /proc. */
export function processOf(pid: number): Process | undefined {
  const line = readProc(`${pid}/stat`);
  return line === undefined ? undefined : parseStat(line);
}

/** This process. */
export function ownIdentity(): Identity {
  const own = processOf(process.pid);
  if (!own) throw new Fault("environment", `"/proc" does not show this process.`, "Mount /proc; ccm needs it to watch over runs.");
  return { pid: own.pid, startTicks: own.startTicks };
}

/** Every process that /proc shows: 10 µs each. */
export function allProcesses(): Process[] {
  return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
}

/** Children, their children and so on, of the processes given; a process whose parent died belongs to its subreaper. */
export function descendantsOf(pid: number, processes: readonly Process[]): Process[] {
  const children = Map.groupBy(processes, (process) => process.parent);
  const found: Process[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const child of children.get(next) ?? []) {
      found.push(child);
      open.push(child.pid);
    }
  }
  return found;
}

/** The pid itself and its ancestors. */
export function lineOf(pid: number, processes: readonly Process[]): Set<number> {
  const parents = new Map(processes.map((process) => [process.pid, process.parent]));
  const line = new Set<number>();
  for (let next: number | undefined = pid; next && !line.has(next); next = parents.get(next)) line.add(next);
  return line;
}

/** The environment a process was started with, `NAME=value` each; empty when this user may not see it. */
export function environmentOf(pid: number): string[] {
  return (readProc(`${pid}/environ`) ?? "").split("\0");
}

/** The words a process was started with; empty for a kernel thread or when it is gone. */
export function commandOf(pid: number): string {
  return (readProc(`${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim();
}

/** Working directory, root and executable of a process, as far as this user may see them. */
export function placesOf(pid: number): string[] {
  return ["cwd", "root", "exe"].flatMap((link) => readLink(`/proc/${pid}/${link}`) ?? []);
}

/** Whether a process gave up gaining privileges for good, as everything in a sandbox does. */
export function hasNoNewPrivileges(pid: number): boolean {
  return /^NoNewPrivs:\s*1$/m.test(readProc(`${pid}/status`) ?? "");
}

/**
 * Memory of processes in bytes, each shared page counted once in proportion (smaps_rollup); costs milliseconds, so it
 * is for a second opinion. A process that is gone or cannot be read counts with its resident memory.
 */
export function proportionalBytes(processes: readonly Process[]): number {
  return processes.reduce((sum, process) => {
    const line = /^Pss:\s+(\d+) kB$/m.exec(readProc(`${process.pid}/smaps_rollup`) ?? "");
    return sum + (line ? Number(line[1]) * 1024 : process.residentBytes);
  }, 0);
}

/** Whether that very process still runs; a zombie does not. */
export function isAlive(who: Identity): boolean {
  const now = processOf(who.pid);
  return now !== undefined && now.startTicks === who.startTicks && now.state !== "Z" && now.state !== "X";
}

/**
 * Whether it is on its way out: SIGKILL waits for it to come back from the disk, or its threads are ending. It still holds
 * its locks, and runs nothing of its program any more.
 */
export function isDying(who: Identity): boolean {
  const now = processOf(who.pid);
  return now?.startTicks === who.startTicks && now.isDying;
}

/** Sends a signal to that very process; tells whether it was there. Faults: `environment` when the kernel refuses. */
export function signalProcess(who: Identity, signal: NodeJS.Signals): boolean {
  return isAlive(who) && sendSignal(who.pid, signal);
}

/** Sends a signal to the process group led by that process. */
export function signalGroup(leader: Identity, signal: NodeJS.Signals): boolean {
  return isAlive(leader) && sendSignal(-leader.pid, signal);
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw new Fault("environment", `Process "${pid}" cannot be sent ${signal}.`, "It belongs to another user; end it yourself.", {
      cause: thrown,
    });
  }
}

/** From now on orphans below this process become its children instead of init's (prctl(2), Linux 3.4). */
export function becomeSubreaper(): void {
  if (libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) !== 0) {
    throw new Fault("environment", "The kernel refuses this process as a subreaper.", "Linux 3.4 or newer is needed.");
  }
}

/** Asks the kernel to send this process a signal when its parent dies; survives exec, not fork. */
export function dieWithParent(): void {
  libc().prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0);
}

/** Collects zombies that came to this process as their subreaper; those in `keep` are Bun's own and stay for Bun. */
export function reapAdopted(processes: readonly Process[], keep: ReadonlySet<number>): void {
  for (const child of processes) {
    if (child.parent === process.pid && child.state === "Z" && !keep.has(child.pid)) libc().waitpid(child.pid, null, WNOHANG);
  }
}

/** The variables named in `allow` and nothing else; what steers runtimes, linker or git does not pass even when named. */
export function cleanEnvironment(allow: readonly string[], env: Record<string, string | undefined>): Record<string, string> {
  const clean: Record<string, string | undefined> = {};
  for (const name of allow) if (env[name] !== undefined) clean[name] = env[name];
  scrubEnvironment(clean);
  return clean as Record<string, string>;
}

/** The words that start this very ccm: the executable, or Bun with the source, whose markup it could not read from another folder. */
export function ownCommand(): string[] {
  if (Bun.isStandaloneExecutable) return [process.execPath];
  const checkout = join(import.meta.dir, "../..");
  return [process.execPath, `--tsconfig-override=${join(checkout, "tsconfig.json")}`, join(checkout, "src/main.ts")];
}

/** What that command reads: a sandbox that hides the place where ccm lies must show these. From source it is the checkout's code. */
export function ownPlaces(): string[] {
  if (Bun.isStandaloneExecutable) return [process.execPath];
  const checkout = join(import.meta.dir, "../..");
  return [process.execPath, ...["src", "migrations", "node_modules", "package.json", "tsconfig.json"].map((name) => join(checkout, name))];
}

let pageBytes = 0;
/** Linux gives times to programs in hundredths of a second on every architecture (USER_HZ). */
const TICK_MS = 10;

/** proc_pid_stat(5), `flags` and `signal`: include/linux/sched.h, and the set of signals that wait for the main thread. */
const FLAGS_FIELD = 9;
const PF_EXITING = 0x4;
const PENDING_FIELD = 31;
const SIGKILL_BIT = 1 << 8;

/** proc_pid_stat(5): the name is in parentheses and may itself hold parentheses and spaces, so fields count from the last one. */
function parseStat(line: string): Process {
  const nameEnd = line.lastIndexOf(")");
  const fields = line.slice(nameEnd + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  pageBytes ||= libc().getpagesize();
  return {
    pid: Number.parseInt(line, 10),
    name: line.slice(line.indexOf("(") + 1, nameEnd),
    state: fields[0] ?? "",
    parent: field(4),
    session: field(6),
    tty: field(7),
    startTicks: field(22),
    residentBytes: field(24) * pageBytes,
    isDying: (field(FLAGS_FIELD) & PF_EXITING) !== 0 || (field(PENDING_FIELD) & SIGKILL_BIT) !== 0,
    cpuMs: (field(14) + field(15) + field(16) + field(17)) * TICK_MS,
  };
}

/** Undefined when the process is gone or not this user's to see; a machine without /proc is a Fault. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    if (process.platform === "linux") return undefined;
    throw new Fault(
      "environment",
      `There is no "/proc" on "${process.platform}"; runs need Linux for now.`,
      "Use a Linux machine, a container or a virtual machine.",
    );
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
