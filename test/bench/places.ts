// Temporary folders of benchmarks: whatever happens, every process that knows one is ended and the folder removed.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openUp } from "../../src/kernel/open-folders.ts";
import { killAll } from "../support/home-under-test.ts";

const open = new Set<string>();

/** A new empty folder, or one that exists and is to be cleared like one. */
export function place(folder = realpathSync(mkdtempSync(join(tmpdir(), "ccm-bench-")))): string {
  open.add(folder);
  return folder;
}

export async function clear(folder: string): Promise<void> {
  await killAll(folder);
  openUp(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  open.delete(folder);
}

export async function clearAll(): Promise<void> {
  for (const folder of open) await clear(folder);
}
