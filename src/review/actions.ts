// Making the commit that would merge, and applying what its gate said.
import { branchTip, finishRun } from "../agents/actions.ts";
import { describeExit, outcomeOf, policyFor } from "../agents/rules.ts";
import type { Run } from "../agents/schema.ts";
import type { Candidate, CommitId, CommitText, Repository } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf, repositoryOf, settingsAt } from "../projects/actions.ts";
import { MERGE_GATE, type Project } from "../projects/schema.ts";
import { failTask, moveTask, mustFind, patchTask, record, setWaiting, skipStage } from "../tasks/actions.ts";
import { approvalFor } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { releaseRefs } from "../worktrees/actions.ts";
import { conflictInstruction, judgeGate, judgeTouched, mergeMessage, nextStage, touchedReadOnly } from "./rules.ts";
import type { MergeCandidate } from "./schema.ts";
import * as table from "./table.ts";

export function findCandidate(ctx: Ctx, taskId: number): MergeCandidate | null {
  return table.findCandidate(ctx.db, taskId);
}

/** What tasks change, for pages; loaded with the first of them. */
export function differences(): Promise<typeof import("./differences.ts")> {
  return import("./differences.ts");
}

/** Says that the base or the branch has moved: the candidate must be made and checked again. */
export function markStale(ctx: Ctx, task: Task, why: string): void {
  ctx.db.transact(() => {
    table.setStale(ctx.db, task.id);
    record(ctx, task, "candidate.went-stale", "daemon", { why });
  });
}

/**
 * Makes the commit that would merge from the branch and the base as they are now, brings a moved base into the branch,
 * and moves the task to the stage that follows. A conflict goes back to the agent once, then waits for a person.
 */
export async function makeCandidate(ctx: Ctx, taskId: number): Promise<void> {
  const task = mustFind(ctx, taskId);
  const project = projectOf(ctx, task.projectId);
  const repo = repositoryOf(project);
  const base = await baseTip(ctx, project, repo);
  const tip = await branchTip(ctx, task);
  const text: CommitText = {
    message: mergeMessage(task),
    author: { name: project.authorName, email: project.authorEmail },
    at: task.stateSince,
  };
  const candidate = await ctx.outside.git.candidate(repo, base, tip, text);
  if (candidate.kind === "conflict") return conflict(ctx, task, project, base, candidate.files);
  const patchId = await ctx.outside.git.patchId(repo, base, candidate.commit);
  if (patchId === "") return nothingToMerge(ctx, task, tip);
  const { readOnly } = policyFor(ctx.config, project, "agent");
  const touched = readOnly.length > 0 ? touchedReadOnly(await ctx.outside.git.changedFiles(repo, base, candidate.commit), readOnly) : [];
  if (touched.length > 0) return refuseWork(ctx, task, touched, base);
  const gates = (await settingsAt(ctx, project, base)).gates;
  const newTip = await followBase(ctx, task, repo, { base, tip, tree: candidate.tree }, text);
  adopt(ctx, task, project, { base, tip: newTip, candidate, patchId, gateCommand: gates[MERGE_GATE] ?? null });
}

async function baseTip(ctx: Ctx, project: Project, repo: Repository): Promise<CommitId> {
  const base = await ctx.outside.git.tip(repo, `refs/heads/${project.base}`);
  if (!base)
    throw new Fault(
      "not_found",
      `The base branch "${project.base}" of "${project.name}" is gone.`,
      "Create it again; the task goes on by itself.",
    );
  return base;
}

type Merged = { base: CommitId; tip: CommitId; tree: CommitId };

/** When the base has moved, the branch gets a merge commit with it, so that agent and person see what the gate saw. */
async function followBase(ctx: Ctx, task: Task, repo: Repository, merged: Merged, text: CommitText): Promise<CommitId> {
  if (merged.base === task.baseCommit) return merged.tip;
  const { git } = ctx.outside;
  const pin = `refs/ccm/base/${task.id}`;
  await git.setRef(repo, pin, merged.base, await git.tip(repo, pin));
  if (await git.contains(repo, merged.tip, merged.base)) return merged.tip;
  const commit = await git.mergeCommit(repo, merged.tree, merged.tip, merged.base, {
    ...text,
    message: `Merge the moved base into ${task.branch}\n`,
  });
  await git.setRef(repo, `refs/heads/${task.branch}`, commit, merged.tip);
  return commit;
}

type Adoption = {
  base: CommitId;
  tip: CommitId;
  candidate: Extract<Candidate, { kind: "clean" }>;
  patchId: string;
  gateCommand: string | null;
};

function adopt(ctx: Ctx, task: Task, project: Project, made: Adoption): void {
  ctx.db.transact(() => {
    const stage = nextStage(made.gateCommand ? { command: made.gateCommand } : null, approvalFor(task, project));
    if (task.state !== stage.to && !moveTask(ctx, { task, to: stage.to })) return;
    patchTask(ctx, task.id, { baseCommit: made.base, tipCommit: made.tip, stageDone: false });
    table.putCandidate(ctx.db, {
      taskId: task.id,
      state: made.gateCommand ? "unchecked" : "passed",
      base: made.base,
      tip: made.tip,
      commit: made.candidate.commit,
      patchId: made.patchId,
      gate: made.gateCommand ? MERGE_GATE : null,
      gateCommand: made.gateCommand,
      gateRunId: null,
      createdAt: ctx.clock.now(),
    });
    record(ctx, task, "candidate.made", "daemon", { base: made.base, tip: made.tip, commit: made.candidate.commit });
    for (const { stage: left, why } of stage.skipped) skipStage(ctx, task, left, why);
  });
}

function nothingToMerge(ctx: Ctx, task: Task, tip: CommitId): void {
  const patch = { result: "no_change", tipCommit: tip } as const;
  ctx.db.transact(() => {
    if (moveTask(ctx, { task, to: "done", patch, why: "The base branch already holds all of it." })) releaseRefs(ctx, task.id);
  });
}

/** Mounts keep a tree's read-only files as they are only at the strongest level, and commits can be made without the tree. */
function refuseWork(ctx: Ctx, task: Task, paths: string[], base: CommitId): void {
  const verdict = judgeTouched(paths, { base, sendBacks: task.sendBacks, allowedSendBacks: ctx.config.limits.sendBacks });
  ctx.db.transact(() => {
    record(ctx, task, "work.refused", "daemon", { why: verdict.kind === "fail" ? verdict.error.text : verdict.why, base });
    if (verdict.kind === "fail") failTask(ctx, task, verdict.error);
    else sendBack(ctx, task, verdict);
  });
}

/** Time after which a conflict is looked at again, in case a person resolved it on the branch, in ms. */
const CONFLICT_LOOK_MS = 30_000;

function conflict(ctx: Ctx, task: Task, project: Project, base: CommitId, files: string[]): void {
  ctx.db.transact(() => {
    record(ctx, task, "merge.conflicted", "daemon", { base, files: files.slice(0, 100) });
    const patch = {
      conflicts: task.conflicts + 1,
      stageDone: false,
      instruction: conflictInstruction(project.base, base, files),
      cause: "the base moved, with conflicts",
    };
    if (task.conflicts > 0) {
      patchTask(ctx, task.id, { notBefore: ctx.clock.now() + CONFLICT_LOOK_MS });
      setWaiting(ctx, task, {
        reason: "conflict",
        text: `Conflicts with "${project.base}" in ${files.slice(0, 3).join(", ")}: merge it on ${task.branch} yourself, or \`ccm request-changes ${task.id}\`.`,
      });
    } else if (task.state === "executing") patchTask(ctx, task.id, patch);
    else moveTask(ctx, { task, to: "executing", patch, why: `Its branch conflicts with "${project.base}".` });
  });
}

/** Applies the end of a gate's run: bound to the run, to the candidate it ran on, and to the stage. */
export function finishGateRun(ctx: Ctx, run: Run): void {
  ctx.db.transact(() => {
    const task = mustFind(ctx, run.taskId);
    const { sendBacks: allowedSendBacks, attempts: allowedAttempts } = ctx.config.limits;
    const facts = {
      gate: run.agent,
      command: run.command ?? "",
      exit: run.exit,
      sendBacks: task.sendBacks,
      allowedSendBacks,
      attempts: task.attempts,
      allowedAttempts,
    };
    const verdict = judgeGate(facts);
    if (!finishRun(ctx, run, outcomeOf(run.exit), describeExit(`The gate "${run.agent}"`, run.exit))) return;
    const candidate = table.findCandidate(ctx.db, task.id);
    if (task.state !== "verifying" || candidate?.commit !== run.commit) return;
    applyVerdict(ctx, task, run, verdict);
  }, "durable");
}

function applyVerdict(ctx: Ctx, task: Task, run: Run, verdict: ReturnType<typeof judgeGate>): void {
  if (verdict.kind === "again") return patchTask(ctx, task.id, { attempts: verdict.attempts });
  record(ctx, task, verdict.kind === "passed" ? "gate.passed" : "gate.failed", "daemon", { gate: run.agent, commit: run.commit }, run.id);
  if (verdict.kind === "fail") return failTask(ctx, task, verdict.error);
  if (verdict.kind === "send_back") return sendBack(ctx, task, verdict);
  if (!run.commit || !table.setPassed(ctx.db, task.id, run.commit, run.id)) return;
  const stage = nextStage("passed", approvalFor(task, projectOf(ctx, task.projectId)));
  for (const { stage: left, why } of stage.skipped) skipStage(ctx, task, left, why);
  moveTask(ctx, { task, to: stage.to, patch: { attempts: 0 } });
}

/** From any stage: of a task whose agent has just finished, nothing but what it does next changes. */
function sendBack(ctx: Ctx, task: Task, { instruction, why }: { instruction: string; why: string }): void {
  const patch = { sendBacks: task.sendBacks + 1, attempts: 0, stageDone: false, instruction, cause: why };
  if (task.state === "executing") patchTask(ctx, task.id, patch);
  else moveTask(ctx, { task, to: "executing", patch, why });
}
