// The mounts of level `namespace`: everything read-only, the hidden not there, own /tmp, /proc, /dev.
import { closeSync, fstatSync, lstatSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { Fault } from "../kernel/fault.ts";
import { AT_FDCWD, must } from "./libc.ts";
import type { SandboxSpec } from "./schema.ts";
import { type Mark, type Marks, markOf, parent } from "./visibility.ts";

const MS_NOSUID = 2;
const MS_NODEV = 4;
const MS_NOEXEC = 8;
const MS_RDONLY = 1;
const MS_REC = 1 << 14;
const MS_PRIVATE = 1 << 18;
const MOUNT_ATTR_RDONLY = 1n;
const MOUNT_ATTR_NOSUID = 2n;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const OPEN_TREE_CLONE = 1;
const O_CLOEXEC = 0o2000000;
const MOVE_MOUNT_F_EMPTY_PATH = 4;

/** Devices that every program may use; everything else in /dev is the machine's. */
export const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"].map((name) => `/dev/${name}`);
/** Folders that get a replacement of the sandbox's own, whatever the spec says. */
export const REPLACED = ["/tmp", "/dev"];
/** Own folders of the sandbox in /dev, where at `namespace` anything may be written. */
export const OWN_DEVICES = ["/dev/shm", "/dev/pts"];
/** Shared memory in /dev/shm is memory of the machine: what browsers and databases use, not what could exhaust it. */
const SHARED_MEMORY = "size=1g,mode=1777";
/** Where something is hidden there is an empty folder of this size, which then becomes read-only. */
const EMPTY_FOLDER = "size=64k,mode=0755";

/** A detached copy of a mount, waiting to be attached at its place. */
type Kept = { path: string; descriptor: number };

/**
 * Builds the command's view of the files in the mount namespace this process is alone in. Order matters: copies of
 * what stays are taken first, then everything becomes read-only, then the hidden is covered and the copies are put
 * back on top, outer before inner. Nothing can be taken off again without the capabilities that are dropped next.
 * Faults: `environment`.
 */
export function makeMounts(spec: SandboxSpec, marks: Marks): void {
  const sockets = outsideSockets().filter((path) => markOf(marks, path) === "show");
  must("keep its mounts to itself", "mount", "none", "/", 0, MS_REC | MS_PRIVATE, 0);
  const tmp = clone(spec.tmp);
  const devices = DEVICES.filter(exists).map((path) => ({ path, descriptor: clone(path) }));
  const kept = new Map([...marks].filter(([path, mark]) => isKept(marks, path, mark)).map(([path, mark]) => [path, keep(path, mark)]));

  setAttributes(AT_FDCWD, "/", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, AT_RECURSIVE);
  attach({ path: "/tmp", descriptor: tmp });
  makeDevices(devices);
  const covered: string[] = [];
  for (const [path, mark] of marks) {
    const copy = kept.get(path);
    if (copy) attach(copy);
    else if (mark === "hide" && !REPLACED.includes(path) && cover(path) === "folder") covered.push(path);
  }
  for (const path of sockets) cover(path);
  for (const path of [...covered, "/dev"]) setAttributes(AT_FDCWD, path, MOUNT_ATTR_RDONLY, 0);
  must("mount its own /proc", "mount", "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, 0);
}

/**
 * Unix sockets that programs outside listen on, wherever they are. A read-only mount does not keep anybody from
 * connecting, so each that would be visible is covered. One that appears later in a visible place is not; such places
 * are few, because what programs use for sockets (/run, /tmp, ~/.docker and the like) is hidden as a whole.
 */
function outsideSockets(): string[] {
  const paths = readFileSync("/proc/net/unix", "utf8").matchAll(/^(?:\S+\s+){7}(\/.*)$/gm);
  return [...new Set([...paths].map((match) => match[1] ?? ""))].filter(exists);
}

/** What is shown inside the hidden, what may be written, and what is read-only inside that. Symbolic links are nobody's mount point. */
function isKept(marks: Marks, path: string, mark: Mark): boolean {
  if (mark === "hide" || REPLACED.includes(path) || !exists(path)) return false;
  const around = markOf(marks, parent(path));
  return mark === "write" || (mark === "show" ? around !== "show" : around === "write");
}

function keep(path: string, mark: Mark): Kept {
  const descriptor = clone(path);
  setAttributes(descriptor, "", mark === "write" ? MOUNT_ATTR_NOSUID : MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY, AT_EMPTY_PATH | AT_RECURSIVE);
  return { path, descriptor };
}

function clone(path: string): number {
  return must(`take "${path}" along`, "open_tree", AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
}

/** Attaches a copy at its path. Below a covered folder the way there is made first; a path that an agent bent by a link is refused. */
function attach({ path, descriptor }: Kept): void {
  if (!exists(path)) makePlace(path, fstatSync(descriptor).isDirectory() ? "folder" : "file");
  if (realpathSync(path) !== path)
    throw new Fault("environment", `"${path}" is a symbolic link now.`, "Clean the task's temporary folder.");
  must(`put "${path}" in its place`, "move_mount", descriptor, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
  closeSync(descriptor);
}

function makePlace(path: string, kind: "folder" | "file"): void {
  mkdirSync(kind === "folder" ? path : parent(path), { recursive: true });
  if (kind === "file") writeFileSync(path, "", { flag: "a" });
}

/** Makes what is at the path not be there: an empty folder over a folder, /dev/null over anything else. */
function cover(path: string): "folder" | "file" | "absent" {
  if (!exists(path)) return "absent";
  if (lstatSync(path).isDirectory()) {
    mountTmpfs(path, EMPTY_FOLDER);
    return "folder";
  }
  attach({ path, descriptor: clone("/dev/null") });
  return "file";
}

/** A /dev of harmless devices and terminals of its own: those of others are not there to be written to. */
function makeDevices(devices: readonly Kept[]): void {
  mountTmpfs("/dev", EMPTY_FOLDER);
  for (const device of devices) attach(device);
  mkdirSync("/dev/shm");
  mountTmpfs("/dev/shm", SHARED_MEMORY);
  mkdirSync("/dev/pts");
  must("make its own terminals", "mount", "devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
  const links = { ptmx: "pts/ptmx", fd: "/proc/self/fd", stdin: "/proc/self/fd/0", stdout: "/proc/self/fd/1", stderr: "/proc/self/fd/2" };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, `/dev/${name}`);
}

function mountTmpfs(path: string, options: string): void {
  must(`cover "${path}"`, "mount", "tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

/** mount_setattr(2), Linux 5.12; kernels with Landlock have it. */
function setAttributes(descriptor: number, path: string, attributes: bigint, flags: number): void {
  const attr = new BigUint64Array([attributes, 0n, 0n, 0n]); // struct mount_attr: set, clear, propagation, user namespace.
  must(`change the mount at "${path}"`, "mount_setattr", descriptor, path, flags, attr, attr.byteLength);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === false;
}
