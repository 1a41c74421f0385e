// What Landlock grants at each level, and what that leaves open.
import { readdirSync } from "node:fs";
import type { Grant } from "./landlock.ts";
import { DEVICES, OWN_DEVICES } from "./mounts.ts";
import type { SandboxSpec } from "./schema.ts";
import { type Marks, readable } from "./visibility.ts";

/** At `namespace` the mounts have hidden what is to be hidden, and Landlock is the second line against writing. */
export function namespaceGrants(spec: SandboxSpec): Grant[] {
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
export function kernelGrants(spec: SandboxSpec, marks: Marks): Grant[] {
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
