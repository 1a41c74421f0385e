// How many commits are made in a tree: read from the log that git keeps of HEAD there. A claim, good for counting only.
import { join } from "node:path";
import { commitsIn, LOG_BYTES } from "../git/rules.ts";
import { type NewEnd, newEndOf } from "../kernel/file-end.ts";
import type { Paths } from "../kernel/paths.ts";

type Known = { end: NewEnd; log: string; since: number; count: number };

/** Counts anew only when the log has grown, or another time is asked about. */
export function createCommitCounter(paths: Paths): (taskId: number, since: number) => number {
  const trees = new Map<number, Known>();
  return (taskId, since) => {
    const known = trees.get(taskId) ?? { end: newEndOf(join(paths.task(taskId).git, "logs", "HEAD"), LOG_BYTES), log: "", since, count: 0 };
    trees.set(taskId, known);
    const log = known.end();
    if (log === null && known.since === since) return known.count;
    known.log = log ?? known.log;
    known.since = since;
    known.count = commitsIn(known.log, since);
    return known.count;
  };
}
