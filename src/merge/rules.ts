// Whose turn it is to merge, and what a base means for a candidate.
import type { CommitId } from "../git/schema.ts";
import type { MergeCandidate } from "../review/schema.ts";
import type { Task } from "../tasks/schema.ts";

/** One merge a project at a time, in the order in which they came into the stage. */
export function splitByTurn(tasks: Task[]): { first: Task[]; rest: Task[] } {
  const ordered = [...tasks].sort((a, b) => a.stateSince - b.stateSince || a.id - b.id);
  const seen = new Set<number>();
  const first: Task[] = [];
  const rest: Task[] = [];
  for (const task of ordered) {
    (seen.has(task.projectId) ? rest : first).push(task);
    seen.add(task.projectId);
  }
  return { first, rest };
}

/** `merged`: the base holds the commit. `go`: it may move. `stale`: it has moved elsewhere, so the gates run again. */
export type MergeTurn = "merged" | "go" | "stale";

export function judgeTurn(facts: { base: CommitId; holdsCommit: boolean; candidate: Pick<MergeCandidate, "base" | "state"> }): MergeTurn {
  if (facts.holdsCommit) return "merged";
  return facts.candidate.state === "passed" && facts.candidate.base === facts.base ? "go" : "stale";
}
