// What `ccm diff` does: finds the two commits, asks git, prints.
import type { CommitId } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { taskNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { redactPatch } from "../kernel/redact.ts";
import { printableLines, wrap } from "../kernel/text-table.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import type { Task } from "../tasks/schema.ts";
import { findCandidate } from "./actions.ts";
import { type Change, changeOf } from "./rules.ts";

/** Most of a diff that is printed, in bytes: beyond it nobody reads, and git on the branch shows the rest. */
const DIFF_BYTES = 10_000_000;

/** Faults: `conflict` before the task has begun, `not_found`. */
export async function diff(host: CommandHost, id: string): Promise<void> {
  const number = taskNumber(id);
  const ctx = await host.open();
  const found = await diffOf(ctx, number);
  host.print(found, () => shown(host, mustFind(ctx, number), found.diff));
}

/** A task's change as scripts read it, without secrets; an empty text where nothing is committed. */
export type TaskDiff = { id: number; base: CommitId; commit: CommitId; diff: string };

/** Faults: `conflict` before the task has begun, `not_found`. */
export async function diffOf(ctx: Ctx, id: number): Promise<TaskDiff> {
  const task = mustFind(ctx, id);
  const change = changeOf(task, findCandidate(ctx, id));
  if (!change) throw new Fault("conflict", `Task ${id} is "${task.state}" and has not begun.`, `\`ccm plan\` says when it starts.`);
  return { id, ...change, diff: await diffText(ctx, task, change) };
}

async function diffText(ctx: Ctx, task: Task, { base, commit }: Change): Promise<string> {
  if (base === commit) return "";
  return redactPatch(await ctx.outside.git.diff(repositoryOf(projectOf(ctx, task.projectId)), base, commit, DIFF_BYTES));
}

function shown(host: CommandHost, task: Task, text: string): string {
  if (text === "") {
    const where = `What its agent is working on is in its tree: \`ccm task-status ${task.id}\`.`;
    return wrap(`Task ${task.id} has changed nothing that is committed. ${where}`, host.columns, 0);
  }
  return printableLines(text)
    .split("\n")
    .map((line) => painted(host, line))
    .join("\n");
}

function painted(host: CommandHost, line: string): string {
  if (/^(?:diff |index |--- |\+\+\+ )/.test(line)) return host.paint("bold", line);
  if (line.startsWith("@@")) return host.paint("dim", line);
  if (line.startsWith("+")) return host.paint("green", line);
  return line.startsWith("-") ? host.paint("red", line) : line;
}
