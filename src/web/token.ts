// The token of scripts: CCM_HOME/token, which only its owner can read and no sandbox shows.
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realIds } from "../kernel/ids.ts";
import type { Paths } from "../kernel/paths.ts";
import { isSecret } from "./rules.ts";

/** The token, made when it is first needed. A file that holds less than a whole one, or that others may read, is replaced. */
export function tokenOf(paths: Paths): string {
  return readToken(tokenFile(paths)) ?? renewToken(paths);
}

/** Another token; the one before opens nothing from now on. */
export function renewToken(paths: Paths): string {
  const token = realIds.secret();
  const file = tokenFile(paths);
  const half = `${file}.${process.pid}.tmp`;
  rmSync(half, { force: true });
  writeFileSync(half, `${token}\n`, { mode: 0o600, flag: "wx" });
  renameSync(half, file); // Whoever reads meanwhile gets the whole of one or the whole of the other.
  return token;
}

export function tokenFile(paths: Paths): string {
  return join(paths.home, "token");
}

function readToken(file: string): string | null {
  try {
    const found = lstatSync(file);
    if (!found.isFile() || (found.mode & 0o077) !== 0) return null;
    const token = readFileSync(file, "utf8").trim();
    return isSecret(token) ? token : null;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw thrown;
  }
}
