// Puts right what fsck found; each repair looks again first, is safe to repeat, and deletes nobody's work.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findRun, liveRunOf, reserveRunIdsUpTo, wantStop } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Identity, isAlive, signalProcess } from "../kernel/process.ts";
import { projectOf, repositoryOf } from "../projects/actions.ts";
import { reserveIdsUpTo } from "../tasks/actions.ts";
import { replaceTree } from "../worktrees/actions.ts";
import type { Repair } from "./schema.ts";

/** Killed processes are gone within milliseconds; those that hang in the kernel are found again by the next fsck. */
const GONE_MS = 2_000;
const POLL_MS = 5;

/** Faults: `environment` when the disk or git refuses. */
export async function apply(ctx: Ctx, repair: Repair): Promise<void> {
  switch (repair.kind) {
    case "put-aside":
      return putAside(ctx, repair.name);
    case "make-tree-anew":
      return makeTreeAnew(ctx, repair.taskId, repair.putAside ? "put-aside" : "nothing-left");
    case "stop-host":
      return ctx.outside.hosts.request(repair.runId, { kind: "stop", how: "gently" });
    case "end-processes":
      return await endProcesses(ctx, repair.runId, repair.processes);
    case "delete-file":
      return rmSync(repair.path, { force: true });
    case "set-ref":
      return await ctx.outside.git.setRef(repositoryOf(projectOf(ctx, repair.projectId)), repair.ref, repair.commit, null);
    case "reserve":
      if (repair.what === "tasks") return ctx.db.transact(() => reserveIdsUpTo(ctx, repair.upTo));
      return reserveRunIdsUpTo(ctx, repair.upTo);
  }
}

/** Moves something out of `tasks/`: the name says that it was put aside and when, so it is no task's folder any more. */
function putAside(ctx: Ctx, name: string): void {
  const from = join(ctx.paths.tasks, name);
  if (!existsSync(from)) return;
  mkdirSync(ctx.paths.trash, { recursive: true, mode: 0o700 });
  renameSync(from, join(ctx.paths.trash, `${name}.aside-${new Date(ctx.clock.now()).toISOString().replaceAll(":", "")}`));
}

/** A run in a tree that is gone works on nothing: it is stopped without counting as failed, and the next gets the new tree. */
function makeTreeAnew(ctx: Ctx, taskId: number, rest: "put-aside" | "nothing-left"): void {
  const run = liveRunOf(ctx, taskId);
  if (run) wantStop(ctx, run, "its tree has vanished");
  if (rest === "put-aside") putAside(ctx, String(taskId));
  replaceTree(ctx, taskId);
}

/** With a run folder its own way of ending finds more (what only sits in the tree); without one the marked processes are all that is known. */
async function endProcesses(ctx: Ctx, runId: number, processes: readonly Identity[]): Promise<void> {
  for (const who of processes) signalProcess(who, "SIGKILL");
  if (ctx.outside.hosts.look(runId).kind !== "absent") await ctx.outside.hosts.reap(runId, findRun(ctx, runId)?.taskId ?? 0);
  const deadline = ctx.clock.elapsed() + GONE_MS;
  while (processes.some(isAlive) && ctx.clock.elapsed() < deadline) await ctx.clock.sleep(POLL_MS);
}
