// What the commands on worktrees do: ask the loop for it, since only the daemon touches trees, and print.
import type { Ctx } from "../kernel/context.ts";
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { Fault } from "../kernel/fault.ts";
import { taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { printable, textTable, wrap } from "../kernel/text-table.ts";
import { duration, sizeText } from "../kernel/time-text.ts";
import { projectOf } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { isFinal, stateTone } from "../tasks/rules.ts";
import type { Task, TaskState } from "../tasks/schema.ts";
import {
  deleteFromTrash,
  endedWithTree,
  findWorktree,
  keptInTrash,
  listWorktrees,
  refuseOpen,
  releaseNow,
  unkeptTrees,
  wantRestored,
  wantWorktree,
} from "../worktrees/actions.ts";
import type { Worktree } from "../worktrees/schema.ts";
import { liveRunOf } from "./actions.ts";
import type { TreeShape } from "./shapes.ts";

export type ListTreesOptions = { all?: boolean; limit: string };
export type CleanupOptions = { trash?: boolean; dryRun?: boolean };

/** Most rows of one list, and trees of one clean-up. */
const LIST_LIMIT = 10_000;

/** A tree as scripts read it. */
export function treeShape(ctx: Ctx, worktree: Worktree): TreeShape {
  const task = mustFind(ctx, worktree.taskId);
  return {
    task: task.id,
    title: task.title,
    project: projectOf(ctx, task.projectId).name,
    taskState: task.state,
    state: worktree.state,
    path: worktree.state === "ready" ? ctx.paths.task(task.id).tree : null,
    sizeBytes: worktree.sizeBytes,
    updatedAt: new Date(worktree.updatedAt).toISOString(),
  };
}

export async function list(host: CommandHost, options: ListTreesOptions): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const ctx = await host.open();
  const trees = listWorktrees(ctx, limit, options.all ? "trash too" : "in place").reverse();
  const shapes = trees.map((tree) => treeShape(ctx, tree));
  host.print(shapes, () => treeTable(ctx, host, trees, shapes));
}

function treeTable(ctx: Ctx, host: CommandHost, trees: readonly Worktree[], shapes: readonly TreeShape[]): string {
  if (trees.length === 0) return "No trees. A task gets one when it begins.";
  const table = textTable(
    [
      { title: "TASK", align: "right" },
      { title: "STATE", paint: (state) => host.paint(stateTone(state as TaskState), state) },
      { title: "TREE" },
      { title: "FOR", align: "right" },
      { title: "SIZE", align: "right" },
      { title: "PROJECT", shrink: true },
      { title: "TITLE", shrink: true },
    ],
    shapes.map((shape, i) => [
      String(shape.task),
      shape.taskState,
      shape.state,
      duration(ctx.clock.now() - (trees[i]?.updatedAt ?? 0)),
      shape.sizeBytes > 0 ? sizeText(shape.sizeBytes) : "",
      shape.project,
      shape.title,
    ]),
    host.columns,
  );
  return `${table}\n${host.paint("dim", `They are at ${ctx.paths.tasks}/<task>/tree.`)}`;
}

/** Faults: `conflict` for a task that has ended. */
export async function create(host: CommandHost, id: string): Promise<void> {
  const number = taskNumber(id);
  const ctx = await host.open();
  const task = mustFind(ctx, number);
  if (isFinal(task.state))
    throw new Fault("conflict", `Task ${number} is "${task.state}".`, `\`ccm worktrees restore ${number}\` brings its tree back.`);
  wantWorktree(ctx, number);
  printTree(ctx, host, task, "is being made");
}

/** Faults: `conflict` when nothing of it is in the trash. */
export async function restore(host: CommandHost, id: string): Promise<void> {
  const number = taskNumber(id);
  const ctx = await host.open();
  const task = mustFind(ctx, number);
  if (findWorktree(ctx, number)?.state !== "ready") wantRestored(ctx, task);
  printTree(ctx, host, task, "is being brought back");
}

function printTree(ctx: Ctx, host: CommandHost, task: Task, coming: string): void {
  const worktree = findWorktree(ctx, task.id);
  const path = ctx.paths.task(task.id).tree;
  host.print(
    worktree && treeShape(ctx, worktree),
    () => `The tree of task ${task.id} ${worktree?.state === "ready" ? "is there" : coming}: ${path}`,
  );
  if (worktree?.state !== "ready") noteWithoutDaemon(ctx, host);
}

/** A tree that a clean-up takes: to the trash, or out of it for good; `ref` is what keeps its work. */
type Going = { task: number; to: "trash" | "nowhere"; sizeBytes: number; ref: string };

/** With --dry-run nothing is done but said. Faults: `conflict` for a task that has not ended, or whose run is still live. */
export async function cleanUp(host: CommandHost, id: string | undefined, options: CleanupOptions): Promise<void> {
  const number = id === undefined ? undefined : taskNumber(id);
  const ctx = await host.open();
  const tasks = number === undefined ? endedWithTree(ctx, LIST_LIMIT) : [mustFind(ctx, number)];
  const released = tasks.filter((task) => mayGo(ctx, task, number === undefined ? "skip" : "refuse"));
  const emptied = options.trash ? inTrash(ctx, number) : [];
  const going = [...released.map(({ id }) => goingTo(ctx, id, "trash")), ...emptied.map((taskId) => goingTo(ctx, taskId, "nowhere"))];
  if (!options.dryRun) {
    for (const task of released) releaseNow(ctx, task);
    for (const taskId of emptied) deleteFromTrash(ctx, taskId);
  }
  const result = { dryRun: options.dryRun === true, released: released.map((task) => task.id), deleted: emptied.length, trees: going };
  host.print(result, () => cleanupText(ctx, host, going, options));
  if (!options.dryRun) noteWithoutDaemon(ctx, host);
}

function mayGo(ctx: Ctx, task: Task, live: "skip" | "refuse"): boolean {
  const run = liveRunOf(ctx, task.id);
  if (run && live === "refuse") throw new Fault("conflict", `Run r${run.id} of task ${task.id} is still ending.`, "Try again in a moment.");
  refuseOpen(task);
  return !run && findWorktree(ctx, task.id)?.state === "ready";
}

/** What somebody names goes, whatever could be kept of it. */
function inTrash(ctx: Ctx, number: number | undefined): number[] {
  if (number === undefined) return keptInTrash(ctx, LIST_LIMIT).map(({ taskId }) => taskId);
  return findWorktree(ctx, number)?.state === "discarded" ? [number] : [];
}

function goingTo(ctx: Ctx, task: number, to: Going["to"]): Going {
  return { task, to, sizeBytes: findWorktree(ctx, task)?.sizeBytes ?? 0, ref: `refs/ccm/trash/${task}` };
}

function cleanupText(ctx: Ctx, host: CommandHost, going: readonly Going[], { trash, dryRun }: CleanupOptions): string {
  const told = (to: Going["to"]) => {
    const some = going.filter((one) => one.to === to);
    const bytes = some.reduce((sum, one) => sum + one.sizeBytes, 0);
    return some.length === 0 ? null : `the trees of ${some.map((one) => one.task).join(", ")} (${sizeText(bytes)})`;
  };
  const [out, gone] = [told("trash"), told("nowhere")];
  const lines = [
    out ? `${dryRun ? "Would go to the trash" : "To the trash"}: ${out}.` : "No tree goes to the trash.",
    ...(trash ? [gone ? `${dryRun ? "Would be deleted" : "Deleted"} for good: ${gone}.` : "Nothing in the trash is to be deleted."] : []),
    ...(going.length > 0 ? ["What was made in them is kept on their branches and under refs/ccm/trash/<task>."] : []),
    ...unkeptTrees(ctx).map(({ taskId, unkept }) =>
      printable(
        `Stays in the trash: the tree of ${taskId}, because not all of it could be kept: ${unkept} \`ccm worktrees cleanup ${taskId} --trash\` deletes it.`,
      ),
    ),
  ];
  return lines.map((line) => wrap(line, host.columns, 0)).join("\n");
}
