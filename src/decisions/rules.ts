// When an approval that was given still holds.
import type { Run } from "../agents/schema.ts";
import { Fault } from "../kernel/fault.ts";
import type { MergeCandidate } from "../review/schema.ts";
import type { Task } from "../tasks/schema.ts";
import { snapshotRef } from "../worktrees/rules.ts";
import type { Snapshot, WorktreeState } from "../worktrees/schema.ts";
import type { Decision } from "./schema.ts";

/**
 * An approval holds for the change that was approved: for the commit itself, and for the same change on a base that
 * moved meanwhile. Any other decision after it, or another change, needs a new one.
 */
export function approvalHolds(decision: Decision | null, candidate: Pick<MergeCandidate, "commit" | "patchId">): boolean {
  if (decision?.verdict !== "approved") return false;
  return decision.commit === candidate.commit || decision.patchId === candidate.patchId;
}

/** What a form with an agent's question sends: `choice-0`, `words-0` and so on for questions that offer choices. */
export type Answered = { question: number; verdict: "allow" | "deny" } & Record<string, string | number>;

/**
 * The answer in words, a line for each question: what was typed, else what was chosen. An option is named by its number,
 * several by their names. What nobody has answered comes back by its field.
 */
export function answerText(
  questions: readonly { options: readonly { label: string }[]; several: boolean }[],
  given: Readonly<Record<string, string | number>>,
): string | { reasons: Record<string, string> } {
  if (questions.length === 0) return String(given.text ?? "");
  const answers = questions.map(({ options, several }, at) => {
    const words = oneLine(given[`words-${at}`]);
    const chosen = String(given[`choice-${at}`] ?? "")
      .split("\n")
      .filter((number) => options[Number(number) - 1]);
    if (words !== "") return words;
    return several ? chosen.map((number) => options[Number(number) - 1]?.label).join(", ") : (chosen[0] ?? "");
  });
  const missing = answers.flatMap((text, at) => {
    if (text !== "") return [];
    return questions[at]?.options.length === 0
      ? [[`words-${at}`, "Say it in your own words."]]
      : [[`choice-${at}`, "Choose, or say it in your own words."]];
  });
  return missing.length > 0 ? { reasons: Object.fromEntries(missing) } : answers.join("\n");
}

/** Several questions are answered by a line each. */
function oneLine(text: unknown): string {
  return String(text ?? "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}

/** What decides whether a task's work can be taken back to a snapshot now. */
export type RollbackFacts = {
  task: Pick<Task, "id" | "state" | "pausedFrom" | "stageDone">;
  to: number;
  snapshot: Snapshot | null;
  run: Pick<Run, "id" | "kind" | "agent"> | null;
  tree: WorktreeState | null;
  /** Its merge was begun, and what became of it is not known yet. */
  isMerging: boolean;
};

/** Why it cannot, or null. Nothing is changed under anybody who is at work, and nothing that is merged or on its way is. */
export function rollbackFault(facts: RollbackFacts): Fault | null {
  const { task, run, to, snapshot } = facts;
  const { id } = task;
  if (task.state === "done")
    return new Fault("conflict", `Task ${id} is done.`, "What it merged is on the base: `git revert` takes it back.");
  if (task.state === "merging" || facts.isMerging)
    return new Fault(
      "conflict",
      `Task ${id} is being merged.`,
      `\`ccm pause-task ${id}\` holds it, where it waits for something; then roll back.`,
    );
  if (run) {
    const who = run.kind === "agent" ? `The agent "${run.agent}" is` : `"${run.agent}" is`;
    return new Fault("conflict", `${who} at work on task ${id} (run r${run.id}).`, `\`ccm pause-task ${id}\` stops it; then roll back.`);
  }
  return snapshotFault(to, id, snapshot) ?? treeFault(facts) ?? nothingFault(facts);
}

function snapshotFault(to: number, id: number, snapshot: Snapshot | null): Fault | null {
  if (!snapshot)
    return new Fault("not_found", `Task ${id} has no snapshot "${to}".`, `\`ccm snapshots ${id}\` lists them.`, { field: "to" });
  if (snapshot.unfinished === null) return null;
  const look = `\`git show ${snapshotRef(id, to)}\` shows it; go back to another one.`;
  return new Fault("conflict", `Snapshot ${to} of task ${id} was kept ${snapshot.unfinished}.`, look, { field: "to" });
}

function treeFault({ task: { id }, tree }: RollbackFacts): Fault | null {
  if (tree === "ready") return null;
  if (tree === null || tree === "wanted") return new Fault("conflict", `Task ${id} has no tree yet.`, "There is nothing to take back.");
  return new Fault(
    "conflict",
    `The tree of task ${id} is in the trash.`,
    `\`ccm worktrees restore ${id}\` brings it back; then roll back.`,
  );
}

/** With nothing to check or to merge the task would end at once, which nobody has asked for. */
function nothingFault({ task, to, snapshot }: RollbackFacts): Fault | null {
  const at = task.state === "paused" ? task.pausedFrom : task.state;
  const isChecked = at === "verifying" || at === "approving" || at === "merging" || (at === "executing" && task.stageDone);
  if (!isChecked || snapshot?.commit !== snapshot?.base) return null;
  const hint = `\`ccm cancel-task ${task.id}\`, roll back, then \`ccm retry-task ${task.id}\`: its agent begins again from there.`;
  return new Fault("conflict", `Snapshot ${to} holds no work, so task ${task.id} would end without any.`, hint);
}
