// Locks on files that the kernel lets go when their holder dies, however it dies.
import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { libc } from "./libc.ts";

/** A lock that is held until `release` or the end of the process. */
export type Lock = {
  /** False when the path is another file by now, or none: whoever looks there finds no holder. */
  isInPlace(): boolean;
  release(): void;
};

/**
 * Open-file-description locks (fcntl(2), Linux 3.15): like flock(2) they belong to the open file and die with it, and
 * unlike it they can be asked about without being taken for a moment, so looking never makes a holder-to-be fail.
 */
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_WRLCK = 1;
const F_UNLCK = 2;

/** Takes the lock, making the file if need be; null when somebody holds it. Bun opens with O_CLOEXEC: no child inherits it. */
export function takeLock(path: string): Lock | null {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  if (libc().fcntl(fd, F_OFD_SETLK, wholeFile()) !== 0) {
    closeSync(fd);
    return null;
  }
  return { isInPlace: () => fstatSync(fd).ino === statSync(path, { throwIfNoEntry: false })?.ino, release: () => closeSync(fd) };
}

/** A killed holder keeps its locks until it is back from the disk, and a child of it until its exec: a moment, on a slow disk seconds. */
const DEATH_MS = 5_000;
const LOOK_AGAIN_MS = 5;

/** `takeLock` for whoever comes right after a holder that was killed. */
export async function takeLockAfterDeath(path: string, waitMs = DEATH_MS): Promise<Lock | null> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = takeLock(path);
    if (lock || performance.now() > deadline) return lock;
    await Bun.sleep(LOOK_AGAIN_MS);
  }
}

/** Whether somebody holds the lock, this process included. A file that does not exist is not locked. Never takes it. */
export function probeLock(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw thrown;
  }
  const lock = wholeFile();
  const failed = libc().fcntl(fd, F_OFD_GETLK, lock) !== 0;
  closeSync(fd);
  if (failed) throw new Error(`fcntl cannot say who holds "${path}"`);
  return new DataView(lock.buffer).getInt16(0, true) !== F_UNLCK;
}

/** `struct flock` of 64-bit Linux, asking for an exclusive lock from byte 0 to the end (length 0); `l_pid` must be 0. */
function wholeFile(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setInt16(0, F_WRLCK, true);
  return bytes;
}
