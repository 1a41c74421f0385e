// The C library as the launcher uses it: raw system calls, C strings that stay alive, and posix_spawn.
import { dlopen, FFIType, ptr, read } from "bun:ffi";
import { Fault } from "../kernel/fault.ts";
import { ARCHES, type Arch, type SyscallName, syscallNumber } from "./syscalls.ts";

const SYMBOLS = {
  syscall: { args: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], returns: FFIType.i64_fast },
  __errno_location: { args: [], returns: "ptr" },
  posix_spawn: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  posix_spawnattr_init: { args: ["ptr"], returns: "i32" },
  posix_spawnattr_setflags: { args: ["ptr", "i32"], returns: "i32" },
  posix_spawnattr_setsigdefault: { args: ["ptr", "ptr"], returns: "i32" },
  posix_spawnattr_setsigmask: { args: ["ptr", "ptr"], returns: "i32" },
} as const;

function open() {
  return dlopen("libc.so.6", SYMBOLS).symbols;
}

let opened: ReturnType<typeof open> | undefined;

export function libc(): ReturnType<typeof open> {
  opened ??= open();
  return opened;
}

/** The architecture of this machine. Faults: `environment` for one that the filter does not know. */
export function machineArch(): Arch {
  const arch = ARCHES.find((known) => known === process.arch);
  if (process.platform === "linux" && arch) return arch;
  throw new Fault(
    "environment",
    `The sandbox does not know "${process.platform}-${process.arch}".`,
    "It needs Linux on x86-64 or arm64; use such a machine or a virtual one.",
  );
}

/** Buffers whose address the kernel got. The launcher lives for milliseconds, so they are simply never freed. */
const kept: NodeJS.ArrayBufferView[] = [];

/** An argument of a system call: a number, a C string, a buffer (by address). */
export type Argument = number | string | NodeJS.ArrayBufferView;

/** Makes a system call and returns its result, or the negative errno as the kernel itself does. */
export function call(name: SyscallName, ...args: Argument[]): number {
  const number = syscallNumber(name, machineArch());
  if (number === null) return -Errno.ENOSYS;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args.map(address);
  const result = Number(libc().syscall(number, a, b, c, d, e, f));
  return result === -1 ? -errno() : result;
}

/** Like `call`; a failure is a Fault `environment` that names what was tried. */
export function must(what: string, name: SyscallName, ...args: Argument[]): number {
  const result = call(name, ...args);
  if (result >= 0) return result;
  throw new Fault("environment", `The sandbox could not ${what}: ${name} failed with errno ${-result}.`, "`ccm doctor` tries each level.");
}

/** The address of a buffer or of a C string made from the text; it stays valid for the life of the process. */
export function address(argument: Argument): number {
  if (typeof argument === "number") return argument;
  const buffer = typeof argument === "string" ? Buffer.from(`${argument}\0`) : argument;
  kept.push(buffer);
  return ptr(buffer);
}

/** A null-terminated array of C strings, as argv and envp are. */
export function stringArray(texts: readonly string[]): BigUint64Array {
  const array = new BigUint64Array(texts.length + 1);
  texts.forEach((text, index) => {
    array[index] = BigInt(address(text));
  });
  return array;
}

/** Paths are relative to the working directory, as in openat(2). */
export const AT_FDCWD = -100;

function errno(): number {
  const location = libc().__errno_location();
  return location === null ? Errno.ENOSYS : read.i32(location);
}

/** The errno values that are acted on (asm-generic/errno-base.h; the same on both architectures). */
export const Errno = { EPERM: 1, ENOENT: 2, EACCES: 13, EINVAL: 22, ENOSYS: 38, ELOOP: 40, EOPNOTSUPP: 95, EAFNOSUPPORT: 97 } as const;
