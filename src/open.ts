// Opens CCM_HOME for a command: an existing home of our own, a database of exactly this schema, a checked configuration.
import { realClock } from "./kernel/clock.ts";
import { loadConfig } from "./kernel/config.ts";
import type { Ctx, Outside } from "./kernel/context.ts";
import { openDatabase } from "./kernel/database.ts";
import { currentCaller, currentUser, requireHome } from "./kernel/home.ts";
import { realIds } from "./kernel/ids.ts";
import { createJobs } from "./kernel/jobs.ts";
import { silentLog } from "./kernel/log.ts";
import { requireSchema } from "./kernel/migrate.ts";
import { SCHEMA_VERSION } from "./kernel/migrations.ts";
import { homeFrom, type Paths, pathsAt } from "./kernel/paths.ts";
import type { Sandbox } from "./sandbox/schema.ts";
import { sections } from "./setup/config.ts";
import { findDaemon } from "./setup/daemon-file.ts";

/** A command starts no run, so it does not try what this machine allows: it takes what the running daemon has found. */
function sandboxOfDaemon(paths: Paths): Sandbox {
  const found = () => {
    const daemon = findDaemon(paths);
    return daemon.kind === "ready" ? daemon.state : null;
  };
  return {
    level(wish) {
      const daemon = found();
      if (wish === undefined) return daemon?.sandbox ?? null;
      return daemon?.levels.find((level) => wish === "auto" || level === wish) ?? null;
    },
    ownUser: () => found()?.ownUser ?? false,
  };
}

/** Most commands only read rows, and loading git, trees and hosts costs a tenth of such a command. */
function lateOutside(): typeof import("./outside.ts") {
  return require("./outside.ts");
}

/** Faults: `not_found` without a home, `denied` for another user's, `conflict` for another schema, `invalid` configuration. */
export function openContext(): Ctx {
  const paths = pathsAt(homeFrom(process.env));
  requireHome(paths, currentCaller());
  const config = loadConfig(sections, paths.config, process.env);
  const db = openDatabase(paths.database, "existing");
  try {
    requireSchema(db, SCHEMA_VERSION);
  } catch (thrown) {
    db.close();
    throw thrown;
  }
  const jobs = createJobs(realClock, () => {}); // A command waits for what it starts; nobody else has to be woken.
  let outside: Outside | undefined;
  let by: string | undefined;
  return {
    paths,
    db: {
      ...db,
      get by() {
        by ??= currentUser();
        return by;
      },
    },
    clock: realClock,
    ids: realIds,
    config,
    log: silentLog,
    jobs,
    get outside() {
      outside ??= lateOutside().realOutside(paths, config, sandboxOfDaemon(paths));
      return outside;
    },
  };
}
