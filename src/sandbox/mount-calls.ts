// The mount system calls by what they are used for.
import { closeSync, fstatSync, lstatSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { Fault, messageOf } from "../kernel/fault.ts";
import { AT_FDCWD, call, must } from "./libc.ts";
import { parent } from "./visibility.ts";

export const MOUNT = { RDONLY: 1, NOSUID: 2, NODEV: 4, NOEXEC: 8, REC: 1 << 14, PRIVATE: 1 << 18 } as const;

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/** A detached copy of a mount, waiting to be attached at its place. */
export type Kept = { path: string; descriptor: number };

/** A copy of what is at the path, with everything mounted below it; read-only if that is. Faults: `environment`. */
export function clone(path: string): number {
  return must(`take "${path}" along`, "open_tree", AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
}

/**
 * Attaches a copy at its path, over what is there. A place is made for it by root in what covers the hidden, and by the
 * owner where ids are mapped and root's own files cannot be. Faults: `environment`, also when a link bends the path elsewhere.
 */
export function attach({ path, descriptor }: Kept, owner?: number): void {
  if (!exists(path)) makePlaceAs(owner, path, fstatSync(descriptor).isDirectory() ? "folder" : "file");
  if (realpathSync(path) !== path) throw bent(path);
  move(path, descriptor);
}

/** Attaches a copy at a path that is known to be there. */
export function move(path: string, descriptor: number): void {
  must(`put "${path}" in its place`, "move_mount", descriptor, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
  closeSync(descriptor);
}

/** Below a covered folder the place is made first. An agent may have left a link on the way: then it is refused, here or by `attach`. */
function makePlace(path: string, kind: "folder" | "file"): void {
  try {
    mkdirSync(kind === "folder" ? path : parent(path), { recursive: true });
    if (kind === "file") writeFileSync(path, "", { flag: "a" });
  } catch (cause) {
    throw bent(path, cause);
  }
}

function makePlaceAs(owner: number | undefined, path: string, kind: "folder" | "file"): void {
  try {
    makePlace(path, kind);
  } catch (thrown) {
    if (owner === undefined) throw thrown;
    // This thread's files are the owner's for a moment.
    for (const name of ["setfsgid", "setfsuid"] as const) call(name, owner);
    try {
      makePlace(path, kind);
    } finally {
      for (const name of ["setfsuid", "setfsgid"] as const) call(name, 0);
    }
  }
}

function bent(path: string, cause?: unknown): Fault {
  const why = cause ? ` (${messageOf(cause)})` : "";
  return new Fault("environment", `There is no plain way to "${path}"${why}.`, "Empty the task's temporary folder; a link may be in it.", {
    cause,
  });
}

export function mountTmpfs(path: string, options: string): void {
  must(`cover "${path}"`, "mount", "tmpfs", path, "tmpfs", MOUNT.NOSUID | MOUNT.NODEV, options);
}

/** Makes a mount read-only (`read-only`) and set-user-id bits there ineffective (always): mount_setattr(2), Linux 5.12. */
export function restrict(where: string | number, access: "read-only" | "writable", depth: "with all below" | "alone"): void {
  const attributes = BigInt(MOUNT.NOSUID | (access === "read-only" ? MOUNT.RDONLY : 0));
  const struct = new BigUint64Array([attributes, 0n, 0n, 0n]); // struct mount_attr: set, clear, propagation, user namespace.
  const [descriptor, path, empty] = typeof where === "number" ? [where, "", AT_EMPTY_PATH] : [AT_FDCWD, where, 0];
  const flags = empty | (depth === "alone" ? 0 : AT_RECURSIVE);
  must(`restrict the mount at "${where}"`, "mount_setattr", descriptor, path, flags, struct, struct.byteLength);
}

/** Whether something that can be a mount point is there; a symbolic link cannot. */
export function exists(path: string): boolean {
  return kindOf(path) !== "absent";
}

export function kindOf(path: string): "folder" | "file" | "absent" {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat && !stat.isSymbolicLink()) return stat.isDirectory() ? "folder" : "file";
  } catch {} // In a folder that this user cannot enter: the command cannot either.
  return "absent";
}
