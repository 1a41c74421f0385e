// What a running daemon says about itself, in the file that it holds its lock on; whether it runs at all, the lock says.
import { readFileSync, writeFileSync } from "node:fs";
import { version } from "../../package.json" with { type: "json" };
import type { Ctx } from "../kernel/context.ts";
import { probeLock } from "../kernel/lock.ts";
import type { Paths } from "../kernel/paths.ts";
import { type Identity, ownIdentity } from "../kernel/process.ts";
import type { SandboxLevel } from "../sandbox/schema.ts";

/** `startedAt` is epoch ms; the identity tells the process from a later one with the same pid. */
export type DaemonState = Identity & { startedAt: number; version: string; sandbox: SandboxLevel | null };

/** Says that this process is the daemon and is ready. The file is written in place: another file would have another lock. */
export function tellDaemon(ctx: Ctx): void {
  const state: DaemonState = { ...ownIdentity(), startedAt: ctx.clock.now(), version, sandbox: ctx.outside.sandbox.level() };
  writeFileSync(ctx.paths.lock, `${JSON.stringify(state)}\n`);
}

/** Before the daemon opens anything, and after it closed everything: nobody is ready. */
export function untellDaemon(paths: Paths): void {
  writeFileSync(paths.lock, "");
}

/** `absent`: nobody holds the lock. `starting`: somebody does and has not said yet that it is ready. */
export type DaemonFound = { kind: "absent" } | { kind: "starting" } | { kind: "ready"; state: DaemonState };

export function findDaemon(paths: Paths): DaemonFound {
  if (!probeLock(paths.lock)) return { kind: "absent" };
  try {
    return { kind: "ready", state: JSON.parse(readFileSync(paths.lock, "utf8")) as DaemonState };
  } catch {
    return { kind: "starting" };
  }
}
