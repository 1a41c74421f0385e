// The mounts of level `namespace`: everything read-only, the hidden not there, own /tmp, /proc, /dev.
import { accessSync, constants, mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { must } from "./libc.ts";
import { attach, clone, exists, type Kept, kindOf, MOUNT, mountTmpfs, move, restrict } from "./mount-calls.ts";
import { accountsWith } from "./own-user.ts";
import type { SandboxSpec } from "./schema.ts";
import { byDepth, type Mark, type Marks, markOf, parent } from "./visibility.ts";

/** Devices that every program may use; everything else in /dev is the machine's. */
export const DEVICES = ["null", "zero", "full", "random", "urandom", "tty"].map((name) => `/dev/${name}`);
/** Folders that get a replacement of the sandbox's own, whatever the spec says. */
export const REPLACED = ["/tmp", "/dev"];
/** Own folders of the sandbox in /dev, where at `namespace` anything may be written. */
export const OWN_DEVICES = ["/dev/shm", "/dev/pts"];
/** Shared memory in /dev/shm is memory of the machine: what browsers and databases use, not what could exhaust it. */
const SHARED_MEMORY = "size=1g,mode=1777";
/** What covers something: it holds only empty places for mounts, and becomes read-only. */
const COVER = "size=64k,mode=0755";

/**
 * Builds the command's view of the files in the mount namespace this process is alone in. Order matters: copies of
 * what stays writable are taken first, then everything becomes read-only, then outer folders before inner ones what is
 * hidden is covered and the copies are put back on top. Nothing can be taken off again without the capabilities that
 * are dropped next. `sockets` are those of others. Faults: `environment`.
 */
export function makeMounts(spec: SandboxSpec, marks: Marks, sockets: readonly string[]): void {
  must("keep its mounts to itself", "mount", "none", "/", 0, MOUNT.REC | MOUNT.PRIVATE, 0);
  const tmp = clone(spec.tmp);
  const devices = DEVICES.filter(exists).map((path) => ({ path, descriptor: clone(path) }));
  const kept = new Map([...marks].filter(([path, mark]) => isKept(marks, path, mark)).map(([path, mark]) => [path, keep(path, mark)]));
  const rebuilt = new Set([...marks].filter(([path, mark]) => mark === "hide" && isLoose(marks, path)).map(([path]) => parent(path)));

  restrict("/", "read-only", "with all below");
  const accounts = spec.user ? accountsWith(spec.user).filter(({ path }) => exists(path)) : [];
  attach({ path: "/tmp", descriptor: tmp });
  for (const account of accounts) attach(account);
  makeDevices(devices);
  const covers = ["/dev", ...rebuilt];
  for (const path of [...new Set([...marks.keys(), ...rebuilt])].sort(byDepth)) {
    const copy = kept.get(path);
    if (copy) attach(copy, ownerOf(path, spec));
    else if (marks.get(path) === "hide" && !REPLACED.includes(path) && cover(path) === "folder") covers.push(path);
    if (rebuilt.has(path)) rebuild(path, marks);
  }
  for (const path of sockets) if (markOf(marks, path) === "show") cover(path);
  for (const { path } of accounts) restrict(path, "read-only", "alone");
  for (const path of covers) restrict(path, "read-only", "alone");
  must("mount its own /proc", "mount", "proc", "/proc", "proc", MOUNT.NOSUID | MOUNT.NODEV | MOUNT.NOEXEC | MOUNT.RDONLY, 0);
}

/** Below /tmp, which is the run's own folder, a place may have to be made by whoever the run is. */
function ownerOf(path: string, { user }: SandboxSpec): number | undefined {
  return path.startsWith("/tmp/") ? user?.id : undefined;
}

/** What is shown inside the hidden, what may be written, and what is read-only inside that. */
function isKept(marks: Marks, path: string, mark: Mark): boolean {
  if (mark === "hide" || REPLACED.includes(path) || !exists(path)) return false;
  const around = markOf(marks, parent(path));
  return mark === "write" || (mark === "show" ? around !== "show" : around === "write");
}

/**
 * A hidden file cannot just be covered: when its owner replaces it (as editors, `git credential` and shells do), the
 * kernel takes the cover away with the old file. One that is not there yet cannot be covered at all. So the folder that
 * holds it is rebuilt from its other entries.
 */
function isLoose(marks: Marks, path: string): boolean {
  const folder = parent(path);
  return kindOf(path) !== "folder" && folder !== "/" && markOf(marks, folder) === "show" && isListable(folder);
}

function isListable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK);
    return kindOf(folder) === "folder";
  } catch {
    return false;
  }
}

function keep(path: string, mark: Mark): Kept {
  const descriptor = clone(path);
  restrict(descriptor, mark === "write" ? "writable" : "read-only", "with all below");
  return { path, descriptor };
}

/** Makes what is at the path not be there: an empty folder over a folder, /dev/null over anything else. */
function cover(path: string): "folder" | "file" | "absent" {
  const kind = kindOf(path);
  if (kind === "folder") mountTmpfs(path, COVER);
  if (kind === "file") attach({ path, descriptor: clone("/dev/null") });
  return kind;
}

/**
 * Replaces a folder by an empty one and puts back each of its entries that is not hidden, as it is now: what its owner
 * adds or replaces later is not seen. Sockets stay away. 30 µs an entry.
 */
function rebuild(folder: string, marks: Marks): void {
  const entries = readdirSync(folder, { withFileTypes: true })
    .map((entry) => ({ entry, path: `${folder}/${entry.name}` }))
    .filter(({ path }) => marks.get(path) !== "hide")
    .map(({ entry, path }) => {
      if (entry.isSymbolicLink()) return { path, link: readlinkSync(path) };
      return entry.isDirectory() || entry.isFile()
        ? { path, kind: entry.isFile() ? "file" : "folder", descriptor: clone(path) }
        : undefined;
    });
  mountTmpfs(folder, COVER);
  for (const entry of entries) {
    if (entry?.link !== undefined) symlinkSync(entry.link, entry.path);
    if (entry?.descriptor === undefined) continue;
    if (entry.kind === "file") writeFileSync(entry.path, "");
    else mkdirSync(entry.path);
    move(entry.path, entry.descriptor);
  }
}

/** A /dev of harmless devices and terminals of its own: those of others are not there to be written to. */
function makeDevices(devices: readonly Kept[]): void {
  mountTmpfs("/dev", COVER);
  for (const device of devices) attach(device);
  mkdirSync("/dev/shm");
  mountTmpfs("/dev/shm", SHARED_MEMORY);
  mkdirSync("/dev/pts");
  must(
    "make its own terminals",
    "mount",
    "devpts",
    "/dev/pts",
    "devpts",
    MOUNT.NOSUID | MOUNT.NOEXEC,
    "newinstance,ptmxmode=0666,mode=0620",
  );
  const links = { ptmx: "pts/ptmx", fd: "/proc/self/fd", stdin: "/proc/self/fd/0", stdout: "/proc/self/fd/1", stderr: "/proc/self/fd/2" };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, `/dev/${name}`);
}
