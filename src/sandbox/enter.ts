// `ccm sandbox --spec FILE [--socket PATH]… -- COMMAND…`: applies the sandbox to itself, then starts the command in it.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Fault, isFault } from "../kernel/fault.ts";
import { findCommand, replaceBy } from "./command.ts";
import { kernelGrants, namespaceGrants } from "./grants.ts";
import { runAsInit } from "./init.ts";
import { confine } from "./landlock.ts";
import { makeMounts, REPLACED } from "./mounts.ts";
import { leaveNetwork } from "./network.ts";
import { outsideSockets } from "./outside-sockets.ts";
import { mapPlaces } from "./own-user.ts";
import { closeOnExec, dropPrivileges, hideFromSiblings, limitFiles, refuseCoreDumps } from "./privileges.ts";
import { carriedEnv, hasOwnNetwork } from "./rules.ts";
import type { SandboxSpec } from "./schema.ts";
import { type FilterPolicy, installFilter } from "./seccomp.ts";
import { marksOf } from "./visibility.ts";

/** ccm's own failure; env(1) and container runtimes use it too. The codes of a command that cannot start are in command.ts. */
const FAILED = 125;

/** Returns only when the command could not be started, the reason on stderr; `--attempt` is what a probe runs inside. */
export async function main(words: string[]): Promise<number> {
  if (words[0] === "--attempt" && words[1] === "promises") return (await import("./break-promises.ts")).breakPromises(words[2] ?? "");
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
  const { specPath, sockets, argv } = parseWords(words);
  const spec = resolved(readSpec(specPath));
  const env = carriedEnv(process.env);
  const marks = marksOf(spec);
  const relay = spec.relays.length > 0 ? await import("./relay.ts") : null; // Before its file is hidden; most runs need none.
  closeOnExec();
  const ways = relay?.waysOf(spec.relays) ?? [];
  if (spec.level === "namespace") {
    if (process.pid !== 1)
      throw new Fault("invalid", 'Level "namespace" needs process 1 of a pid namespace.', "Start it with `unshare`, as `ccm host` does.");
    hideFromSiblings();
    if (spec.user) mapPlaces(spec, spec.user);
    makeMounts(spec, marks, [...sockets, ...outsideSockets()]);
    if (hasOwnNetwork(spec)) leaveNetwork();
  }
  const grants = spec.level === "namespace" ? namespaceGrants(spec) : kernelGrants(spec, marks);
  process.chdir(spec.cwd); // Also at its own path: the old working directory lies below the mounts.
  if (spec.fileBytes > 0) limitFiles(spec.fileBytes);
  refuseCoreDumps();
  dropPrivileges(spec.level === "namespace" ? "keep" : "drop", spec.user?.id);
  confine(grants, connectable(spec));
  installFilter(filterPolicy(spec));
  const command = findCommand(argv, env);
  if (typeof command === "number") return command;
  if (spec.level !== "namespace") return replaceBy(command);
  relay?.openRelays(ways);
  return runAsInit(command);
}

function parseWords(words: string[]): { specPath: string; sockets: string[]; argv: string[] } {
  const [flag, specPath] = words;
  const dashes = words.indexOf("--");
  const [sockets, argv] = [words.slice(2, dashes).filter((word) => word !== "--socket"), words.slice(dashes + 1)];
  if (flag === "--spec" && specPath && dashes > 1 && argv.length > 0) return { specPath, sockets, argv };
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
  const existing = (paths: string[]) => paths.flatMap((path) => realpath(path) ?? []);
  const tree = realpath(spec.cwd);
  const isPlain = (path: string) => !path.startsWith(`${spec.cwd}/`) || realpath(path) === tree + path.slice(spec.cwd.length);
  const needed = (path: string) => {
    const real = realpath(path);
    if (real) return real;
    throw new Fault("environment", `"${path}" is not there to be written to.`, "`ccm fsck` looks for missing folders.");
  };
  return {
    ...spec,
    write: spec.write.map(needed),
    hide: hiddenPlaces([...spec.hide, ...(spec.level === "namespace" ? REPLACED : ["/dev"])]),
    show: existing(spec.show),
    // An agent can put a link into its tree. What it did to a path that is to stay as it is shows when its work is checked.
    protect: spec.protect.filter(isPlain),
    tmp: needed(spec.tmp),
    cwd: needed(spec.cwd),
  };
}

/** Where each is, or would be if the folder for it is there; many are in the same few folders, and many of those are not there. */
function hiddenPlaces(paths: readonly string[]): string[] {
  const folders = new Map([...new Set(paths.map(dirname))].map((folder) => [folder, realpath(folder)]));
  return paths.flatMap((path) => {
    const folder = folders.get(dirname(path));
    return folder === undefined ? [] : (realpath(path) ?? join(folder, basename(path)));
  });
}

/** Asked first, because most of what is hidden is not there and an exception costs more than all else here. */
function realpath(path: string): string | undefined {
  return existsSync(path) ? realpathSync.native(path) : undefined;
}

function filterPolicy(spec: SandboxSpec) {
  const own = spec.level === "namespace";
  return {
    unix: own || spec.unixSockets ? "all" : "pairs",
    internet: internetOf(spec),
    processes: own ? "own" : "all",
  } as const;
}

/** The TCP ports that may be connected to, or null for all: a network of its own leads nowhere anyway. */
function connectable(spec: SandboxSpec): number[] | null {
  return spec.network === "ports" || (spec.network === "hosts" && !hasOwnNetwork(spec)) ? spec.ports : null;
}

function internetOf(spec: SandboxSpec): FilterPolicy["internet"] {
  if (spec.network === "host" || hasOwnNetwork(spec)) return "allowed";
  return spec.network === "ports" ? "tcp and udp" : spec.network === "hosts" ? "tcp" : "refused";
}
