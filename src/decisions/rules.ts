// When an approval that was given still holds.
import type { MergeCandidate } from "../review/schema.ts";
import type { Decision } from "./schema.ts";

/**
 * An approval holds for the change that was approved: for the commit itself, and for the same change on a base that
 * moved meanwhile. Any other decision after it, or another change, needs a new one.
 */
export function approvalHolds(decision: Decision | null, candidate: Pick<MergeCandidate, "commit" | "patchId">): boolean {
  if (decision?.verdict !== "approved") return false;
  return decision.commit === candidate.commit || decision.patchId === candidate.patchId;
}
