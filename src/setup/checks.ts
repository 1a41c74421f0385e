// Single checks of machine and home: each tries something and says how it went. What `doctor` and `health` are made of.
import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { freemem } from "node:os";
import { dirname, join } from "node:path";
import { realClock } from "../kernel/clock.ts";
import type { Config } from "../kernel/context.ts";
import { openDatabase } from "../kernel/database.ts";
import { lastSeq, readEvents } from "../kernel/events.ts";
import { isFault, messageOf } from "../kernel/fault.ts";
import { currentCaller, requireHome } from "../kernel/home.ts";
import { requireSchema } from "../kernel/migrate.ts";
import { SCHEMA_VERSION } from "../kernel/migrations.ts";
import type { Paths } from "../kernel/paths.ts";
import { trySandbox } from "../sandbox/actions.ts";
import type { Check } from "./schema.ts";
import { quickCheck } from "./table.ts";

const MB = 1_000_000;
/** Below this an agent's first build fills the disk; SQLite and git fail in ways that are hard to read. */
const DISK_FAIL_BYTES = 500 * MB;
/** One tree of a large project with its dependencies. */
const DISK_WARN_BYTES = 5_000 * MB;
/** A program that does not tell its version by then hangs. */
const VERSION_MS = 10_000;
/** Two clocks of one machine agree to milliseconds; a network disk with its own may not. */
const SKEW_MS = 2_000;
/** `git merge-tree --write-tree`, by which every merge is made: https://git-scm.com/docs/merge-tree, git 2.38. */
const GIT_VERSION = [2, 38] as const;

export function ok(name: string, text: string): Check {
  return { name, verdict: "ok", text, hint: "" };
}

/** What `work` answers; anything it throws is a failure with the Fault's own hint. */
export async function tried(name: string, work: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (thrown) {
    return { name, verdict: "fail", text: messageOf(thrown), hint: isFault(thrown) ? thrown.hint : "" };
  }
}

export function checkGit(): Check {
  const found = versionOf("git");
  if (!found) return { name: "git", verdict: "fail", text: "git is not installed.", hint: "Debian and Ubuntu: apt-get install git" };
  const [major = 0, minor = 0] = found.numbers;
  const [wantedMajor, wantedMinor] = GIT_VERSION;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return ok("git", found.text);
  return { name: "git", verdict: "fail", text: `${found.text} is too old.`, hint: `Install git ${GIT_VERSION.join(".")} or newer.` };
}

/** A program that ccm can do without; `without` says what then is missing. */
export function checkOptional(program: string, without: string, words: readonly string[] = ["--version"]): Check {
  const found = versionOf(program, words);
  if (found) return ok(program, found.text);
  return { name: program, verdict: "warn", text: `${program} is not installed.`, hint: without };
}

function versionOf(program: string, words: readonly string[] = ["--version"]): { text: string; numbers: number[] } | undefined {
  if (!Bun.which(program)) return undefined;
  const run = Bun.spawnSync([program, ...words], { stdin: "ignore", stderr: "ignore", timeout: VERSION_MS });
  const text = run.stdout.toString().trim().split("\n")[0] ?? "";
  const numbers = (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? "").split(".").map(Number);
  return { text: text === "" ? "It is there." : text, numbers };
}

/** One line a level, and which of them runs get. */
export async function checkSandbox(config: Config): Promise<Check[]> {
  const { probes, chosen } = await trySandbox(config.sandbox);
  const levels = probes
    .filter((probe) => probe.level !== "none")
    .map((probe): Check => {
      const verdict = probe.works ? "ok" : probe.level === chosen || chosen === null ? "fail" : "warn";
      return { name: `sandbox ${probe.level}`, verdict, text: firstLine(probe.detail), hint: probe.works ? "" : LEVEL_HINTS[probe.level] };
    });
  if (chosen === null)
    return [
      ...levels,
      { name: "sandbox", verdict: "fail", text: "No level that the configuration allows works: no run may start.", hint: NO_LEVEL },
    ];
  const verdict = chosen === "namespace" ? "ok" : "warn";
  return [...levels, { name: "sandbox", verdict, text: `Runs get the level "${chosen}".`, hint: chosen === "none" ? NO_LEVEL : "" }];
}

const LEVEL_HINTS = {
  namespace:
    "User namespaces are switched off: in a container start it with --security-opt seccomp=unconfined, on Ubuntu allow them for ccm in AppArmor.",
  kernel: "It needs Linux 5.13 or newer with Landlock (CONFIG_SECURITY_LANDLOCK, `landlock` in /sys/kernel/security/lsm).",
  none: "",
} as const;
const NO_LEVEL = "On a machine that is itself a throw-away sandbox: ccm config set sandbox.allowNone true";

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

/** Those of the known agents that are installed, and those that the configuration names. */
export function checkAgents(config: Config): Check {
  const names = [...new Set([...KNOWN_AGENTS, ...Object.keys(config.agents)])];
  const commands = names.map((name) => ({ name, command: config.agents[name]?.command ?? name }));
  const found = commands.filter(({ command }) => Bun.which(command)).map(({ name }) => name);
  const missing = commands.filter(({ name }) => name in config.agents && !found.includes(name)).map(({ command }) => `"${command}"`);
  if (missing.length > 0)
    return {
      name: "agents",
      verdict: "fail",
      text: `Configured, and not there: ${missing.join(", ")}.`,
      hint: "`ccm config get agents` shows the settings.",
    };
  if (found.length > 0) return ok("agents", `${found.join(", ")}; and the built-in "demo".`);
  const hint = "Install claude, gemini or codex, or name your own: ccm config set agents.NAME.command PROGRAM";
  return { name: "agents", verdict: "warn", text: 'No coding agent is installed, only the built-in "demo".', hint };
}

const KNOWN_AGENTS = ["claude", "gemini", "codex"];

export function checkHome(paths: Paths): Check {
  requireHome(paths, currentCaller());
  return ok("home", `"${paths.home}" is yours and closed to others.`);
}

/** Space where the home is, or will be. */
export function checkDisk(paths: Paths): Check {
  let folder = paths.home;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${Math.floor(free / MB).toLocaleString("en")} MB free below "${folder}".`;
  const hint = "`ccm worktrees cleanup` and a shorter retention.runsDays free some.";
  if (free < DISK_FAIL_BYTES || (files > 0 && ffree === 0)) return { name: "disk", verdict: "fail", text, hint };
  return free < DISK_WARN_BYTES ? { name: "disk", verdict: "warn", text, hint } : ok("disk", text);
}

export function checkMemory(config: Config, freeBytes = freemem()): Check {
  const text = `${Math.floor(freeBytes / MB).toLocaleString("en")} MB free.`;
  if (freeBytes >= config.limits.freeMemoryMb * MB) return ok("memory", text);
  const hint = `Below limits.freeMemoryMb (${config.limits.freeMemoryMb}) no further run starts.`;
  return { name: "memory", verdict: "warn", text, hint };
}

/** Opens the database without migrating it and has SQLite read all of it. */
export function checkDatabase(paths: Paths): Check {
  const db = openDatabase(paths.database, "existing");
  try {
    requireSchema(db, SCHEMA_VERSION);
    const found = quickCheck(db);
    if (found === "ok") return ok("database", `Schema ${SCHEMA_VERSION}, and SQLite finds nothing wrong.`);
    const hint = "Stop the daemon and put the newest file of CCM_HOME/backups in its place, then `ccm fsck`.";
    return { name: "database", verdict: "fail", text: `SQLite says: ${found}`, hint };
  } finally {
    db.close();
  }
}

/** The clock of this machine against that of the disk, and against the newest event. */
export function checkClock(paths: Paths): Check {
  const file = join(paths.home, `clock.${process.pid}.tmp`);
  try {
    writeFileSync(file, "");
    const skew = Math.abs(statSync(file).mtimeMs - realClock.now());
    if (skew > SKEW_MS)
      return {
        name: "clock",
        verdict: "warn",
        text: `The disk's clock is ${Math.round(skew / 1_000)} s off.`,
        hint: "CCM_HOME belongs on a local disk.",
      };
  } finally {
    rmSync(file, { force: true });
  }
  const ahead = newestEventAt(paths) - realClock.now();
  if (ahead <= SKEW_MS) return ok("clock", new Date(realClock.now()).toISOString());
  const hint = "Correct the clock (timedatectl); delays and retention go by it.";
  return { name: "clock", verdict: "warn", text: `The newest event is ${Math.round(ahead / 1_000)} s in the future.`, hint };
}

/** 0 when the database cannot be read, which is for the check of the database to say. */
function newestEventAt(paths: Paths): number {
  try {
    const db = openDatabase(paths.database, "existing");
    try {
      return readEvents(db, { after: lastSeq(db) - 1, limit: 1 })[0]?.at ?? 0;
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}
