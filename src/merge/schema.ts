// What is written down before a base branch moves, so that a crash can never merge twice or lose a merge.
import type { CommitId } from "../git/schema.ts";

/** `intended`: the base may have moved or not. `merged`: it has. `dropped`: it has not and will not for this intent. */
export const MERGE_STATES = ["intended", "merged", "dropped"] as const;
export type MergeState = (typeof MERGE_STATES)[number];

export type Merge = {
  taskId: number;
  projectId: number;
  state: MergeState;
  branch: string;
  commit: CommitId;
  from: CommitId;
  intendedAt: number;
  mergedAt: number | null;
};
