// What a task needs of a person now, or waits for, in the words and with the forms that answer it.

import type { When } from "../../views/parts/time.tsx";
import { findRun, newestRunsOf, openQuestion, shownRuns } from "../agents/actions.ts";
import { runDurationMs } from "../agents/rules.ts";
import type { ShownQuestion } from "../agents/shown.ts";
import type { Ctx } from "../kernel/context.ts";
import { isFault } from "../kernel/fault.ts";
import { costText } from "../kernel/number-text.ts";
import { printable, printableLines } from "../kernel/text-table.ts";
import { duration, when } from "../kernel/time-text.ts";
import { differences, findCandidate } from "../review/actions.ts";
import type { Difference, MergeCandidate } from "../review/schema.ts";
import { waitsForPerson } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";

/** What would merge, and what speaks for it. Commits are full ids. */
export type Approval = {
  taskId: number;
  commit: string;
  base: string;
  /** Null where the repository cannot be read. */
  size: { count: number; added: number; removed: number } | null;
  /** The first files, for a glance; `lines` null for what is no text. */
  files: { path: string; lines: { added: number; removed: number } | null }[];
  /** Null where the project has no gate. */
  gate: { name: string; took: string; href: string } | null;
  cost: string | null;
  since: When;
};

export type Need =
  | { kind: "nothing" }
  | { kind: "question"; question: ShownQuestion; agent: string }
  | { kind: "approval"; approval: Approval }
  | { kind: "trouble"; text: string; taskId: number }
  | { kind: "failed"; text: string; hint: string; output: { run: string; text: string; href: string } | null }
  | { kind: "waits"; text: string; since: When; mayChange: boolean; taskId: number };

/** Files of a change that are named beside an approval. */
const GLANCED_FILES = 6;
/** Lines of the end of a failed run's output; the reason is mostly there. */
const OUTPUT_LINES = 40;
/** Runs that are looked at for the one whose output says why the task failed. */
const LAST_RUNS = 5;

export async function needOf(ctx: Ctx, task: Task): Promise<Need> {
  const question = openQuestion(ctx, task.id);
  if (question) {
    const { shownQuestion } = await shownRuns();
    return { kind: "question", question: shownQuestion(question), agent: findRun(ctx, question.runId)?.agent ?? "" };
  }
  const candidate = task.state === "approving" ? findCandidate(ctx, task.id) : null;
  if (candidate?.state === "passed") return { kind: "approval", approval: await approvalOf(ctx, task, candidate) };
  if (task.state === "failed" && task.error) return failedOf(ctx, task);
  if (waitsForPerson(task)) return { kind: "trouble", text: printable(task.waiting?.text ?? ""), taskId: task.id };
  return waitsOf(task);
}

export async function approvalOf(ctx: Ctx, task: Task, candidate: MergeCandidate): Promise<Approval> {
  const difference = await differenceAsFar(ctx, task);
  const gateRun = candidate.gateRunId === null ? null : findRun(ctx, candidate.gateRunId);
  return {
    taskId: task.id,
    commit: candidate.commit,
    base: candidate.base,
    size: difference && { count: difference.count, added: difference.added, removed: difference.removed },
    files: (difference?.files ?? []).slice(0, GLANCED_FILES).map(({ path, lines }) => ({ path: printable(path), lines })),
    gate:
      candidate.gate === null
        ? null
        : {
            name: candidate.gate,
            took: gateRun?.endedAt ? duration(runDurationMs(gateRun, gateRun.endedAt)) : "",
            href: `/tasks/${task.id}/gates`,
          },
    cost: task.costUsd > 0 ? costText(task.costUsd) : null,
    since: when(task.stateSince),
  };
}

/** A repository that cannot be read, because it was moved away perhaps, is no reason not to show the rest. */
async function differenceAsFar(ctx: Ctx, task: Task): Promise<Difference | null> {
  try {
    return await (await differences()).differenceOf(ctx, task);
  } catch (thrown) {
    if (isFault(thrown)) return null;
    throw thrown;
  }
}

function failedOf(ctx: Ctx, task: Task): Need {
  const run = newestRunsOf(ctx, task.id, LAST_RUNS).find(({ outcome, exit }) => outcome !== "passed" && exit?.tail.trim());
  const lines = printableLines(run?.exit?.tail.trimEnd() ?? "").split("\n");
  return {
    kind: "failed",
    text: printable(task.error?.text ?? ""),
    hint: printable(task.error?.hint ?? ""),
    output: run ? { run: `r${run.id}`, text: lines.slice(-OUTPUT_LINES).join("\n"), href: `/tasks/${task.id}/log?run=r${run.id}` } : null,
  };
}

/** What passes by itself. While it is checked or merged a person may still ask for changes. */
function waitsOf(task: Task): Need {
  const mayChange =
    task.state === "verifying" || task.state === "merging" || task.state === "approving" || (task.state === "executing" && task.stageDone);
  const text = task.waiting ? printable(task.waiting.text) : WORDS[task.state];
  if (text === undefined && !mayChange) return { kind: "nothing" };
  return { kind: "waits", text: text ?? "", since: when(task.waiting?.since ?? task.stateSince), mayChange, taskId: task.id };
}

const WORDS: Partial<Record<Task["state"], string>> = {
  queued: "It is queued and starts when its turn comes.",
  approving: "It is being checked again because its base has moved.",
  verifying: "Its gate runs on exactly the commit that would merge.",
  merging: "It is in the merge queue.",
};
