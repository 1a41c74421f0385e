// CCM_HOME itself: made once, and looked at before anything in it is believed.
import { accessSync, chmodSync, constants, mkdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { Fault, messageOf } from "./fault.ts";
import type { Paths } from "./paths.ts";

/** Who runs ccm: effective user id, and the environment for the command that a Fault proposes. */
export type Caller = { uid: number; env: Record<string, string | undefined> };

/** The user of this process. */
export function currentCaller(): Caller {
  return { uid: process.geteuid?.() ?? 0, env: process.env };
}

/** Makes the folders that are missing, all 0700. Faults: `denied` for another user's home, `environment` when it cannot be made. */
export function createHome(paths: Paths, caller: Caller): void {
  try {
    mkdirSync(paths.home, { recursive: true, mode: 0o700 });
    requireOwner(paths, statSync(paths.home), caller);
    chmodSync(paths.home, 0o700);
    for (const folder of [paths.tasks, paths.runs, paths.trash, paths.logs, paths.backups])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault(
      "environment",
      `"${paths.home}" could not be made: ${messageOf(thrown)}.`,
      "Set CCM_HOME to a folder that you may write.",
    );
  }
}

/**
 * Refuses a home that must not be used. Faults: `not_found` without one, `denied` when it is another user's,
 * `environment` when others can enter it or it cannot be written.
 */
export function requireHome(paths: Paths, caller: Caller): void {
  requireOwnHome(paths, caller);
  if (!look(paths.database)) throw new Fault("not_found", `There is no database in "${paths.home}".`, "Create it with: ccm init --yes");
  for (const path of [paths.home, paths.database]) requireWritable(path);
}

/** The same for what needs no database: the folder is there, ours, and closed to others. */
export function requireOwnHome(paths: Paths, caller: Caller): void {
  const home = look(paths.home);
  if (!home) throw new Fault("not_found", `There is no ccm home at "${paths.home}".`, "Create it with: ccm init --yes");
  if (!home.isDirectory()) throw new Fault("environment", `"${paths.home}" is not a folder.`, "Set CCM_HOME to another place.");
  requireOwner(paths, home, caller);
  if ((home.mode & 0o077) !== 0) {
    throw new Fault(
      "environment",
      `Other users can enter "${paths.home}".`,
      `It holds tokens and your code. Try: chmod 700 '${paths.home}'`,
    );
  }
}

function requireOwner(paths: Paths, home: Stats, caller: Caller): void {
  if (home.uid === caller.uid) return;
  const owner = userName(home.uid);
  const withHome = caller.env.CCM_HOME ? ` env CCM_HOME='${paths.home}'` : "";
  throw new Fault(
    "denied",
    `"${paths.home}" belongs to "${owner}", and you are "${userName(caller.uid)}".`,
    caller.env.SUDO_USER === owner && !withHome ? "Run it without sudo: ccm …" : `Try: sudo -u '${owner}'${withHome} ccm …`,
  );
}

function requireWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (thrown) {
    throw new Fault(
      "environment",
      `"${path}" cannot be written: ${messageOf(thrown)}.`,
      "Is its disk mounted read-only, or were its permissions changed?",
    );
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new Fault(
      "environment",
      `"${path}" cannot be looked at: ${messageOf(thrown)}.`,
      "Check its permissions, and whether CCM_HOME is right.",
    );
  }
}

/** Whoever runs this process, by the machine's list of users: a variable could say anything, and `su` leaves the old one. */
export function currentUser(): string {
  const uid = process.getuid?.() ?? 0;
  return localUser(uid) ?? `user ${uid}`;
}

/** The name of a local user, or `#1000`, which sudo takes as well. */
function userName(uid: number): string {
  return localUser(uid) ?? `#${uid}`;
}

function localUser(uid: number): string | undefined {
  try {
    const lines = readFileSync("/etc/passwd", "utf8").split("\n");
    return lines.map((line) => line.split(":")).find((fields) => fields[2] === String(uid))?.[0] || undefined;
  } catch {
    return undefined;
  }
}
