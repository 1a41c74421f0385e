// Ports of a sandbox's own loopback that lead to unix sockets of its host's: all that leads out of a network of its own.
import { basename, dirname } from "node:path";
import { AT_FDCWD, must } from "./libc.ts";
import type { SandboxSpec } from "./schema.ts";
import { relay } from "./splice.ts";

/** Where a port leads: a short path that goes on leading there when the mounts have hidden the long one. */
export type Way = { port: number; unix: string };

const O_PATH_DIRECTORY_CLOEXEC = 0o12200000;
/** Connections of one port at a time: more than the host takes, so that it is the host who says what is too many. */
const LINES = 512;

/**
 * The ways of a spec, taken before its folders are hidden. Only this process can go them: its descriptors are closed to
 * what it starts, and its memory to what that starts. A socket's path has at most 108 bytes; through the folder it is short.
 */
export function waysOf(relays: SandboxSpec["relays"]): Way[] {
  const folders = new Map(
    [...new Set(relays.map(({ socket }) => dirname(socket)))].map((folder) => [
      folder,
      must("reach the sockets of its host", "openat", AT_FDCWD, folder, O_PATH_DIRECTORY_CLOEXEC),
    ]),
  );
  return relays.map(({ port, socket }) => ({ port, unix: `/proc/self/fd/${folders.get(dirname(socket))}/${basename(socket)}` }));
}

/** Opens the ports. What comes there goes to the host byte by byte; who is let through and where to, the host says. */
export function openRelays(ways: readonly Way[]): void {
  for (const { port, unix } of ways) relay({ port }, { unix }, LINES);
}
