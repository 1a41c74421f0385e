// What `ccm demo` shows while its task goes its way, and what has come of it.
import { approve } from "../decisions/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Event, readEvents } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import { sentenceOf, toneOf } from "../progress/rules.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { isFinal } from "../tasks/rules.ts";
import type { Task } from "../tasks/schema.ts";
import { findDaemon } from "./daemon-file.ts";

/** The demo takes five seconds; a machine that needs this long has a problem that the demo should show. */
const DEMO_MS = 120_000;
const POLL_MS = 30;
/** More than the change of the demo's repository can be. */
const DIFF_BYTES = 10_000;

/** Prints what happens while it does, and approves when that is all the task waits for. Faults: `failed`, `timeout`, `unavailable`. */
export async function follow(host: CommandHost, ctx: Ctx, taskId: number, interrupted: AbortSignal): Promise<Task> {
  const deadline = ctx.clock.elapsed() + DEMO_MS;
  let after = 0;
  let firstAt: number | undefined;
  for (;;) {
    if (interrupted.aborted) throw new Fault("unavailable", "The demo was interrupted.", "Everything it made is gone again.");
    for (const event of readEvents(ctx.db, { after, limit: 100, taskId })) {
      after = event.seq;
      firstAt ??= event.at;
      if (TOLD.has(event.name)) host.note(timeline(host, event, event.at - firstAt));
    }
    const task = mustFind(ctx, taskId);
    if (task.state === "done" && task.result === "merged") return task;
    if (task.state === "approving" && task.waiting?.reason === "approval") {
      host.note(
        `${" ".repeat(INDENT)}${host.paint("bold", `Now you would look, and say: ccm approve ${taskId}. The demo says it for you.`)}`,
      );
      approve(ctx, taskId, "The demo");
      continue;
    }
    refuseHopeless(ctx, task);
    if (ctx.clock.elapsed() > deadline)
      throw new Fault(
        "timeout",
        `The demo's task was still "${task.state}" after ${DEMO_MS / 1000} s. ${task.waiting?.text ?? ""}`,
        "`ccm doctor` tries what a run needs.",
      );
    await ctx.clock.sleep(POLL_MS, interrupted);
  }
}

function refuseHopeless(ctx: Ctx, task: Task): void {
  if (isFinal(task.state))
    throw new Fault("failed", `The demo's task is ${task.state}: ${task.error?.text ?? task.result}`, task.error?.hint ?? "");
  if (findDaemon(ctx.paths).kind === "absent")
    throw new Fault("unavailable", "The demo's daemon has died.", "`ccm doctor` tries this machine; `ccm demo --keep` keeps its log.");
}

/** Columns before a sentence: the seconds since the task was created. */
const INDENT = 9;

/** Events that tell the story; the others are for programs. */
const TOLD = new Set([
  ...["task.created", "worktree.created", "run.started", "run.finished", "work.imported", "gate.passed", "gate.failed"],
  ...["task.approved", "task.merged", "task.failed", "job.failed", "merge.conflicted"],
]);

function timeline(host: CommandHost, event: Event, sinceMs: number): string {
  const tone = toneOf(event.name, event.data);
  const text = wrap(sentenceOf(event), host.columns, INDENT);
  const time = `${(sinceMs / 1_000).toFixed(1).padStart(INDENT - 4)} s  `;
  return `${host.paint("dim", time)}${tone ? host.paint(tone, text) : text}`;
}

/** The merged commit, how many lines it changes, and the lines. */
export async function changeOf(host: CommandHost, ctx: Ctx, task: Task): Promise<string> {
  if (!task.mergedCommit || !task.baseCommit) return "";
  const repository = repositoryOf(projectOf(ctx, task.projectId));
  const lines = (await ctx.outside.git.diff(repository, task.baseCommit, task.mergedCommit, DIFF_BYTES)).trimEnd().split("\n");
  const changed = lines.filter((line) => !/^(?:diff|index) /.test(line));
  const count = (pattern: RegExp) => changed.filter((line) => pattern.test(line)).length;
  const stat = `${count(/^\+\+\+ /)} file, ${count(/^\+(?!\+\+ )/)} line added, ${count(/^-(?!-- )/)} removed`;
  const shown = changed.map(
    (line) => `  ${line.startsWith("+") ? host.paint("green", line) : line.startsWith("-") ? host.paint("red", line) : line}`,
  );
  return `\nMerged commit ${task.mergedCommit.slice(0, 10)} on main: ${stat}\n\n${shown.join("\n")}`;
}
