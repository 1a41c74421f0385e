// Landlock: which files the command may read and write, enforced by the kernel for it and all its children.
import { closeSync, fstatSync } from "node:fs";
import { Fault } from "../kernel/fault.ts";
import { AT_FDCWD, call, must } from "./libc.ts";
import { PORTS_ABI } from "./rules.ts";

/** `read` includes executing and listing. `write` is only writing, so a folder that is read too is granted twice. */
export type Grant = { path: string; access: "read" | "list" | "write" | "device" };

const EXECUTE = 1 << 0;
const WRITE_FILE = 1 << 1;
const READ_FILE = 1 << 2;
const READ_DIR = 1 << 3;
const MAKE_CHAR = 1 << 6;
const MAKE_BLOCK = 1 << 11;
const IOCTL_DEV = 1 << 15;
/** The rights of each ABI, newest last: 2 adds moving between folders, 3 truncating, 5 device ioctls (landlock(7)). */
const RIGHTS: readonly [abi: number, rights: number][] = [
  [1, (1 << 13) - 1],
  [2, (1 << 14) - 1],
  [3, (1 << 15) - 1],
  [5, (1 << 16) - 1],
];
const READ = EXECUTE | READ_FILE | READ_DIR;
const TRUNCATE = 1 << 14;
/** What a rule on something that is no folder may name. */
const FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
const ACCESS: Record<Grant["access"], number> = {
  read: READ,
  list: READ_DIR,
  write: ((1 << 16) - 1) & ~READ & ~MAKE_CHAR & ~MAKE_BLOCK & ~IOCTL_DEV,
  device: READ_FILE | WRITE_FILE | IOCTL_DEV,
};

const VERSION_QUERY = 1;
const RULE_PATH_BENEATH = 1;
const RULE_NET_PORT = 2;
const CONNECT_TCP = 1 << 1;
/** Abstract unix sockets and signals stay within the sandbox (LANDLOCK_SCOPE_*), from ABI 6 (Linux 6.12) on. */
const SCOPES = { abi: 6, mask: 0b11 } as const;
const O_PATH_CLOEXEC = 0o12000000;

/** The Landlock ABI of this kernel, 0 where it has none or it is switched off. */
export function landlockAbi(): number {
  return Math.max(0, call("landlock_create_ruleset", 0, 0, VERSION_QUERY));
}

/**
 * Confines the calling thread to the grants for good, and its TCP connections to the ports unless they are null;
 * no_new_privs must be set. A path that is gone is left out. Before ABI 6 signals to processes of the same user are not
 * held back, before ABI 3 neither is truncating by name. Faults: `environment`, also for ports on an older kernel.
 */
export function confine(grants: readonly Grant[], ports: readonly number[] | null): void {
  const abi = landlockAbi();
  if (abi < 1) {
    throw new Fault("environment", "This kernel has no Landlock.", 'Linux 5.13 or newer is needed, with "landlock" in its lsm= list.');
  }
  if (ports && abi < PORTS_ABI) {
    throw new Fault(
      "environment",
      `Landlock of this kernel (ABI ${abi}) knows no ports.`,
      "Linux 6.7 or newer is needed for that network.",
    );
  }
  const handled = RIGHTS.findLast(([since]) => since <= abi)?.[1] ?? 0;
  const attributes = new BigUint64Array([BigInt(handled), ports ? BigInt(CONNECT_TCP) : 0n, BigInt(abi >= SCOPES.abi ? SCOPES.mask : 0)]);
  const bytes = abi >= SCOPES.abi ? 24 : abi >= PORTS_ABI ? 16 : 8;
  const ruleset = must("make a Landlock ruleset", "landlock_create_ruleset", attributes, bytes, 0);
  for (const grant of grants) allow(ruleset, grant, handled);
  for (const port of ports ?? []) allowPort(ruleset, port);
  must("apply Landlock", "landlock_restrict_self", ruleset, 0);
}

function allow(ruleset: number, grant: Grant, handled: number): void {
  const descriptor = call("openat", AT_FDCWD, grant.path, O_PATH_CLOEXEC);
  if (descriptor < 0) return;
  const rights = ACCESS[grant.access] & handled & (fstatSync(descriptor).isDirectory() ? ~0 : FILE_RIGHTS);
  if (rights !== 0) {
    const rule = new DataView(new ArrayBuffer(12)); // struct landlock_path_beneath_attr is packed.
    rule.setBigUint64(0, BigInt(rights), true);
    rule.setInt32(8, descriptor, true);
    must(`allow "${grant.path}"`, "landlock_add_rule", ruleset, RULE_PATH_BENEATH, rule, 0);
  }
  closeSync(descriptor);
}

/** At whatever address: Landlock looks at the port alone. */
function allowPort(ruleset: number, port: number): void {
  const rule = new BigUint64Array([BigInt(CONNECT_TCP), BigInt(port)]);
  must(`allow port ${port}`, "landlock_add_rule", ruleset, RULE_NET_PORT, rule, 0);
}
