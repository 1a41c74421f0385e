// Giving up privileges for good: capabilities, set-user-id programs, inherited signal dispositions and descriptors.
import { fchownSync, fstatSync } from "node:fs";
import { call, must } from "./libc.ts";

const PR_SET_DUMPABLE = 4;
const PR_CAPBSET_DROP = 24;
const PR_SET_SECUREBITS = 28;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
/** NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each with its lock: user 0 is nobody special any more (capabilities(7)). */
const SECUREBITS = 0b11_00_11_11;
/** The kernel has 41 capabilities now and room for 64. */
const MAX_CAPABILITIES = 64;
const CAPABILITY_VERSION_3 = 0x20080522;
const [INHERITABLE_LOW, PERMITTED_HIGH, INHERITABLE_HIGH] = [2, 4, 5];
/** CAP_WAKE_ALARM, bit 3 of the high half: a capability at all is what keeps those without any from looking in. */
const HARMLESS = 1 << 3;

/**
 * After this, no exec brings any capability: the bounding, ambient and inheritable sets are empty, set-user-id bits do
 * nothing. `keep` leaves the thread's own permitted set as it is until its next exec: init keeps it, because a process
 * without capabilities may not look into one that has some.
 */
export function dropPrivileges(own: "keep" | "drop", user?: number): void {
  // Without capabilities the first two are refused, and then there is nothing to give up.
  for (let capability = 0; capability < MAX_CAPABILITIES; capability++) if (call("prctl", PR_CAPBSET_DROP, capability) < 0) break;
  call("prctl", PR_SET_SECUREBITS, SECUREBITS);
  call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  if (user !== undefined) become(user);
  const header = new Uint32Array([CAPABILITY_VERSION_3, 0]);
  const sets = new Uint32Array(6); // Twice effective, permitted, inheritable: the low and the high 32 bits.
  if (user !== undefined) sets[PERMITTED_HIGH] = HARMLESS;
  else if (own === "keep") must("look at its capabilities", "capget", header, sets);
  sets[INHERITABLE_LOW] = sets[INHERITABLE_HIGH] = 0;
  must("drop its capabilities", "capset", header, sets);
  must("give up gaining privileges", "prctl", PR_SET_NO_NEW_PRIVS, 1);
}

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/**
 * Another user for this thread and all that it starts, and for the pipes that it was given, so that /dev/stdout can be
 * opened. The kernel forgets then that it is to die with its parent.
 */
function become(user: number): void {
  for (const descriptor of [0, 1, 2]) if (fstatSync(descriptor).isFIFO()) fchownSync(descriptor, user, user);
  must("leave its groups", "setgroups", 0, 0);
  must("become its own group", "setresgid", user, user, user);
  must("become its own user", "setresuid", user, user, user);
  must("die with its host", "prctl", PR_SET_PDEATHSIG, SIGKILL);
}

/** Nobody without CAP_SYS_PTRACE may read or write this process's memory, environment or descriptors. */
export function hideFromSiblings(): void {
  must("protect its own memory", "prctl", PR_SET_DUMPABLE, 0);
}

const [RLIMIT_FSIZE, RLIMIT_CORE] = [1, 4];

/** No file grows beyond so many bytes, for this process and all that follow: SIGXFSZ, or EFBIG for who ignores that. */
export function limitFiles(bytes: number): void {
  limit("limit the size of files", RLIMIT_FSIZE, bytes);
}

/**
 * A crash starts nothing: where core_pattern names a program, the kernel runs it as root, outside, on memory that an agent
 * filled, and what it keeps is outside of every limit. The kernel leaves that be for a limit of 1, and not for 0 (core(5)).
 */
export function refuseCoreDumps(): void {
  limit("switch core dumps off", RLIMIT_CORE, 1);
}

function limit(what: string, resource: number, most: number): void {
  must(what, "prlimit64", 0, resource, new BigUint64Array([BigInt(most), BigInt(most)]), 0);
}

const FIRST_OWN_DESCRIPTOR = 3;
const LAST_DESCRIPTOR = 0xffffffff;
const CLOSE_RANGE_CLOEXEC = 4;

/** An exec passes on stdin, stdout and stderr and nothing that anybody forgot to close. */
export function closeOnExec(): void {
  must("close what it inherited", "close_range", FIRST_OWN_DESCRIPTOR, LAST_DESCRIPTOR, CLOSE_RANGE_CLOEXEC);
}

const LAST_SIGNAL = 64;
const SIG_SETMASK = 2;
const SIGNAL_SET_BYTES = 8;

/** Bun ignores SIGPIPE and SIGXFSZ, and ignored signals stay ignored over exec: `yes | head` would never end. */
export function resetSignals(): void {
  const byDefault = new Uint8Array(32); // struct sigaction of the kernel, all zero: SIG_DFL.
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) call("rt_sigaction", signal, byDefault, 0, SIGNAL_SET_BYTES);
  call("rt_sigprocmask", SIG_SETMASK, new Uint8Array(SIGNAL_SET_BYTES), 0, SIGNAL_SET_BYTES);
}
