// A user of its own for one run of a daemon that is root: what is root's in the run's places is this user's inside, and stays root's on the disk.
import { dlopen, FFIType } from "bun:ffi";
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../kernel/fault.ts";
import { address, call, must } from "./libc.ts";
import { clone, type Kept, MOUNT, mountTmpfs, move } from "./mount-calls.ts";
import type { SandboxSpec } from "./schema.ts";
import { ancestors, byDepth } from "./visibility.ts";

type OwnUser = NonNullable<SandboxSpec["user"]>;

/**
 * Covers each place of the spec with itself, seen by another user: mounts whose ids are mapped (mount_setattr(2), Linux
 * 5.12; tmpfs from 6.3). Only root of the whole machine may do that, so there is no user namespace around this process.
 * Faults: `environment` where a file system cannot, naming the place.
 */
export function mapPlaces(spec: SandboxSpec, user: OwnUser): void {
  must("see its own processes", "mount", "proc", "/proc", "proc", MOUNT.NOSUID | MOUNT.NODEV | MOUNT.NOEXEC, 0);
  const mapping = openMapping(user.id);
  const mapped: string[] = [];
  for (const place of placesOf(spec, user).sort(byDepth)) {
    if (mapped.some((outer) => place === outer || place.startsWith(`${outer}/`))) continue;
    if (mapPlace(place, mapping)) mapped.push(place);
    else if (spec.write.some((path) => path === place || path.startsWith(`${place}/`))) throw unmappable(place);
  }
  closeSync(mapping);
}

/** The person's home, what may be written, and what is shown; of what lies where others may not enter, the outermost such folder. */
function placesOf(spec: SandboxSpec, { home }: OwnUser): string[] {
  const places = [...(home === "/" ? [] : [home]), ...spec.write, ...spec.show];
  return [...new Set(places.map((path) => ancestors(path).find((folder) => folder !== "/" && !isOpen(folder)) ?? path))];
}

const OTHERS_ENTER = 0o001;

function isOpen(folder: string): boolean {
  return ((statSync(folder, { throwIfNoEntry: false })?.mode ?? OTHERS_ENTER) & OTHERS_ENTER) !== 0;
}

/** False when there is nothing to map or the file system cannot. */
function mapPlace(path: string, mapping: number): boolean {
  if (!statSync(path, { throwIfNoEntry: false })) return false;
  const descriptor = clone(path);
  const attributes = new BigUint64Array([BigInt(MOUNT_ATTR_IDMAP), 0n, 0n, BigInt(mapping)]); // struct mount_attr
  if (call("mount_setattr", descriptor, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes, attributes.byteLength) < 0) {
    closeSync(descriptor);
    return false;
  }
  move(path, descriptor);
  return true;
}

const MOUNT_ATTR_IDMAP = 0x100000;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;
const CLONE_NEWUSER = 0x10000000;
const SIGCHLD = 17;
const SIGKILL = "SIGKILL";
/** For a function that only waits. */
const STACK_BYTES = 64 * 1024;
const ALL_IDS = 2 ** 32 - 1;

/**
 * A user namespace that says which id is which: root's are the run's, and everybody else's stay what they are. The kernel
 * takes such a thing only from a process that lives in it, so one is made that does nothing, and ended again.
 */
function openMapping(id: number): number {
  const pid = startWaiting();
  try {
    const map = [`0 ${id} 1`, `1 1 ${id - 1}`, `${id + 1} ${id + 1} ${ALL_IDS - id - 1}`].join("\n");
    for (const file of ["uid_map", "gid_map"]) writeFileSync(`/proc/${pid}/${file}`, map);
    return openSync(`/proc/${pid}/ns/user`, "r");
  } finally {
    process.kill(pid, SIGKILL);
    call("wait4", pid, 0, 0, 0);
  }
}

/** A child in a user namespace of its own that runs nothing but pause(2) of the C library: no instruction of this program. */
function startWaiting(): number {
  const library = dlopen("libc.so.6", {
    clone: { args: ["i64", "i64", "i32", "i64"], returns: "i32" },
    dlsym: { args: ["i64", "i64"], returns: FFIType.i64_fast },
  }).symbols;
  const pause = Number(library.dlsym(0, address("pause")));
  const stack = address(new Uint8Array(STACK_BYTES)) + STACK_BYTES;
  const pid = pause === 0 ? -1 : library.clone(pause, stack, CLONE_NEWUSER | SIGCHLD, 0);
  if (pid < 0) throw new Fault("environment", "No user namespace can be made to map files with.", OFF);
  return pid;
}

const OFF = "`ccm config set sandbox.ownUser off` lets runs of root be root's own.";

function unmappable(place: string): Fault {
  return new Fault("environment", `The file system of "${place}" cannot show its files as another user's.`, OFF);
}

/** Where the accounts are said to be; programs ask who they are, and some do without an answer not start. */
const ACCOUNTS = ["passwd", "group"] as const;

/** Copies of the machine's accounts that know this one, too; to be attached at their places. Written where /tmp will be. */
export function accountsWith({ id }: OwnUser): Kept[] {
  mountTmpfs("/tmp", "size=1m,mode=0755");
  mkdirSync("/tmp/etc");
  return ACCOUNTS.map((name) => {
    const line = name === "passwd" ? `ccm:x:${id}:${id}::/tmp:/bin/sh` : `ccm:x:${id}:`;
    const path = join("/tmp/etc", name);
    writeFileSync(path, `${accounts(name).trimEnd()}\n${line}\n`);
    return { path: join("/etc", name), descriptor: clone(path) };
  });
}

function accounts(name: string): string {
  try {
    return readFileSync(join("/etc", name), "utf8");
  } catch {
    return "";
  }
}
