// `ccm sandbox --spec FILE -- COMMAND…`: applies the sandbox to itself, then starts the command in it.
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { Fault, isFault } from "../kernel/fault.ts";
import { type Command, cannotStart, runAsInit } from "./init.ts";
import { confine, type Grant } from "./landlock.ts";
import { call, stringArray } from "./libc.ts";
import { DEVICES, makeMounts, OWN_DEVICES, REPLACED } from "./mounts.ts";
import { leaveNetwork } from "./network.ts";
import { closeOnExec, dropPrivileges, hideFromSiblings, resetSignals } from "./privileges.ts";
import { carriedEnv } from "./rules.ts";
import type { SandboxSpec } from "./schema.ts";
import { installFilter } from "./seccomp.ts";
import { type Marks, marksOf, readable } from "./visibility.ts";

/** Exit codes that env(1), nohup(1) and container runtimes use too: ccm's own failure, a command that is no program, none found. */
const FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** Returns only when the command could not be started, the reason on stderr; `--attempt` is what a probe runs inside. */
export async function main(words: string[]): Promise<number> {
  if (words[0] === "--attempt") return (await import("./attempt.ts")).attempt(words[1] ?? "");
  try {
    return await enterSandbox(words);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    console.error(`ccm sandbox: ${thrown.message} ${thrown.hint}`);
    return FAILED;
  }
}

/**
 * Confines this process as the spec says and runs the command with the carried environment (rules.ts) and nothing
 * else. At `kernel` the command takes this process's place. At `namespace` this process is already process 1 of the
 * namespaces that `unshare` made: it mounts, gives everything up, starts the command and stays as its init.
 * Faults: `invalid` for words or a spec that cannot be read, `environment` when the kernel refuses.
 */
export async function enterSandbox(words: string[]): Promise<number> {
  const { specPath, argv } = parseWords(words);
  const spec = resolved(readSpec(specPath));
  const env = carriedEnv(process.env);
  const marks = marksOf(spec);
  closeOnExec();
  if (spec.level === "namespace") {
    if (process.pid !== 1)
      throw new Fault("invalid", 'Level "namespace" needs process 1 of a pid namespace.', "Start it with `unshare`, as `ccm host` does.");
    hideFromSiblings();
    makeMounts(spec, marks);
    if (spec.network === "none") leaveNetwork();
  }
  const grants = spec.level === "namespace" ? namespaceGrants(spec) : kernelGrants(spec, marks);
  process.chdir(spec.cwd); // Also at its own path: the old working directory lies below the mounts.
  dropPrivileges(spec.level === "namespace" ? "keep" : "drop");
  confine(grants);
  installFilter(filterPolicy(spec));
  const command = find(argv, env);
  if (typeof command === "number") return command;
  return spec.level === "namespace" ? runAsInit(command) : replaceBy(command);
}

function parseWords(words: string[]): { specPath: string; argv: string[] } {
  const [flag, specPath, dashes, ...argv] = words;
  if (flag === "--spec" && specPath && dashes === "--" && argv.length > 0) return { specPath, argv };
  throw new Fault("invalid", `"ccm sandbox ${words.join(" ")}" is not understood.`, "Use: ccm sandbox --spec FILE -- COMMAND…");
}

function readSpec(path: string): SandboxSpec {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Fault("invalid", `The sandbox's spec "${path}" cannot be read.`, "The daemon writes it when it prepares a run.", { cause });
  }
}

/**
 * Symbolic links resolved, so that what is hidden is what they lead to. What is not there needs no rule, but for what
 * must be written, and for what may appear later where it must not be seen.
 */
function resolved(spec: SandboxSpec): SandboxSpec {
  const hidden = (paths: string[]) => paths.flatMap((path) => realpath(path) ?? placeOf(path) ?? []);
  const existing = (paths: string[]) => paths.flatMap((path) => realpath(path) ?? []);
  const needed = (path: string) => {
    const real = realpath(path);
    if (real) return real;
    throw new Fault("environment", `"${path}" is not there to be written to.`, "`ccm fsck` looks for missing folders.");
  };
  return {
    ...spec,
    write: spec.write.map(needed),
    hide: hidden([...spec.hide, ...(spec.level === "namespace" ? REPLACED : ["/dev"])]),
    show: existing(spec.show),
    tmp: needed(spec.tmp),
    cwd: needed(spec.cwd),
  };
}

/** Where a missing file would be, if the folder for it is there. */
function placeOf(path: string): string | undefined {
  const folder = realpath(dirname(path));
  return folder === undefined ? undefined : join(folder, basename(path));
}

function realpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** At `namespace` the mounts have hidden what is to be hidden, and Landlock is the second line against writing. */
function namespaceGrants(spec: SandboxSpec): Grant[] {
  return [
    { path: "/", access: "read" },
    ...[...spec.write, ...OWN_DEVICES].map((path): Grant => ({ path, access: "write" })),
    ...[...DEVICES, "/dev/pts"].map((path): Grant => ({ path, access: "device" })),
  ];
}

/**
 * At `kernel` Landlock is all there is, and it can only allow: the siblings of the hidden at each level. What appears
 * beside them later is not readable. Folders that hold something hidden cannot be listed.
 *
 * What this level gives away, because Landlock has no right for it: owner, mode, times and extended attributes of the
 * user's own files can be changed anywhere; processes outside are visible in /proc with their command lines (not much
 * else of them); local TCP and UDP services can be reached; before ABI 6 the user's processes can be sent signals.
 * `protect` is not enforced: the private git directory is checked after the run instead.
 */
function kernelGrants(spec: SandboxSpec, marks: Marks): Grant[] {
  return [
    ...readable(marks, entries).map((path): Grant => ({ path, access: "read" })),
    ...spec.write.map((path): Grant => ({ path, access: "write" })),
    ...DEVICES.map((path): Grant => ({ path, access: "device" })),
  ];
}

function entries(folder: string): string[] {
  try {
    const found = readdirSync(folder, { withFileTypes: true });
    return found.filter((entry) => !entry.isSymbolicLink()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

function filterPolicy(spec: SandboxSpec) {
  const own = spec.level === "namespace";
  return {
    unix: own || spec.unixSockets ? "all" : "pairs",
    internet: own || spec.network === "host" ? "allowed" : "refused",
    sharedIpc: own ? "allowed" : "refused",
  } as const;
}

/** The program as execvp(3) would find it, seen from inside the sandbox; an exit code when there is none. */
function find(argv: string[], env: string[]): Command | number {
  const name = argv[0] ?? "";
  const path = env.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ?? "/usr/local/bin:/usr/bin:/bin";
  const places = name.includes("/")
    ? [resolve(name)]
    : path
        .split(":")
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  const files = places.filter((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
  const program = files.find(isExecutable);
  if (program) return { path: program, argv, env };
  console.error(files.length > 0 ? `ccm sandbox: "${name}" is not executable.` : `ccm sandbox: "${name}" was not found.`);
  return files.length > 0 ? NOT_EXECUTABLE : NOT_FOUND;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function replaceBy(command: Command): never {
  resetSignals();
  throw cannotStart(command, -call("execve", command.path, stringArray(command.argv), stringArray(command.env)));
}
