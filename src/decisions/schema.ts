// What people decided about a task's work.

export const VERDICTS = ["approved", "rejected", "changes"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A decision, bound to the exact commit and to the change it makes. `by` is the user's name on this machine. */
export type Decision = {
  id: number;
  taskId: number;
  commit: string | null;
  patchId: string | null;
  verdict: Verdict;
  comment: string;
  by: string;
  at: number;
};

/** Longest reason or comment, in bytes. */
export const COMMENT_BYTES = 100_000;

/**
 * What a person had before them when they decided: the commit that would merge (its id, or the beginning of it), or the
 * number of the agent's question. What has become another by then is not decided about. Without either, what waits now is.
 */
export type Seen = { commit?: string; question?: number };

/** What came of taking a task's work back: the snapshot gone back to, and the numbers of those that hold what was there before. */
export type RolledBack = { task: number; to: number; commit: string; kept: number[] };
