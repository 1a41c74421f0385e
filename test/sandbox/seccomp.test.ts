// The filter program, read by a small interpreter: also for the architecture that the tests do not run on.
import { describe, expect, test } from "bun:test";
import { type FilterPolicy, filterProgram } from "../../src/sandbox/seccomp.ts";
import { type Arch, type SyscallName, syscallNumber } from "../../src/sandbox/syscalls.ts";

const strict: FilterPolicy = { unix: "pairs", internet: "refused", processes: "all" };
const open: FilterPolicy = { unix: "all", internet: "allowed", processes: "own" };
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const [ALLOW, KILL, EPERM, ENOSYS, EOPNOTSUPP] = [0x7fff0000, 0x80000000, 0x00050001, 0x00050026, 0x0005005f];

describe.each(["x64", "arm64"] as const)("on %s", (arch) => {
  const verdict = (policy: FilterPolicy, name: SyscallName, ...args: bigint[]) =>
    run(arch, policy, AUDIT_ARCH[arch], syscallNumber(name, arch) ?? -1, args);

  test.each([
    ["openat", [], ALLOW],
    ["execve", [], ALLOW],
    ["ptrace", [], EPERM],
    ["mount", [], EPERM],
    ["io_uring_setup", [], EPERM],
    ["clone3", [], ENOSYS],
    ["clone", [0x11n], ALLOW],
    ["clone", [0x10000011n], EPERM],
    ["ioctl", [0n, 0x5401n], ALLOW],
    ["ioctl", [0n, 0x5412n], EPERM],
    ["ioctl", [0n, 0x1_0000_5412n], EPERM],
    ["personality", [0xffffffffn], ALLOW],
    ["personality", [0x0040000n], EPERM],
    ["prlimit64", [0n, 7n, 99n], ALLOW],
    ["prlimit64", [42n, 7n, 0n], ALLOW],
    ["prlimit64", [42n, 7n, 99n], EPERM],
    ["prlimit64", [42n, 7n, 0x1_0000_0000n], EPERM],
    ["fcntl", [3n, 6n], ALLOW],
    ["fcntl", [3n, 1024n, 0n], EPERM],
    ["socket", [16n, 3n, 0n], ALLOW],
    ["socket", [16n, 3n, 4n], ALLOW],
    ["socket", [16n, 3n, 11n], EPERM],
    ["socket", [16n, 3n, 16n], EPERM],
    ["sched_setaffinity", [0n, 8n], ALLOW],
    ["setpriority", [0n, 0n, 10n], ALLOW],
    ["ioprio_set", [1n, 0n, 3n], ALLOW],
    ["socket", [40n, 1n], EPERM],
  ] as const)("%s%p at every level: %p", (name, args, expected) => {
    expect(verdict(strict, name, ...args)).toBe(expected);
    expect(verdict(open, name, ...args)).toBe(expected);
  });

  test.each([
    ["socket", [1n, 1n]],
    ["socket", [2n, 1n]],
    ["socket", [10n, 2n]],
    ["socketpair", [1n, 2n]],
    ["socketpair", [1n, 0x80003n]],
    ["shmget", []],
    ["mq_unlink", []],
    ["sched_setaffinity", [42n, 8n]],
    ["sched_setscheduler", [42n, 5n]],
    ["setpriority", [0n, 42n, 19n]],
    ["setpriority", [2n, 0n, 19n]],
    ["ioprio_set", [1n, 42n, 3n]],
    ["ioprio_set", [3n, 0n, 3n]],
  ] as const)("%s%p only where the policy allows it", (name, args) => {
    expect(verdict(strict, name, ...args)).toBe(EPERM);
    expect(verdict(open, name, ...args)).toBe(ALLOW);
  });

  test.each([
    ["socket", [2n, 1n, 0n], ALLOW, ALLOW],
    ["socket", [10n, 0x80801n, 6n], ALLOW, ALLOW],
    ["socket", [2n, 1n, 262n], EPERM, EPERM],
    ["socket", [10n, 1n, 132n], EPERM, EPERM],
    ["socket", [2n, 2n, 0n], EPERM, ALLOW],
    ["socket", [10n, 0x80002n, 17n], EPERM, ALLOW],
    ["socket", [2n, 2n, 136n], EPERM, EPERM],
    ["socket", [2n, 2n, 1n], EPERM, EPERM],
    ["socket", [2n, 3n, 6n], EPERM, EPERM],
    ["socket", [2n, 5n, 132n], EPERM, EPERM],
    ["socket", [17n, 2n, 0n], EPERM, EPERM],
    ["sendto", [3n, 0n, 0n, 0x4000n], ALLOW, ALLOW],
    ["sendto", [3n, 0n, 0n, 0x2000_4000n], EOPNOTSUPP, EOPNOTSUPP],
    ["sendmsg", [3n, 0n, 0x2000_0000n], EOPNOTSUPP, EOPNOTSUPP],
    ["sendmmsg", [3n, 0n, 1n, 0x2000_0000n], EOPNOTSUPP, EOPNOTSUPP],
    ["setsockopt", [3n, 6n, 31n], EPERM, EPERM],
    ["setsockopt", [3n, 6n, 1n], ALLOW, ALLOW],
    ["setsockopt", [3n, 1n, 31n], ALLOW, ALLOW],
  ] as const)("%s%p where Landlock holds TCP to ports: %p, with datagrams %p", (name, args, tcp, both) => {
    expect(verdict({ ...strict, internet: "tcp" }, name, ...args)).toBe(tcp);
    expect(verdict({ ...strict, internet: "tcp and udp" }, name, ...args)).toBe(both);
    if (name !== "socket") expect(verdict(open, name, ...args)).toBe(ALLOW);
  });

  test("stream pairs, also non-blocking ones, are allowed always", () => {
    expect(verdict(strict, "socketpair", 1n, 0x80801n)).toBe(ALLOW);
    expect(verdict(strict, "socketpair", 1n, 5n)).toBe(ALLOW);
  });

  test("calls of another architecture kill the process", () => {
    expect(run(arch, open, 0x40000003, 20, [])).toBe(KILL);
  });
});

test("the x32 numbers of x86-64 are refused", () => {
  expect(run("x64", open, AUDIT_ARCH.x64, 0x40000000 | 101, [])).toBe(ENOSYS);
});

/** Runs the program on one call, as the kernel would. */
function run(arch: Arch, policy: FilterPolicy, audit: number, number: number, args: readonly bigint[]): number {
  const call = new DataView(new ArrayBuffer(64));
  call.setUint32(0, number, true);
  call.setUint32(4, audit, true);
  args.forEach((arg, index) => {
    call.setBigUint64(16 + 8 * index, arg, true);
  });
  const program = filterProgram(arch, policy);
  let loaded = 0;
  for (let at = 0; at < program.length; at++) {
    const [code, yes, no, operand] = program[at] ?? [0, 0, 0, 0];
    if (code === 0x06) return operand >>> 0;
    if (code === 0x20) loaded = call.getUint32(operand, true);
    else if (code === 0x54) loaded = (loaded & operand) >>> 0;
    else at += holds(code, loaded, operand >>> 0) ? yes : no;
  }
  throw new Error("The program ran off its end.");
}

function holds(code: number, loaded: number, operand: number): boolean {
  if (code === 0x15) return loaded === operand;
  if (code === 0x35) return loaded >= operand;
  if (code === 0x45) return (loaded & operand) !== 0;
  throw new Error(`Instruction "${code}" is not known.`);
}
