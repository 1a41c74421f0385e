// TCP sockets of this machine as the kernel lists them: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html.
import { readFileSync } from "node:fs";

const LISTEN = "0A";
/** The inode of a socket that its process has closed. */
const NOBODY = "0";

/** Inodes of the sockets at `port` here that are connected to `toPort`: one, or some where addresses share the port. */
export function connectedSockets(port: number, toPort: number): string[] {
  return inodes((local, remote, state) => local === port && remote === toPort && state !== LISTEN);
}

/** Inodes of the sockets that listen at a port. */
export function listeningSockets(port: number): string[] {
  return inodes((local, _, state) => local === port && state === LISTEN);
}

function inodes(isMeant: (local: number, remote: number, state: string) => boolean): string[] {
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(linesOf).flatMap((line) => {
    // "0: 0100007F:2239 00000000:0000 0A …": addresses with their ports in hexadecimal, the state, and as the tenth word the inode.
    const words = line.trim().split(/\s+/);
    const [, local = "", remote = "", state = ""] = words;
    const inode = words[9] ?? NOBODY;
    return inode !== NOBODY && isMeant(portOf(local), portOf(remote), state) ? [inode] : [];
  });
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "latin1").split("\n").slice(1);
  } catch {
    return [];
  }
}
