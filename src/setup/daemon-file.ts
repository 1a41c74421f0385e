// What a running daemon says about itself, in the file that it holds its lock on; whether it runs at all, the lock says.
import { readFileSync, writeFileSync } from "node:fs";
import { version } from "../../package.json" with { type: "json" };
import type { Ctx } from "../kernel/context.ts";
import { probeLock } from "../kernel/lock.ts";
import type { Paths } from "../kernel/paths.ts";
import { type Identity, isAlive, isDying, ownIdentity } from "../kernel/process.ts";
import { SANDBOX_LEVELS, type SandboxLevel } from "../sandbox/schema.ts";
import type { Profile, WebAddress } from "./schema.ts";

/** `startedAt` is epoch ms; the identity tells the process from a later one with the same pid. */
export type DaemonState = Identity & {
  startedAt: number;
  version: string;
  sandbox: SandboxLevel | null;
  /** Every level that a project may ask for, the strongest first, and whether runs can have users of their own. */
  levels: SandboxLevel[];
  ownUser: boolean;
  profile: Profile;
  web: WebAddress | null;
};

/**
 * Says that this process is the daemon and is ready, and again when its page is somewhere else. The file is written in place:
 * another file would have another lock.
 */
export function tellDaemon(ctx: Ctx, said: { profile: Profile; startedAt: number; web: WebAddress | null }): void {
  const { sandbox } = ctx.outside;
  const levels = SANDBOX_LEVELS.filter((level) => sandbox.level(level) !== null);
  const state: DaemonState = { ...ownIdentity(), version, sandbox: sandbox.level(), levels, ownUser: sandbox.ownUser(), ...said };
  writeFileSync(ctx.paths.lock, `${JSON.stringify(state)}\n`);
}

/** Before the daemon opens anything, and after it closed everything: it is there, and not ready. */
export function untellDaemon(paths: Paths): void {
  writeFileSync(paths.lock, `${JSON.stringify(ownIdentity())}\n`);
}

/** `absent`: nobody holds the lock. `busy`: somebody does who starts or stops, and may not have said yet who it is. */
export type DaemonFound = { kind: "absent" } | { kind: "busy"; who: Identity | undefined } | { kind: "ready"; state: DaemonState };

export function findDaemon(paths: Paths): DaemonFound {
  if (!probeLock(paths.lock)) return { kind: "absent" };
  const said = readState(paths);
  // What a killed daemon left there stays until the next one writes: the lock is that one's, the words are not.
  if (!said || !isAlive(said) || isDying(said)) return { kind: "busy", who: undefined };
  return isReady(said) ? { kind: "ready", state: said } : { kind: "busy", who: said };
}

function readState(paths: Paths): DaemonState | Identity | undefined {
  try {
    return JSON.parse(readFileSync(paths.lock, "utf8"));
  } catch {
    return undefined; // Read while it was being written.
  }
}

function isReady(said: DaemonState | Identity): said is DaemonState {
  return "startedAt" in said;
}
