// How many commits are made in a tree: read from the log that git keeps of HEAD there. A claim, good for counting only.
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { commitsIn } from "../git/rules.ts";
import type { Paths } from "../kernel/paths.ts";

/** As much of the log's end as is read: some thousand commits. */
const LOG_BYTES = 1_000_000;

/** Counts anew only when the log has grown, or another time is asked about. */
export function createCommitCounter(paths: Paths): (taskId: number, since: number) => number {
  const known = new Map<number, { size: number; changedMs: number; since: number; count: number }>();
  return (taskId, since) => {
    const log = openLog(join(paths.task(taskId).git, "logs", "HEAD"));
    if (!log) return 0;
    try {
      const { size, mtimeMs: changedMs } = fstatSync(log.file);
      const before = known.get(taskId);
      if (before?.size === size && before.changedMs === changedMs && before.since === since) return before.count;
      const count = commitsIn(endOf(log.file, size), since);
      known.set(taskId, { size, changedMs, since, count });
      return count;
    } finally {
      closeSync(log.file);
    }
  };
}

/** Links are not followed, and a pipe does not block: it is the agent's to write. */
function openLog(path: string): { file: number } | null {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(file).isFile()) return { file };
    closeSync(file);
  } catch {
    // There is none before the first commit.
  }
  return null;
}

function endOf(file: number, size: number): string {
  const bytes = Buffer.alloc(Math.min(size, LOG_BYTES));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, Math.max(0, size - LOG_BYTES))).toString("latin1");
}
