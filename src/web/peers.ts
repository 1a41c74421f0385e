// Who is at the other end of a connection on this machine: no process of a run is let in, whatever it shows.
import { readdirSync, readlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { liveRuns } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { allProcesses, commandOf, descendantsOf, environmentOf, type Process } from "../kernel/process.ts";
import { runOfEnvironment } from "../setup/rules.ts";
import { connectedSockets, listeningSockets } from "./sockets.ts";

/** Connections whose owner is remembered: a browser keeps its own, and asks hundreds of times through each. */
const REMEMBERED = 1_000;

export type Peer = { address: string; port: number };
/** `unknown`: it is on this machine, and nobody can be seen to have it. */
export type From = "run" | "unknown" | "elsewhere";
export type Peers = { judge(peer: Peer | null, ownPort: number): From };

/**
 * Cookies know no ports: what an agent serves at another port of 127.0.0.1, or at this one while the daemon rests, is sent the
 * page's cookie by the browser of whoever opens it. So on Linux a cookie alone is not enough: the kernel says which socket
 * a connection comes from, and it must not be a run's. A connection that is given up before it was looked at, or that travels
 * between processes, is nobody's and turned away as well. Costs nothing while no run is live, and about 50 ms for the first
 * connection of a browser; this is asked only of those who have shown a cookie or a token.
 */
export function createPeers(ctx: Ctx): Peers {
  const verdicts = new Map<string, From>();
  let lastHolder: number | undefined;

  function holderOf(inodes: readonly string[], runs: readonly number[]): From {
    const processes = allProcesses();
    const ofRuns = pidsOfRuns(ctx, runs, processes);
    const others = processes.map(({ pid }) => pid).filter((pid) => !ofRuns.has(pid));
    const looks = (pids: Iterable<number>) => lookThrough(pids, inodes);
    if (looks(ofRuns) === "holds") return "run";
    // Mostly the browser that had the connection before, too.
    if (lastHolder !== undefined && !ofRuns.has(lastHolder) && looks([lastHolder]) === "holds") return "elsewhere";
    lastHolder = others.find((pid) => looks([pid]) === "holds");
    // sshd at the end of a tunnel, and processes of other users, show nobody what they hold.
    return lastHolder !== undefined || others.some((pid) => looks([pid]) === "hidden") ? "elsewhere" : "unknown";
  }

  return {
    judge(peer, ownPort) {
      if (!peer || process.platform !== "linux") return "elsewhere";
      const runs = liveRuns(ctx).map((run) => run.id);
      if (runs.length === 0) return "elsewhere";
      const inodes = connectedSockets(peer.port, ownPort);
      if (inodes.length === 0) return isHere(peer.address) ? "unknown" : "elsewhere";
      const key = inodes.join();
      const known = verdicts.get(key);
      if (known !== undefined) return known;
      if (verdicts.size >= REMEMBERED) verdicts.clear();
      const verdict = holderOf(inodes, runs);
      verdicts.set(key, verdict);
      return verdict;
    },
  };
}

function isHere(address: string): boolean {
  const plain = address.replace(/^::ffff:/, "");
  if (plain.startsWith("127.") || plain === "::1") return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === plain));
}

/** Everything below a host, and what has left it and still has the mark of a run. */
function pidsOfRuns(ctx: Ctx, runs: readonly number[], processes: readonly Process[]): Set<number> {
  const hosts = runs.flatMap((id) => {
    const host = ctx.outside.hosts.look(id);
    return host.kind === "live" && host.pid > 0 ? [host.pid] : [];
  });
  const orphans = processes.filter(({ parent }) => parent === 1).map(({ pid }) => pid);
  const marked = orphans.filter((pid) => runOfEnvironment(environmentOf(pid), ctx.paths.runs) !== undefined);
  return new Set([...hosts, ...marked].flatMap((pid) => [pid, ...descendantsOf(pid, processes).map((one) => one.pid)]));
}

/** Whether one of the processes holds one of the sockets; `hidden` when none is seen to and one of them shows nothing. */
function lookThrough(pids: Iterable<number>, inodes: readonly string[]): "holds" | "hidden" | "no" {
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`));
  let isHidden = false;
  for (const pid of pids) {
    const files = filesOf(pid);
    if (files === "hidden") isHidden = true;
    else if (files.some((fd) => wanted.has(linkOf(`/proc/${pid}/fd/${fd}`)))) return "holds";
  }
  return isHidden ? "hidden" : "no";
}

function filesOf(pid: number): string[] | "hidden" {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EACCES" ? "hidden" : []; // Otherwise it has ended.
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** The process that listens at a port, as far as this user may see it: "process 4711 (node)". */
export function listenerAt(port: number): string | null {
  const sockets = listeningSockets(port);
  const holder = sockets.length > 0 ? allProcesses().find(({ pid }) => lookThrough([pid], sockets) === "holds") : undefined;
  return holder ? `process ${holder.pid} (${(commandOf(holder.pid) || holder.name).slice(0, 80)})` : null;
}
