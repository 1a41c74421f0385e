// The mount system calls by what they are used for.
import { closeSync, fstatSync, lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { Fault, messageOf } from "../kernel/fault.ts";
import { AT_FDCWD, call, Errno, must } from "./libc.ts";
import { parent } from "./visibility.ts";

export const MOUNT = { RDONLY: 1, NOSUID: 2, NODEV: 4, NOEXEC: 8, REC: 1 << 14, PRIVATE: 1 << 18 } as const;

const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const O_PATH_CLOEXEC = 0o12000000;
const RESOLVE_NO_SYMLINKS = 4;
/** Both what is moved and where to are descriptors: MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH. */
const MOVE_MOUNT_EMPTY_PATHS = 0x44;

/** A detached copy of a mount, waiting to be attached at its place. */
export type Kept = { path: string; descriptor: number };

/** A copy of what is at the path, with everything mounted below it; read-only if that is. Faults: `environment`. */
export function clone(path: string): number {
  return at(path, (place) =>
    must(`take "${path}" along`, "open_tree", place, "", OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH),
  );
}

/**
 * Does something at a path that has no link on the way: an agent beside this may put one there between any two looks at it,
 * so the kernel is told (openat2(2), Linux 5.6), and what it found is used. Faults: `environment`.
 */
function at<T>(path: string, act: (place: number) => T): T {
  const how = new BigUint64Array([BigInt(O_PATH_CLOEXEC), 0n, BigInt(RESOLVE_NO_SYMLINKS)]); // struct open_how
  const place = call("openat2", AT_FDCWD, path, how, how.byteLength);
  if (place === -Errno.ELOOP) throw bent(path);
  if (place < 0) throw new Fault("environment", `"${path}" cannot be reached (errno ${-place}).`, "`ccm doctor` tries each level.");
  try {
    return act(place);
  } finally {
    closeSync(place);
  }
}

/**
 * Attaches a copy at its path, over what is there. A place is made for it by root in what covers the hidden, and by the
 * owner where ids are mapped and root's own files cannot be. Faults: `environment`, also when a link bends the path elsewhere.
 */
export function attach({ path, descriptor }: Kept, owner?: number): void {
  if (!exists(path)) makePlaceAs(owner, path, fstatSync(descriptor).isDirectory() ? "folder" : "file");
  move(path, descriptor);
}

/** Attaches a copy at a path that is known to be there. */
export function move(path: string, descriptor: number): void {
  at(path, (place) => must(`put "${path}" in its place`, "move_mount", descriptor, "", place, "", MOVE_MOUNT_EMPTY_PATHS));
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
