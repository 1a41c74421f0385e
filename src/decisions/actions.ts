// Approve, reject, request changes: what only a person may say.
import { answerQuestion, openQuestion } from "../agents/actions.ts";
import type { AnswerVerdict } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { findCandidate } from "../review/actions.ts";
import type { MergeCandidate } from "../review/schema.ts";
import { moveTask, mustFind, patchTask, record } from "../tasks/actions.ts";
import type { Task, TaskState } from "../tasks/schema.ts";
import { COMMENT_BYTES, type Decision, type Seen, type Verdict } from "./schema.ts";
import * as table from "./table.ts";

export function lastDecision(ctx: Ctx, taskId: number): Decision | null {
  return table.lastDecision(ctx.db, taskId);
}

export function decisionsOf(ctx: Ctx, taskId: number): Decision[] {
  return table.decisionsOf(ctx.db, taskId);
}

/**
 * What its agent asks comes first: a call is allowed, a choice is made with the comment. Otherwise approves exactly the
 * commit that waits; it then goes into the merge queue. Faults: `conflict` when nothing waits, or something else than was seen.
 */
export function approve(ctx: Ctx, id: number, by: string, comment = "", seen: Seen = {}): Task {
  return ctx.db.transact(() => {
    refuseUnseen(ctx, id, seen);
    if (openQuestion(ctx, id)) return answered(ctx, id, { verdict: "allow", text: comment, by });
    const { task, candidate } = undecided(ctx, id, ["approving"]);
    if (candidate?.state !== "passed")
      throw new Fault(
        "conflict",
        `Task ${id} is being checked again because its base has moved.`,
        `\`ccm wait ${id} --for approving\`, then approve it.`,
      );
    decide(ctx, task, { verdict: "approved", comment, by, candidate });
    return moved(ctx, task, "merging", {});
  }, "durable");
}

/**
 * Refuses the call that its agent asks for; otherwise ends the task as rejected, its branch and tree kept. Faults:
 * `conflict`, also when something else waits than was seen, `invalid` without a reason.
 */
export function reject(ctx: Ctx, id: number, by: string, reason: string, seen: Seen = {}): Task {
  return ctx.db.transact(() => {
    refuseUnseen(ctx, id, seen);
    if (openQuestion(ctx, id)) return answered(ctx, id, { verdict: "deny", text: reason, by });
    const { task, candidate } = undecided(ctx, id, ["executing", "verifying", "approving"]);
    decide(ctx, task, { verdict: "rejected", comment: written(reason, "reason"), by, candidate });
    return moved(ctx, task, "cancelled", {
      error: { code: "rejected", text: reason, hint: `Its work is kept on ${task.branch}; \`ccm retry-task ${id}\` queues it again.` },
    });
  }, "durable");
}

/** Sends the task back to its agent with the comment as the next instruction. Faults: `conflict`, `invalid` without a comment. */
export function requestChanges(ctx: Ctx, id: number, by: string, comment: string): Task {
  return ctx.db.transact(() => {
    const { task, candidate } = undecided(ctx, id, ["executing", "verifying", "approving", "merging"]);
    if (task.state === "executing" && !task.stageDone)
      throw new Fault("conflict", `Task ${id} is still being worked on.`, `\`ccm message ${id}\` reaches its agent.`);
    const instruction = `A person looked at your work and asks for changes:\n\n${written(comment, "comment")}`;
    decide(ctx, task, { verdict: "changes", comment, by, candidate });
    const patch = { instruction, cause: "a person asked for changes", stageDone: false, sendBacks: 0, conflicts: 0, attempts: 0 };
    if (task.state !== "executing") return moved(ctx, task, "executing", patch);
    patchTask(ctx, id, { ...patch, notBefore: null });
    return mustFind(ctx, id);
  }, "durable");
}

/** A yes or no is about what the person saw, and not about what has come in its place while they read. */
function refuseUnseen(ctx: Ctx, id: number, { commit, question }: Seen): void {
  const open = openQuestion(ctx, id);
  if (question !== undefined && open?.id !== question) {
    const now = open ? `it asks now: ${open.text}` : "somebody has answered it, or it goes on without an answer";
    throw new Fault("conflict", `The agent of task ${id} no longer asks this: ${now}`, `\`ccm task-status ${id}\` shows where it is.`);
  }
  if (commit === undefined) return;
  if (open)
    throw new Fault(
      "conflict",
      `The agent of task ${id} asks something first: ${open.text}`,
      "Answer it; then look again at what it has done.",
    );
  const candidate = findCandidate(ctx, id);
  if (candidate?.commit.startsWith(commit)) return;
  throw new Fault(
    "conflict",
    `The work changed while you were reading: ${candidate ? `${candidate.commit.slice(0, 10)} is what would merge now` : "nothing would merge now"}, not ${commit.slice(0, 10)}.`,
    `Look at it again (\`ccm diff ${id}\`), then decide.`,
  );
}

function answered(ctx: Ctx, id: number, answer: { verdict: AnswerVerdict; text: string; by: string }): Task {
  answerQuestion(ctx, id, answer);
  return mustFind(ctx, id);
}

function undecided(ctx: Ctx, id: number, states: TaskState[]): { task: Task; candidate: MergeCandidate | null } {
  const task = mustFind(ctx, id);
  if (!states.includes(task.state)) {
    throw new Fault(
      "conflict",
      `Task ${id} is "${task.state}": there is nothing to decide about it.`,
      `\`ccm wait ${id} --for approving\` waits until there is.`,
    );
  }
  return { task, candidate: findCandidate(ctx, id) };
}

function written(text: string, what: string): string {
  if (text.trim() === "") throw new Fault("invalid", `The ${what} is empty.`, "Say what is wrong: the agent gets it word for word.");
  if (Buffer.byteLength(text) > COMMENT_BYTES)
    throw new Fault(
      "invalid",
      `The ${what} is larger than ${COMMENT_BYTES / 1_000} kB.`,
      "Put long texts into a file of the repository and name it.",
    );
  return text;
}

function decide(ctx: Ctx, task: Task, decision: { verdict: Verdict; comment: string; by: string; candidate: MergeCandidate | null }): void {
  const { verdict, comment, by, candidate } = decision;
  table.insertDecision(ctx.db, {
    taskId: task.id,
    commit: candidate?.commit ?? null,
    patchId: candidate?.patchId ?? null,
    verdict,
    comment,
    by,
    at: ctx.clock.now(),
  });
  record(ctx, task, `task.${verdict === "changes" ? "changes-requested" : verdict}`, "person", { by, comment, commit: candidate?.commit });
}

function moved(ctx: Ctx, task: Task, to: TaskState, patch: NonNullable<Parameters<typeof moveTask>[1]["patch"]>): Task {
  const result = moveTask(ctx, { task, to, patch, source: "person" });
  if (!result) throw new Fault("conflict", `Task ${task.id} has just moved on.`, `\`ccm task-status ${task.id}\` shows where it is now.`);
  return result;
}
