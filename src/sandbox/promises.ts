// What a sandbox promises about a command in it, sentence by sentence, and what a level is known not to hold.
import type { Network, SandboxLevel } from "./schema.ts";

export type SandboxedLevel = Exclude<SandboxLevel, "none">;

/**
 * `openAt` are levels that do not keep it, and say so; `network` is the policy under which it is tried. A promise is tried
 * by attempts to break it, all of which must fail; `work` is one that must succeed.
 */
export type Promised = { name: string; says: string; openAt: readonly SandboxedLevel[]; network: Network; kind: "wall" | "work" };

const wall = (name: string, says: string, openAt: readonly SandboxedLevel[] = [], network: Network = "host"): Promised => ({
  name,
  says,
  openAt,
  network,
  kind: "wall",
});

/** In the order in which people read them: what is theirs, what is the machine's, what is the network's. */
export const PROMISES: readonly Promised[] = [
  wall("keys", "Your keys, logins and histories are not readable"),
  wall("there", "Nor is whether they are there, how large, how old", ["kernel"]),
  wall("home", "CCM_HOME, other tasks and other runs are not readable"),
  wall("remotes", "Nor the repository's remotes, which often hold a token"),
  wall("write", "Nothing is written outside the tree: by path, link, rename"),
  wall("repository", "Your repository's branches, objects and hooks stay"),
  wall("attributes", "Modes and times of your files stay", ["kernel"]),
  wall("private-git", "git's settings in the private directory stay", ["kernel"]),
  wall("file-size", "A file cannot grow beyond its limit"),
  wall("see", "Processes outside are not seen", ["kernel"]),
  wall("look", "Nobody's environment, memory or files are looked into"),
  wall("signal", "Nobody outside is sent a signal"),
  wall("trace", "Nobody is traced"),
  wall("terminals", "No terminal outside is written to"),
  wall("sockets", "tmux, D-Bus, docker, ssh-agent are not reached"),
  wall("abstract", "Neither are sockets without a file"),
  wall("privileges", "No program gives it more rights"),
  wall("mounts", "No file system is mounted, no namespace made"),
  wall("kernel", "Tracing, keyrings, modules of the kernel are refused"),
  wall("none-tcp", "Network none: no connection leaves", [], "none"),
  wall("none-udp", "Network none: no datagram leaves", [], "none"),
  wall("hosts-tcp", "Network hosts: no connection but by the proxy", [], "hosts"),
  wall("ports-tcp", "Network ports: no connection to another port", [], "ports"),
  wall("ports-udp", "Network ports: no datagram leaves", ["namespace", "kernel"], "ports"),
  { name: "work", says: "Work goes on: files, programs, sockets of its own", openAt: [], network: "host", kind: "work" },
];

/** `held`: what was tried failed. `open`: it succeeded, as is known. `broken`: it succeeded and must not have. */
export type Verdict = "held" | "open" | "broken" | "untried";

/** What the attempts that succeeded say of each promise tried under that network; `null` when nothing could be started. */
export function verdictOn(promised: Promised, level: SandboxedLevel, succeeded: readonly string[] | null): Verdict {
  if (succeeded === null) return "untried";
  const happened = succeeded.includes(promised.name);
  if (promised.kind === "work") return happened ? "held" : "broken";
  if (!happened) return "held";
  return promised.openAt.includes(level) ? "open" : "broken";
}
