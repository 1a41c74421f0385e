// The commit that a task would merge, and whether the gates passed on it.
import type { ChangedFile, CommitId } from "../git/schema.ts";

/** `unchecked`: the gate is to run. `passed`: this exact commit may merge. `stale`: the base or the branch has moved. */
export const CANDIDATE_STATES = ["unchecked", "passed", "stale"] as const;
export type CandidateState = (typeof CANDIDATE_STATES)[number];

/** `commit` has `base` as its only parent and holds what `tip` changed; it is what gates run on and what merges. */
export type MergeCandidate = {
  taskId: number;
  state: CandidateState;
  base: CommitId;
  tip: CommitId;
  commit: CommitId;
  /** The same for the same change on another base: an approval holds for it. */
  patchId: string;
  gate: string | null;
  gateCommand: string | null;
  gateRunId: number | null;
  createdAt: number;
};

/** What a task changes between two commits: its first files, and how much all of it is. */
export type Difference = { base: CommitId; commit: CommitId; files: ChangedFile[]; count: number; added: number; removed: number };
