// Which stage follows, and what a gate's end means.
import { describeExit, indent, outcomeOf } from "../agents/rules.ts";
import type { ExitRecord } from "../agents/schema.ts";
import type { ChangedFile } from "../git/schema.ts";
import type { Approval } from "../projects/schema.ts";
import type { Task, TaskError, TaskState } from "../tasks/schema.ts";
import type { MergeCandidate } from "./schema.ts";

/** The stage after a candidate was made or has passed, and the stages left out on the way, with why. */
export type NextStage = { to: Extract<TaskState, "verifying" | "approving" | "merging">; skipped: { stage: TaskState; why: string }[] };

/** `gate` null means that no gate is to run (none is set, or it has passed). */
export function nextStage(gate: { command: string } | "passed" | null, approval: Approval): NextStage {
  if (gate !== null && gate !== "passed") return { to: "verifying", skipped: [] };
  const skipped: NextStage["skipped"] = gate === null ? [{ stage: "verifying", why: "The project has no `full` gate." }] : [];
  if (approval === "ask") return { to: "approving", skipped };
  return { to: "merging", skipped: [...skipped, { stage: "approving", why: "The project's approval is `auto`." }] };
}

export type GateFacts = {
  gate: string;
  command: string;
  exit: ExitRecord | null;
  sendBacks: number;
  allowedSendBacks: number;
  attempts: number;
  allowedAttempts: number;
};

export type GateVerdict =
  | { kind: "passed" }
  | { kind: "send_back"; instruction: string; why: string }
  | { kind: "again"; attempts: number }
  | { kind: "fail"; error: TaskError };

/**
 * What a finished gate means. A gate that was stopped, or was lost with its host or the machine, says nothing about the commit and runs again;
 * one that failed goes back to the agent with its output until the send-backs are used up.
 */
export function judgeGate(facts: GateFacts): GateVerdict {
  const outcome = outcomeOf(facts.exit);
  const why = describeExit(`The gate "${facts.gate}" (${facts.command})`, facts.exit);
  if (outcome === "passed") return { kind: "passed" };
  if (outcome === "stopped" || facts.exit?.reason === "rebooted") return { kind: "again", attempts: facts.attempts };
  if (outcome === "died" && facts.attempts + 1 < facts.allowedAttempts) return { kind: "again", attempts: facts.attempts + 1 };
  if (outcome === "unstarted" || outcome === "died")
    return { kind: "fail", error: { code: "environment", text: why, hint: "`ccm doctor` tries what a gate needs." } };
  if (facts.sendBacks >= facts.allowedSendBacks) {
    const times = facts.allowedSendBacks === 1 ? "once" : `${facts.allowedSendBacks} times`;
    return {
      kind: "fail",
      error: {
        code: "failed",
        text: `${why} The agent was sent back ${times} and it still fails.`,
        hint: "`ccm logs` shows the gate's output; `ccm retry-task` starts over with what is on the branch.",
      },
    };
  }
  return { kind: "send_back", why, instruction: sendBackInstruction(why, facts.exit) };
}

/** Most of a gate's output that goes back to the agent, in characters. */
const OUTPUT_CHARS = 6_000;

function sendBackInstruction(why: string, exit: ExitRecord | null): string {
  const output = (exit?.tail ?? "").slice(-OUTPUT_CHARS).trim();
  return `Your work was checked and did not pass. ${why} Find the cause, correct it, and commit.${output ? `\n\nThe end of its output:\n\n${indent(output)}` : ""}`;
}

/**
 * The files of a change that a project has said to stay as they are: those at or below such a path, those that were moved
 * away from there, and what took the place of a folder on the way to it.
 */
export function touchedReadOnly(files: readonly Pick<ChangedFile, "path" | "from">[], readOnly: readonly string[]): string[] {
  const kept = readOnly.map((path) => path.replace(/\/$/, ""));
  const isKept = (path: string) => kept.some((one) => path === one || path.startsWith(`${one}/`) || one.startsWith(`${path}/`));
  return files.flatMap(({ path, from }) => [path, ...(from === null ? [] : [from])]).filter(isKept);
}

/** Most paths that a sentence names; the rest is counted. */
const NAMED_PATHS = 5;

/** What a change to read-only files means: it goes back to the agent until the send-backs are used up, then a person must look. */
export function judgeTouched(
  paths: readonly string[],
  { base, sendBacks, allowedSendBacks }: Pick<GateFacts, "sendBacks" | "allowedSendBacks"> & { base: string },
): Extract<GateVerdict, { kind: "send_back" | "fail" }> {
  const more = paths.length > NAMED_PATHS ? ` and ${paths.length - NAMED_PATHS} more` : "";
  const named = `${paths
    .slice(0, NAMED_PATHS)
    .map((path) => `"${path}"`)
    .join(", ")}${more}`;
  const why = `The work changes what is read-only in this project: ${named}.`;
  if (sendBacks < allowedSendBacks) {
    const instruction = `${why} Take that back (\`git checkout ${base} -- PATH\`, or \`git rm PATH\` of what is new there), do the task without it, and commit. If it cannot be done without it, say so and why.`;
    return { kind: "send_back", why, instruction };
  }
  const hint =
    "`ccm diff` shows the work, which is on its branch. To allow the change: `ccm edit-project PROJECT --sandbox readOnly=…`, then `ccm retry-task`.";
  return { kind: "fail", error: { code: "denied", text: why, hint } };
}

/** What an agent is told when its branch does not merge. */
export function conflictInstruction(baseName: string, base: string, files: string[]): string {
  return `The base branch "${baseName}" has moved and your branch does not merge with it any more. Run \`git merge ${base}\`, resolve the
conflicts so that both changes keep their meaning, and commit the merge. In conflict:

${indent(files.join("\n"))}`;
}

/** The squashed commit's message: the title, then what led to it. */
export function mergeMessage(task: { id: number; uuid: string; title: string }): string {
  return `${task.title}\n\nCcm-Task: ${task.id} ${task.uuid}\n`;
}

/** Two commits between which a task's change is. */
export type Change = { base: string; commit: string };

/**
 * What a task changes: its candidate, which is what gates run on and what merges, as long as the branch has not gone on
 * since; else what is on the branch. Null before it has begun.
 */
export function changeOf(
  task: Pick<Task, "baseCommit" | "tipCommit">,
  candidate: Pick<MergeCandidate, "base" | "commit" | "tip"> | null,
): Change | null {
  if (candidate && candidate.tip === task.tipCommit) return { base: candidate.base, commit: candidate.commit };
  return task.baseCommit && task.tipCommit ? { base: task.baseCommit, commit: task.tipCommit } : null;
}
