// Temporary folders that are gone after the test, whatever happened in it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openUp } from "../../src/kernel/open-folders.ts";
import { type Paths, pathsAt } from "../../src/kernel/paths.ts";
import { afterThisTest } from "./clean-up.ts";

/** A new empty folder (0700), removed after the current test. Call it inside a test or a `beforeEach`. */
export function temporaryFolder(purpose = "test"): string {
  const folder = mkdtempSync(join(tmpdir(), `ccm-${purpose}-`));
  afterThisTest(() => removeAnyhow(folder));
  return folder;
}

/** The paths of a home that does not exist yet, below a temporary folder. */
export function temporaryHome(): Paths {
  return pathsAt(join(temporaryFolder("home"), "home"));
}

/** Folders in folders with a file in the last, each with a name of 200 bytes: 40 of them are deeper than a path can say. */
export function deepFolders(top: string, depth: number): void {
  const down =
    'name=$(printf %0200d 1); i=0; while [ $i -lt "$1" ]; do mkdir $name && cd -P $name || exit 1; i=$((i+1)); done; echo 1 > file';
  const made = Bun.spawnSync(["sh", "-c", down, "sh", String(depth)], { cwd: top, env: { PATH: process.env.PATH } });
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
}

function removeAnyhow(folder: string): void {
  try {
    remove(folder);
  } catch {
    openUp(folder); // A test closed a folder below it.
    remove(folder);
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
