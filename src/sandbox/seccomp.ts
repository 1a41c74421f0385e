// The system call filter: what Landlock cannot see. Built as classic BPF (seccomp(2)), the same for every child.
import { address, Errno, machineArch, must } from "./libc.ts";
import { type Arch, type SyscallName, syscallNumber } from "./syscalls.ts";

/**
 * What differs between levels and networks. `unix` and `internet` are socket families, the latter perhaps with some
 * transports only; `processes` are those that it could name by their numbers, and whose memory and queues it could share.
 */
export type FilterPolicy = {
  unix: "all" | "pairs";
  internet: "allowed" | "tcp and udp" | "tcp" | "refused";
  processes: "own" | "all";
};

/** One classic BPF instruction: code, jump if true, jump if false, operand. */
export type Instruction = readonly [code: number, yes: number, no: number, operand: number];

/** Refused with EPERM whatever the arguments. */
const REFUSED: readonly SyscallName[] = [
  // Other processes' memory, files and state.
  ...(["ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise", "process_mrelease"] as const),
  ...(["migrate_pages", "move_pages", "perf_event_open"] as const),
  // Mounts, roots and namespaces: with them a command could build itself another view of the files.
  ...(["mount", "umount2", "pivot_root", "chroot", "open_tree", "open_tree_attr", "move_mount", "fsopen", "fsconfig"] as const),
  ...(["fsmount", "fspick", "mount_setattr", "unshare", "setns", "open_by_handle_at", "fanotify_init"] as const),
  // io_uring does its work past this filter.
  ...(["io_uring_setup", "io_uring_enter", "io_uring_register"] as const),
  // The kernel itself: large attack surface, no use for building software. Keyrings are shared with the whole session.
  ...(["bpf", "userfaultfd", "add_key", "request_key", "keyctl", "init_module", "finit_module", "delete_module"] as const),
  ...(["kexec_load", "kexec_file_load", "lookup_dcookie", "nfsservctl", "uselib", "modify_ldt", "iopl", "ioperm"] as const),
  // The machine.
  ...(["reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "syslog", "vhangup", "sethostname"] as const),
  ...(["setdomainname", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex"] as const),
];

/** Refused without an IPC namespace of its own: objects of every program of the same user. */
const SHARED_IPC: readonly SyscallName[] = [
  ...(["shmget", "shmat", "shmctl", "shmdt", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semctl", "semtimedop"] as const),
  ...(["mq_open", "mq_unlink"] as const),
];

/** How processors are shared out: each takes a process, where 0 is the caller, the last two behind the kind of what they take. */
const SCHEDULING: readonly SyscallName[] = ["sched_setscheduler", "sched_setparam", "sched_setattr", "sched_setaffinity"];
const PRIORITIES: readonly SyscallName[] = ["setpriority", "ioprio_set"];

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const ALLOW: Instruction = [RETURN, 0, 0, 0x7fff0000];
const KILL: Instruction = [RETURN, 0, 0, 0x80000000];
const fail = (errno: number): Instruction => [RETURN, 0, 0, 0x00050000 | errno];

/** Offsets in struct seccomp_data; both architectures are little-endian, so the low half of an argument comes first. */
const NUMBER_AT = 0;
const ARCH_AT = 4;
const argument = (index: number) => 16 + 8 * index;
const argumentHigh = (index: number) => argument(index) + 4;

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64 (linux/audit.h). */
const AUDIT_ARCH: Record<Arch, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** x86-64 calls above this number are the x32 interface: the same calls under other numbers. */
const X32_BIT = 0x40000000;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET (linux/sched.h). */
const CLONE_NAMESPACES = 0x7e020000;
/** ioctls that type into a terminal: TIOCSTI, and TIOCLINUX of the text console. */
const TYPING_IOCTLS = [0x5412, 0x541c];
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16];
/** Routes and addresses, lists of sockets, devices that come: what the C library, ss and browsers ask. */
const NETLINKS = [0, 4, 15];
const [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_TYPE_MASK] = [1, 2, 5, 0xf];
const [ANY_PROTOCOL, IPPROTO_TCP, IPPROTO_UDP] = [0, 6, 17];
const MSG_FASTOPEN = 0x20000000;
const TCP_ULP = 31;
/** fcntl(2): with a lease on a file that it may only read, whoever opens that to write waits for most of a minute. */
const F_SETLEASE = 1024;
/** personality(2) with this argument only asks. */
const PERSONALITY_QUERY = 0xffffffff;

/** The filter program. Pure, so that tests can read it for the architecture they do not run on. */
export function filterProgram(arch: Arch, policy: FilterPolicy): Instruction[] {
  const rule = (name: SyscallName, body: Instruction[]) => onCall(arch, name, body);
  const refused = policy.processes === "all" ? [...REFUSED, ...SHARED_IPC] : REFUSED;
  return [
    ...[[LOAD, 0, 0, ARCH_AT] as const, [EQUAL, 1, 0, AUDIT_ARCH[arch]] as const, KILL],
    [LOAD, 0, 0, NUMBER_AT],
    ...(arch === "x64" ? [[AT_LEAST, 0, 1, X32_BIT] as const, fail(Errno.ENOSYS)] : []),
    ...refused.flatMap((name) => rule(name, [fail(Errno.EPERM)])),
    // The C library falls back to clone, whose flags a filter can read; clone3 has them behind a pointer.
    ...rule("clone3", [fail(Errno.ENOSYS)]),
    ...rule("clone", [[LOAD, 0, 0, argument(0)], [ANY_BIT, 0, 1, CLONE_NAMESPACES], fail(Errno.EPERM), ALLOW]),
    ...rule("ioctl", [[LOAD, 0, 0, argument(1)], ...TYPING_IOCTLS.flatMap((code) => when(code, fail(Errno.EPERM))), ALLOW]),
    ...rule("personality", [[LOAD, 0, 0, argument(0)], ...when(0, ALLOW), ...when(PERSONALITY_QUERY, ALLOW), fail(Errno.EPERM)]),
    ...rule("fcntl", [[LOAD, 0, 0, argument(1)], ...when(F_SETLEASE, fail(Errno.EPERM)), ALLOW]),
    ...rule("prlimit64", onlyOwnLimits()),
    ...(policy.processes === "all" ? SCHEDULING.flatMap((name) => rule(name, onlyItself())) : []),
    ...(policy.processes === "all" ? PRIORITIES.flatMap((name) => rule(name, onlyItsOwn())) : []),
    ...rule("socket", [
      [LOAD, 0, 0, argument(0)],
      ...families(policy).flatMap((family) => when(family, ALLOW)),
      ...transports(policy),
      ...netlinks(),
      fail(Errno.EPERM),
    ]),
    ...(policy.internet === "tcp" || policy.internet === "tcp and udp" ? connectsOnly(rule) : []),
    ...(policy.unix === "pairs" ? rule("socketpair", onlyConnectedPairs()) : []),
    ALLOW,
  ];
}

/** Vsock (a door from a virtual machine to its host), Bluetooth, packet and crypto sockets are nobody's build tool. */
function families(policy: FilterPolicy): number[] {
  return [...(policy.unix === "all" ? [AF_UNIX] : []), ...(policy.internet === "allowed" ? [AF_INET, AF_INET6] : [])];
}

/** The kernel's other subsystems behind this family load modules for whoever asks, or tell what every process does. */
function netlinks(): Instruction[] {
  const body: Instruction[] = [[LOAD, 0, 0, argument(2)], ...NETLINKS.flatMap((protocol) => when(protocol, ALLOW))];
  return [[EQUAL, 0, body.length, AF_NETLINK], ...body];
}

/**
 * Where Landlock holds TCP to some ports: no transport beside it that it does not know. MPTCP and SCTP connect past it,
 * and so do datagrams, which only name resolution needs.
 */
function transports({ internet }: FilterPolicy): Instruction[] {
  if (internet === "allowed" || internet === "refused") return [];
  const protocols = (...numbers: number[]): Instruction[] => [
    [LOAD, 0, 0, argument(2)],
    ...numbers.flatMap((number) => when(number, ALLOW)),
    fail(Errno.EPERM),
  ];
  const [stream, datagram] = [protocols(ANY_PROTOCOL, IPPROTO_TCP), protocols(ANY_PROTOCOL, IPPROTO_UDP)];
  const body: Instruction[] = [
    [LOAD, 0, 0, argument(1)],
    [AND, 0, 0, SOCK_TYPE_MASK],
    ...([[EQUAL, 0, stream.length, SOCK_STREAM], ...stream] as const),
    ...(internet === "tcp and udp" ? ([[EQUAL, 0, datagram.length, SOCK_DGRAM], ...datagram] as const) : []),
    fail(Errno.EPERM),
  ];
  return [[EQUAL, 1, 0, AF_INET], [EQUAL, 0, body.length, AF_INET6], ...body];
}

/**
 * Landlock looks at connect(2). Sending with MSG_FASTOPEN connects without it, and an upper-layer protocol makes another
 * kind of socket out of one of TCP; programs that try either go on without.
 */
function connectsOnly(rule: (name: SyscallName, body: Instruction[]) => Instruction[]): Instruction[] {
  const sending = (flags: number): Instruction[] => [
    [LOAD, 0, 0, argument(flags)],
    [ANY_BIT, 0, 1, MSG_FASTOPEN],
    fail(Errno.EOPNOTSUPP),
    ALLOW,
  ];
  const upper: Instruction[] = [
    [LOAD, 0, 0, argument(1)],
    [EQUAL, 0, 3, IPPROTO_TCP],
    [LOAD, 0, 0, argument(2)],
    ...when(TCP_ULP, fail(Errno.EPERM)),
    ALLOW,
  ];
  return [...rule("sendto", sending(3)), ...rule("sendmsg", sending(2)), ...rule("sendmmsg", sending(3)), ...rule("setsockopt", upper)];
}

/** Another process of the same user may otherwise be given a limit that kills it (RLIMIT_CPU); reading stays allowed. */
function onlyOwnLimits(): Instruction[] {
  return [
    [LOAD, 0, 0, argument(0)],
    ...when(0, ALLOW),
    [LOAD, 0, 0, argument(2)],
    [EQUAL, 0, 3, 0],
    [LOAD, 0, 0, argumentHigh(2)],
    ...when(0, ALLOW),
    fail(Errno.EPERM),
  ];
}

/** The process that calls, as 0 and not by its number: whose that is a filter cannot see. */
function onlyItself(at: 0 | 1 = 0): Instruction[] {
  return [[LOAD, 0, 0, argument(at)], ...when(0, ALLOW), fail(Errno.EPERM)];
}

/** It or its group (PRIO_PROCESS, PRIO_PGRP, IOPRIO_WHO_PROCESS), and not all that its user has. */
function onlyItsOwn(): Instruction[] {
  return [[LOAD, 0, 0, argument(0)], [AT_LEAST, 0, 1, 2], fail(Errno.EPERM), ...onlyItself(1)];
}

/**
 * Node's IPC and most runtimes use stream pairs, which stay connected to each other for good. A datagram pair can be
 * connected anew, or written with an address: a door to every datagram socket outside (journal, notify).
 */
function onlyConnectedPairs(): Instruction[] {
  return [
    [LOAD, 0, 0, argument(1)],
    [AND, 0, 0, SOCK_TYPE_MASK],
    ...when(SOCK_STREAM, ALLOW),
    ...when(SOCK_SEQPACKET, ALLOW),
    fail(Errno.EPERM),
  ];
}

/** Jumps over `body` unless the loaded number is that of the call; `body` must end in a return. */
function onCall(arch: Arch, name: SyscallName, body: Instruction[]): Instruction[] {
  const number = syscallNumber(name, arch);
  return number === null ? [] : [[EQUAL, 0, body.length, number], ...body];
}

function when(value: number, verdict: Instruction): Instruction[] {
  return [[EQUAL, 0, 1, value], verdict];
}

const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const INSTRUCTION_BYTES = 8;

/** Installs the filter on the calling thread for good; no_new_privs must be set. Faults: `environment`. */
export function installFilter(policy: FilterPolicy): void {
  const program = filterProgram(machineArch(), policy);
  const code = new DataView(new ArrayBuffer(program.length * INSTRUCTION_BYTES));
  program.forEach(([opcode, yes, no, operand], index) => {
    code.setUint16(index * INSTRUCTION_BYTES, opcode, true);
    code.setUint8(index * INSTRUCTION_BYTES + 2, yes);
    code.setUint8(index * INSTRUCTION_BYTES + 3, no);
    code.setUint32(index * INSTRUCTION_BYTES + 4, operand >>> 0, true);
  });
  const header = new DataView(new ArrayBuffer(16)); // struct sock_fprog: a length, padding, a pointer.
  header.setUint16(0, program.length, true);
  header.setBigUint64(8, BigInt(address(code)), true);
  must("install the system call filter", "prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header);
}
