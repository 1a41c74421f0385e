// Checks of CCM_HOME and of the disk that it is on.
import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { realClock } from "../kernel/clock.ts";
import type { Config } from "../kernel/context.ts";
import { openDatabase } from "../kernel/database.ts";
import { lastSeq, readEvents } from "../kernel/events.ts";
import { currentCaller, requireHome } from "../kernel/home.ts";
import { probeLock, takeLock } from "../kernel/lock.ts";
import { requireSchema } from "../kernel/migrate.ts";
import { SCHEMA_VERSION } from "../kernel/migrations.ts";
import type { Paths } from "../kernel/paths.ts";
import { sizeText } from "../kernel/time-text.ts";
import { ok } from "./checks.ts";
import { diskVerdict } from "./rules.ts";
import type { Check } from "./schema.ts";
import { quickCheck } from "./table.ts";

const MB = 1_000_000;
/** Two clocks of one machine agree to milliseconds; a network disk with its own may not. */
const SKEW_MS = 2_000;

export function checkHome(paths: Paths): Check {
  requireHome(paths, currentCaller());
  return ok("home", `"${paths.home}" is yours and closed to others.`);
}

/** Space where the home is, or will be, told in steps of some bytes. */
export function checkDisk(paths: Paths, { limits }: Pick<Config, "limits">, stepBytes = MB): Check {
  let folder = paths.home;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  const free = bavail * bsize;
  const told = Math.floor(free / stepBytes) * stepBytes;
  const text = `${sizeText(told)} free below "${folder}".`;
  const verdict = files > 0 && ffree === 0 ? "fail" : diskVerdict(free, limits);
  if (verdict === "ok") return ok("disk", text);
  const held = verdict === "fail" ? `Below limits.freeDiskMb (${limits.freeDiskMb}) no further run starts. ` : "";
  const hint = `${held}\`ccm worktrees cleanup --trash --dry-run\` says what can go; a shorter retention.runsDays frees some, too.`;
  return { name: "disk", verdict, text, hint };
}

/** A run lives while its lock is held, so a file system that does not keep locks is no place for a home. */
export function checkLocks(paths: Paths): Check {
  const file = join(paths.home, `lock.${process.pid}.tmp`);
  const lock = takeLock(file);
  try {
    if (lock && probeLock(file)) return ok("locks", "The file system keeps locks.");
    return { name: "locks", verdict: "fail", text: "The file system does not keep locks.", hint: "CCM_HOME belongs on a local disk." };
  } finally {
    lock?.release();
    rmSync(file, { force: true });
  }
}

/** Opens the database without migrating it and has SQLite read all of it. */
export function checkDatabase(paths: Paths): Check {
  const db = openDatabase(paths.database, "existing");
  try {
    requireSchema(db, SCHEMA_VERSION);
    const found = quickCheck(db);
    if (found === "ok") return ok("database", `Schema ${SCHEMA_VERSION}, and SQLite finds nothing wrong.`);
    const hint = "Stop the daemon and put the newest file of CCM_HOME/backups in its place, then `ccm fsck`.";
    return { name: "database", verdict: "fail", text: `SQLite says: ${found}`, hint };
  } finally {
    db.close();
  }
}

/** The clock of this machine against that of the disk, and against the newest event. */
export function checkClock(paths: Paths): Check {
  const file = join(paths.home, `clock.${process.pid}.tmp`);
  try {
    writeFileSync(file, "");
    const skew = Math.abs(statSync(file).mtimeMs - realClock.now());
    if (skew > SKEW_MS)
      return {
        name: "clock",
        verdict: "warn",
        text: `The disk's clock is ${Math.round(skew / 1_000)} s off.`,
        hint: "CCM_HOME belongs on a local disk.",
      };
  } finally {
    rmSync(file, { force: true });
  }
  const ahead = newestEventAt(paths) - realClock.now();
  if (ahead <= SKEW_MS) return ok("clock", new Date(realClock.now()).toISOString());
  const hint = "Correct the clock (timedatectl); delays and retention go by it.";
  return { name: "clock", verdict: "warn", text: `The newest event is ${Math.round(ahead / 1_000)} s in the future.`, hint };
}

/** 0 when the database cannot be read, which is for the check of the database to say. */
function newestEventAt(paths: Paths): number {
  try {
    const db = openDatabase(paths.database, "existing");
    try {
      return readEvents(db, { after: lastSeq(db) - 1, limit: 1 })[0]?.at ?? 0;
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}
