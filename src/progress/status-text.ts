// A task's whole story, and how tasks ended, as people read them in a terminal.

import { runDurationMs } from "../agents/rules.ts";
import type { Run } from "../agents/schema.ts";
import type { Decision } from "../decisions/schema.ts";
import type { CommandHost } from "../kernel/module.ts";
import { costText } from "../kernel/number-text.ts";
import { redact } from "../kernel/redact.ts";
import { printable, printableLines, textFields, textTable, wrap } from "../kernel/text-table.ts";
import { ago, duration, sizeText } from "../kernel/time-text.ts";
import type { Project } from "../projects/schema.ts";
import { sandboxText } from "../sandbox/rules.ts";
import { isFinal, loweredRights, stateTone } from "../tasks/rules.ts";
import { type OutsideText, PRIORITIES, type Task, type TaskBrief, type TaskState } from "../tasks/schema.ts";
import type { Worktree } from "../worktrees/schema.ts";

export type TaskStory = {
  task: Task;
  project: Project;
  /** Texts of others that it is about. */
  texts: OutsideText[];
  after: { id: number; state: TaskState; title: string }[];
  runs: Run[];
  decisions: Decision[];
  worktree: Worktree | null;
  tree: string;
  /** The gate's run that let the candidate pass. */
  gateRun: Run | null;
};

/** Lines of the prompt and of a failed run's output that are shown. */
const SHOWN_LINES = 12;

export function taskText(host: CommandHost, story: TaskStory, now: number): string {
  const sections = [
    heading(host, story, now),
    fields(host, story, now),
    runsText(host, story, now),
    decisionsText(host, story, now),
    ...(story.task.state === "failed" ? [outputText(host, story)] : []),
    `${host.paint("dim", story.task.source === null ? "Prompt" : "What somebody else wrote")}\n${firstLines(host, story.task.prompt)}`,
    ...story.texts.map(({ source, text }) => `${host.paint("dim", `Text from ${printable(source)}`)}\n${firstLines(host, text)}`),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function heading(host: CommandHost, { task }: TaskStory, now: number): string {
  const title = host.paint("bold", wrap(`Task ${task.id}  ${printable(task.title)}`, host.columns, 0));
  const since = task.finishedAt === null ? `for ${duration(now - task.stateSince)}` : ago(task.finishedAt, now);
  const result = task.result && task.result !== "merged" ? ` (${task.result.replaceAll("_", " ")})` : "";
  const lines = [title, `${host.paint(stateTone(task.state), task.state)} ${since}${result}`];
  if (task.waiting) lines.push(wrap(printable(task.waiting.text), host.columns, 0));
  if (task.error) {
    lines.push(host.paint("red", wrap(printable(task.error.text), host.columns, 0)));
    if (task.error.hint) lines.push(wrap(printable(task.error.hint), host.columns, 0));
  }
  return lines.join("\n");
}

function fields(host: CommandHost, story: TaskStory, now: number): string {
  const { task, project, after, worktree } = story;
  return textFields(
    [
      ["Project", project.name],
      ["Kind", `${task.kind}, priority ${PRIORITIES[task.priority] ?? task.priority}`],
      ["From", task.origin === "outside" ? (task.source ?? "you, with texts of others") : ""],
      ["Without", loweredText(task)],
      ["Agent", task.agent ?? project.agent],
      ["After", after.map((one) => `${one.id} (${one.state})`).join(", ")],
      ["Branch", task.tipCommit ? `${task.branch} at ${short(task.tipCommit)}` : task.branch],
      ["Merged", task.mergedCommit ? `${short(task.mergedCommit)} into ${project.base}` : ""],
      ["Tree", treeText(story)],
      ["Skipped", (worktree?.skipped ?? []).map(({ path, why }) => `${path} (${why})`).join(", ")],
      ["Cost", task.costUsd > 0 ? costText(task.costUsd) : ""],
      ["Created", ago(task.createdAt, now)],
    ],
    host.columns,
  );
}

/** What the runs of a task from outside do without, and how a person gives it back. */
function loweredText(task: Task): string {
  const lowered = loweredRights(task);
  if (lowered.length === 0) return task.origin === "outside" ? "nothing: you gave its runs all that others have" : "";
  return `${lowered.join(", ")}: \`ccm trust ${task.id} ${lowered.map((right) => `--${right}`).join(" ")}\` gives that back`;
}

function treeText({ task, worktree, tree }: TaskStory): string {
  if (!worktree) return "";
  if (worktree.state === "ready") return worktree.sizeBytes > 0 ? `${tree} (${sizeText(worktree.sizeBytes)})` : tree;
  const isOpen = !isFinal(task.state);
  if (worktree.state === "purged" && isOpen) return "deleted: its next run makes it anew from its branch";
  if (worktree.state !== "discarded") return worktree.state;
  return `in the trash: ${isOpen ? "its next run or " : ""}\`ccm worktrees restore ${task.id}\` brings it back`;
}

function runsText(host: CommandHost, { runs }: TaskStory, now: number): string {
  if (runs.length === 0) return "";
  const table = textTable(
    [
      { title: "RUN", align: "right" },
      { title: "KIND" },
      { title: "NAME", shrink: true },
      { title: "SANDBOX", shrink: true },
      { title: "TOOK", align: "right" },
      { title: "RESULT", shrink: true },
    ],
    runs.map((run) => [
      `r${run.id}`,
      run.kind,
      run.agent,
      sandboxText(run.sandbox, run.rights),
      duration(runDurationMs(run, now)),
      run.summary ?? run.state,
    ]),
    host.columns,
  );
  const wide = runs.some((run) => run.summary && table.includes("…"));
  return wide ? `${table}\n${host.paint("dim", "`ccm agent-status r<number>` shows a run in full.")}` : table;
}

function decisionsText(host: CommandHost, { decisions }: TaskStory, now: number): string {
  return decisions
    .map(({ verdict, by, at, comment }) => {
      const said = verdict === "changes" ? "asked for changes" : verdict;
      return wrap(printable(`${by} ${said} ${ago(at, now)}${comment ? `: ${redact(comment)}` : ""}`), host.columns, 2);
    })
    .join("\n");
}

function outputText(host: CommandHost, { runs }: TaskStory): string {
  const last = runs.findLast((run) => run.outcome !== "passed" && run.exit?.tail.trim());
  if (!last) return "";
  const lines = printableLines(last.exit?.tail.trimEnd() ?? "")
    .split("\n")
    .slice(-SHOWN_LINES);
  return `${host.paint("dim", `The end of the output of r${last.id}`)}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

/** Sentences are wrapped; what is indented is code. */
function firstLines(host: CommandHost, text: string): string {
  const lines = printableLines(redact(text.trim())).split("\n");
  const shown = lines.slice(0, SHOWN_LINES).map((line) => `  ${/^\s/.test(line) ? line : wrap(line, host.columns, 2)}`.trimEnd());
  return lines.length > SHOWN_LINES ? [...shown, `  … ${lines.length - SHOWN_LINES} more lines`].join("\n") : shown.join("\n");
}

/** Enough of a commit's id to name it. */
function short(commit: string): string {
  return commit.slice(0, 10);
}

/** A line a task that ended: how, and what it took. */
export function resultTable(host: CommandHost, rows: readonly { task: TaskBrief; project: string }[], now: number): string {
  if (rows.length === 0) return "No task has ended yet.";
  const paint = (result: string) =>
    host.paint(result === "failed" ? "red" : result === "cancelled" || result === "rejected" ? "dim" : "green", result);
  const isPaid = rows.some(({ task }) => task.costUsd > 0);
  return textTable(
    [
      { title: "TASK", align: "right" },
      { title: "RESULT", paint },
      { title: "ENDED" },
      { title: "TOOK", align: "right" },
      { title: "RUNS", align: "right" },
      ...(isPaid ? [{ title: "COST", align: "right" } as const] : []),
      { title: "PROJECT", shrink: true },
      { title: "TITLE", shrink: true },
    ],
    rows.map(({ task, project }) => [
      String(task.id),
      resultOf(task),
      ago(task.finishedAt ?? task.updatedAt, now),
      duration((task.finishedAt ?? task.updatedAt) - task.createdAt),
      String(task.runs),
      ...(isPaid ? [task.costUsd > 0 ? costText(task.costUsd) : ""] : []),
      project,
      task.title,
    ]),
    host.columns,
  );
}

function resultOf(task: TaskBrief): string {
  if (task.result) return task.result.replaceAll("_", " ");
  return task.error?.code === "rejected" ? "rejected" : task.state;
}
