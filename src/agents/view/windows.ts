// Windows on live runs: one a run, which shows `ccm view`, on a tmux server of this home.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { Fault } from "../../kernel/fault.ts";
import type { Paths } from "../../kernel/paths.ts";
import { type Identity, isAlive, processOf } from "../../kernel/process.ts";
import type { WindowOrder, Windows } from "../schema.ts";
import { hasRoomForSocket, type Server, serverOf, tmux, tmuxHere } from "./tmux.ts";

export type WindowsOptions = {
  paths: Paths;
  /** The words that start ccm, see `ownCommand`. */
  executable: readonly string[];
  when: "auto" | "off";
  /** Milliseconds on a clock that only goes forward. */
  elapsed: () => number;
};

/** The session that holds all windows, and what the sessions of people who look at them begin with. */
const SESSION = "ccm";
const VISIT = "visit-";
/** Windows at one time: a view takes 6 MB, and nobody looks through more. The oldest whose runs have ended go first. */
const MOST_WINDOWS = 24;
/** How long the window of a run that has ended stays, in s: time to read how it ended. */
const LINGER_SECONDS = 600;
/** Pause after a failure, in ms: what keeps tmux from working mostly lasts. */
const RETRY_MS = 300_000;

/**
 * The server's settings, since it reads no file: the person's own would bind keys and start plugins. Ctrl-C leaves here as
 * it does in `ccm view`, and so never ends a window that others look at.
 */
const SETTINGS = [
  ["set-option", "-g", "update-environment", ""],
  ["set-option", "-g", "mouse", "on"],
  ["set-option", "-g", "status-left", ""],
  ["set-option", "-g", "status-right", " Ctrl-B n: next  Ctrl-C: leave "],
  ["set-option", "-g", "status-right-length", "40"],
  ["bind-key", "-n", "C-c", "detach-client"],
];

export function createWindows(options: WindowsOptions): Windows {
  const { paths, elapsed } = options;
  const server = serverOf(paths);
  const shown = new Set<string>();
  let running: Identity | null = null;
  let notBefore = Number.NEGATIVE_INFINITY;

  async function show(runs: readonly WindowOrder[]): Promise<void> {
    notBefore = elapsed() + RETRY_MS; // Until this has worked.
    const names = runs.map(nameOf);
    if (!isPossible(options)) return;
    const there = await listWindows(server);
    const missing = runs.filter((run) => !there.includes(nameOf(run)));
    const surplus = there.filter((name) => !names.includes(name)).slice(0, Math.max(0, there.length + missing.length - MOST_WINDOWS));
    const pid = await make(options, server, { missing, surplus, isNew: there.length === 0 });
    running = processOf(pid) ?? null;
    shown.clear();
    for (const name of names) shown.add(name);
    notBefore = Number.NEGATIVE_INFINITY;
  }

  return {
    areBehind(runs) {
      if (options.when === "off" || runs.length === 0 || elapsed() < notBefore) return false;
      const isUp = running !== null && isAlive(running);
      return !isUp || newest(runs).some((run) => !shown.has(nameOf(run)));
    },
    show: (runs) => show(newest(runs)),
    async attach(run) {
      if (!isPossible(options)) return "none";
      const there = await listWindows(server);
      if (!there.includes(nameOf(run))) await make(options, server, { missing: [run], surplus: [], isNew: there.length === 0 });
      return await attach(server, run);
    },
    areThere: () => existsSync(server.socket),
    async end() {
      running = null;
      if (existsSync(server.socket) && Bun.which("tmux")) await tmux(server, [["kill-server"]]);
      rmSync(server.socket, { force: true }); // A server that was killed leaves it.
    },
  };
}

function isPossible({ paths, when }: WindowsOptions): boolean {
  return when === "auto" && Bun.which("tmux") !== null && hasRoomForSocket(paths);
}

function nameOf({ taskId, runId }: WindowOrder): string {
  return `t${taskId}-r${runId}`;
}

function newest(runs: readonly WindowOrder[]): readonly WindowOrder[] {
  return runs.slice(-MOST_WINDOWS);
}

/** The names of all windows, oldest first; none without a server. */
async function listWindows(server: Server): Promise<string[]> {
  if (!existsSync(server.socket)) return [];
  const { code, out } = await tmux(server, [["list-windows", "-t", `=${SESSION}`, "-F", "#{window_name}"]]);
  return code === 0 ? out.split("\n").filter((name) => name !== "") : [];
}

type Changes = { missing: readonly WindowOrder[]; surplus: readonly string[]; isNew: boolean };

/** Makes and closes windows in one command, and gives the server's pid. Faults: `environment`. */
async function make({ executable }: WindowsOptions, server: Server, { missing, surplus, isNew }: Changes): Promise<number> {
  mkdirSync(server.folder, { recursive: true, mode: 0o700 });
  const made = missing.map((run, at) => {
    const words = ["-n", nameOf(run), "-c", "/", ...windowWords(executable, run)];
    if (at > 0 || !isNew) return ["new-window", "-d", "-t", `=${SESSION}:`, ...words];
    return ["new-session", "-d", "-s", SESSION, "-x", "80", "-y", "24", ...words];
  });
  const closed = surplus.map((name) => ["kill-window", "-t", `=${SESSION}:=${name}`]);
  const { code, out, error } = await tmux(server, [...made, ...(isNew ? SETTINGS : []), ...closed, ["display-message", "-p", "#{pid}"]]);
  if (code !== 0) throw new Fault("environment", `tmux made no window: ${error || `exit code ${code}`}.`, "Runs go on without windows.");
  return Number(out.trim());
}

/** When the view has ended, all that stays is a process of 1 MB. tmux ends the server with its last window. */
function windowWords(executable: readonly string[], { runId }: WindowOrder): string[] {
  const script = `"$@"; echo; echo "This window closes in ten minutes."; exec sleep ${LINGER_SECONDS}`;
  return ["sh", "-c", script, "sh", ...executable, "view", "--end", `r${runId}`];
}

/**
 * Gives this terminal to tmux, in a session of its own on the same windows, so that two people can look at different ones.
 * The session is ended afterwards, as are those whose terminals were closed: with `destroy-unattached` tmux 3.3a crashes.
 */
async function attach(server: Server, run: WindowOrder): Promise<"left" | "none"> {
  const own = `${VISIT}${process.pid}`;
  const code = await tmuxHere(server, [
    ["new-session", "-t", SESSION, "-s", own],
    ["select-window", "-t", `=${own}:=${nameOf(run)}`],
  ]);
  const { out } = await tmux(server, [["list-sessions", "-F", "#{session_attached} #{session_name}"]]);
  const ended = out.split("\n").flatMap((line) => (line.startsWith(`0 ${VISIT}`) ? [["kill-session", "-t", `=${line.slice(2)}`]] : []));
  if (ended.length > 0) await tmux(server, ended);
  return code === 0 ? "left" : "none"; // A terminal that tmux does not know makes it end at once, having said so.
}
