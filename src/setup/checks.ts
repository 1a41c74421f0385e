// Checks of the machine: each tries something and says how it went. What `doctor` and `health` are made of.
import { freemem } from "node:os";
import type { Config } from "../kernel/context.ts";
import { isFault, messageOf } from "../kernel/fault.ts";
import { sizeText } from "../kernel/time-text.ts";
import { trySandbox } from "../sandbox/actions.ts";
import { WITHOUT_SANDBOX } from "./rules.ts";
import type { Check } from "./schema.ts";

const MB = 1_000_000;
/** A program that does not tell its version by then hangs. */
const VERSION_MS = 10_000;
/** `git merge-tree --write-tree`, by which every merge is made, and `git patch-id --verbatim`: https://git-scm.com/docs, git 2.39. */
const GIT_VERSION = [2, 39] as const;

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
  return [...levels, checkLevel(chosen)];
}

/** What runs get. That they get none is never quiet, even though somebody allowed it. */
export function checkLevel(level: string): Check {
  if (level === "none")
    return { name: "sandbox", verdict: "warn", text: WITHOUT_SANDBOX, hint: "To end that: ccm config set sandbox.allowNone false" };
  return { name: "sandbox", verdict: level === "namespace" ? "ok" : "warn", text: `Runs get the level "${level}".`, hint: "" };
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

export function checkMemory(config: Config, freeBytes = freemem()): Check {
  const text = `${sizeText(freeBytes)} free.`;
  if (freeBytes >= config.limits.freeMemoryMb * MB) return ok("memory", text);
  const hint = `Below limits.freeMemoryMb (${config.limits.freeMemoryMb}) no further run starts.`;
  return { name: "memory", verdict: "warn", text, hint };
}
