// `ccm start` and `ccm stop`: a daemon in the background, and exactly that daemon ended again.
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { realClock } from "../kernel/clock.ts";
import { BUG_EXIT, FAULTS, Fault, type FaultCode, unwrap } from "../kernel/fault.ts";
import { currentCaller, requireHome } from "../kernel/home.ts";
import type { CommandHost } from "../kernel/module.ts";
import { homeFrom, type Paths, pathsAt } from "../kernel/paths.ts";
import { type Identity, ownCommand, signalProcess } from "../kernel/process.ts";
import type { StartOptions, StopOptions } from "./commands.ts";
import { type DaemonFound, type DaemonState, findDaemon } from "./daemon-file.ts";
import { stopEverything } from "./emergency.ts";
import { daemonEnvironment, profileNamed, WITHOUT_SANDBOX } from "./rules.ts";

/** Longest start: a migration copies the database first, and the sandbox is tried; both take a second at most on a healthy machine. */
const START_MS = 60_000;
/** Longest orderly end: work on a repository that has begun is finished first. */
const STOP_MS = 30_000;
const POLL_MS = 10;
/** What is read of a daemon's last words; a stack trace fits. */
const LAST_WORDS_BYTES = 8_000;

/** Starts the daemon unless one runs, and waits until it is ready. Faults: the daemon's own, `timeout`. */
export async function start(host: CommandHost, options: StartOptions): Promise<void> {
  const paths = pathsAt(homeFrom(process.env));
  requireHome(paths, currentCaller());
  const before = findDaemon(paths);
  const state = before.kind === "ready" ? before.state : await startDaemon(paths, options);
  const how = before.kind === "ready" ? "already runs" : "runs now";
  host.print(describe(state, before.kind === "ready" ? "running" : "started"), () =>
    [`The daemon ${how} (process ${state.pid}).`, ...pageLines(state)].join("\n"),
  );
  if (state.sandbox === "none") host.note(WITHOUT_SANDBOX);
}

/** Where its page is, or why it is not there. */
function pageLines({ web }: DaemonState): string[] {
  if (!web) return [];
  return "url" in web ? [`The page is at ${web.url}; \`ccm open\` opens it signed in.`] : [web.fault];
}

/** JSON of a daemon. */
export function describe<S extends "started" | "running">(state: DaemonState, is: S) {
  const { pid, startedAt, version, sandbox, profile, web } = state;
  return { state: is, pid, startedAt: new Date(startedAt).toISOString(), version, sandbox, profile, web };
}

/** Starts a daemon detached, in its own session and with a clean environment. Faults: the daemon's own, `timeout`. */
export async function startDaemon(paths: Paths, options: StartOptions): Promise<DaemonState> {
  const profile = unwrap(profileNamed(options.profile));
  const env = unwrap(daemonEnvironment(process.env, paths.home, options.port));
  const log = join(paths.logs, "daemon.out");
  const file = openSync(log, "a", 0o600);
  const from = statSync(log).size;
  const child = Bun.spawn([...ownCommand(), "daemon", "--profile", profile], {
    cwd: "/",
    env,
    stdio: ["ignore", file, file],
    detached: true,
  });
  closeSync(file);
  child.unref();
  return untilReady(paths, child, () => lastWords(log, from));
}

async function untilReady(paths: Paths, child: { pid: number; exitCode: number | null }, words: () => string): Promise<DaemonState> {
  const deadline = realClock.elapsed() + START_MS;
  while (realClock.elapsed() < deadline) {
    const found = findDaemon(paths);
    if (found.kind === "ready") return found.state;
    // A daemon that another command starts at the same time holds the lock: then this child leaves, and that one is waited for.
    if (child.exitCode !== null && found.kind === "absent") throw daemonFault(child.exitCode, words());
    await realClock.sleep(POLL_MS);
  }
  throw new Fault("timeout", `The daemon was not ready after ${START_MS / 1000} s.`, `Its log is "${join(paths.logs, "daemon.log")}".`);
}

function lastWords(log: string, from: number): string {
  return readFileSync(log).subarray(from).subarray(-LAST_WORDS_BYTES).toString().trim();
}

/** What a daemon printed before it ended is its Fault: the sentence, below it the hint. */
function daemonFault(exit: number, words: string): Fault | Error {
  const code = (Object.keys(FAULTS) as FaultCode[]).find((candidate) => FAULTS[candidate].exit === exit);
  if (!code) return new Error(`The daemon ended with ${exit}${exit === BUG_EXIT ? ", a bug" : ""}: ${words}`);
  const [sentence = "", ...hint] = words.replace(/^ccm: /, "").split("\n");
  return new Fault(code, sentence, hint.map((line) => line.trim()).join("\n"));
}

/** Ends the daemon and waits until it is gone; with `now` and `all` everything. Faults: `timeout` when it does not end. */
export async function stop(host: CommandHost, options: StopOptions): Promise<void> {
  if (options.now !== options.all)
    throw new Fault(
      "invalid",
      "--now and --all go together.",
      "`ccm stop` ends the daemon only; `ccm stop --now --all` everything at once.",
    );
  if (options.now) return await stopEverything(host);
  const paths = pathsAt(homeFrom(process.env));
  requireHome(paths, currentCaller());
  const stopped = await stopDaemon(paths);
  host.print({ state: "stopped", pid: stopped?.pid ?? null }, () =>
    stopped ? `The daemon (process ${stopped.pid}) has ended; agents at work go on.` : "No daemon was running.",
  );
}

/** Sends SIGTERM to the very process that holds the lock and waits for the lock. Faults: `timeout`. */
export async function stopDaemon(paths: Paths): Promise<Identity | undefined> {
  const deadline = realClock.elapsed() + STOP_MS;
  let sent: Identity | undefined;
  for (let found = findDaemon(paths); found.kind !== "absent"; found = findDaemon(paths)) {
    const who = identityOf(found);
    if (!sent && who && signalProcess(who, "SIGTERM")) sent = who;
    if (realClock.elapsed() > deadline)
      throw new Fault(
        "timeout",
        `The daemon${sent ? ` (process ${sent.pid})` : ""} has not ended after ${STOP_MS / 1000} s.`,
        "`ccm stop --now --all` ends everything at once; nothing that is recorded is lost.",
      );
    await realClock.sleep(POLL_MS);
  }
  return sent;
}

/** Who holds the lock, if it has said so. */
export function identityOf(found: DaemonFound): Identity | undefined {
  if (found.kind === "ready") return found.state;
  return found.kind === "busy" ? found.who : undefined;
}

/** `daemon` is a program of its own, chosen by the first word; anything before it would start the command line around it. */
export function refuseDaemonHere(): never {
  throw new Fault("invalid", "`daemon` must be the first word, and takes no --json.", "Try: ccm daemon");
}
