// How a run ends: nothing of it survives, its work comes home, and facts decide what its task does next.
import type { CommitId } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { projectOf } from "../projects/actions.ts";
import { failTask, mustFind, patchTask, record } from "../tasks/actions.ts";
import { judgeFault } from "../tasks/rules.ts";
import { measureTree, treeOrder } from "../worktrees/actions.ts";
import { finishRun } from "./actions.ts";
import { ingestRest } from "./ingest.ts";
import { judgeEnd } from "./recovery/judge.ts";
import { unheardMessages } from "./recovery/unheard.ts";
import { leftMessages } from "./run-files.ts";
import type { ExitRecord, HostState, Run } from "./schema.ts";
import * as table from "./table.ts";

/** What a killed host wrote last, in which messages are looked for that its agent never took up. */
const SAID_BYTES = 4_000_000;

/** After the lock was released: proves that nothing of the run is left, then records how it ended. */
export async function collectRun(ctx: Ctx, run: Run): Promise<void> {
  const survivors = await ctx.outside.hosts.reap(run.id, run.taskId);
  const state = ctx.outside.hosts.look(run.id);
  if (state.kind === "live") return;
  const lost = state.kind === "died" ? lostWith(ctx, run) : [];
  const exit = withUnread(exitFrom(state, run, ctx.clock.now()), [...lost, ...leftMessages(ctx.paths.run(run.id))]);
  ingestRest(ctx, run);
  ctx.db.transact(() => {
    if (!table.setEnded(ctx.db, run.id, exit, ctx.clock.now())) return;
    const task = { id: run.taskId, projectId: run.projectId };
    if (survivors.length > 0) record(ctx, task, "run.survivors-killed", "daemon", { survivors }, run.id);
    record(ctx, task, "run.ended", "host", { reason: exit?.reason, code: exit?.code, signal: exit?.signal }, run.id);
  });
}

/** What its agent never took up of what a killed host had taken. */
function lostWith(ctx: Ctx, run: Run): string[] {
  const said = ctx.outside.hosts.readBefore(run.id, Number.MAX_SAFE_INTEGER, SAID_BYTES);
  return unheardMessages(said.events.map(({ event }) => event));
}

/** What a person said just before the end lies there still. */
function withUnread(exit: ExitRecord | null, unread: readonly string[]): ExitRecord | null {
  return exit && { ...exit, undelivered: [...exit.undelivered, ...unread] };
}

/** Of a host that was killed nothing but its last lines is known. */
function exitFrom(state: HostState, run: Run, now: number): ExitRecord | null {
  if (state.kind === "ended") return state.exit;
  if (state.kind !== "died") return null;
  return {
    code: null,
    signal: "SIGKILL",
    reason: state.boot === "this" ? "died" : "rebooted",
    startedAt: run.startedAt ?? now,
    endedAt: now,
    peakMemoryBytes: 0,
    outputBytes: 0,
    tail: state.tail,
    result: null,
    undelivered: [],
  };
}

/** Longest pause of this function is git: commits what the agent left, brings the branch in, and judges the run. */
export async function finishAgentRun(ctx: Ctx, run: Run): Promise<void> {
  let tip: CommitId | Fault | null = null;
  try {
    if (run.exit) tip = await bringHome(ctx, run);
  } catch (thrown) {
    return leaveInTree(ctx, run, thrown);
  }
  if (tip instanceof Fault) return refuse(ctx, run, tip);
  const task = mustFind(ctx, run.taskId);
  judgeEnd(ctx, run, (tip ?? task.tipCommit) === task.baseCommit ? "unchanged" : "changed");
}

/** Work that cannot be brought in, however often it is tried, stays in the tree; run and task end with the reason. */
function leaveInTree(ctx: Ctx, run: Run, thrown: unknown): void {
  const task = mustFind(ctx, run.taskId);
  if (!(thrown instanceof Fault) || judgeFault(thrown.code, task.jobFaults + 1).kind === "retry") throw thrown;
  ctx.db.transact(() => {
    const summary = `Its work could not be brought in and stays in the tree: ${thrown.message}`;
    if (!finishRun(ctx, run, "failed", summary)) return;
    failTask(ctx, task, { code: thrown.code, text: summary, hint: thrown.hint });
  });
}

/** What was committed is the same the next time, so the first refusal ends run and task. */
function refuse(ctx: Ctx, run: Run, fault: Fault): void {
  const task = mustFind(ctx, run.taskId);
  ctx.db.transact(() => {
    if (!finishRun(ctx, run, "failed", fault.message)) return;
    record(ctx, task, "work.refused", "daemon", { why: fault.message, where: fault.hint }, run.id);
    patchTask(ctx, task.id, { instruction: refusedInstruction(fault.message), freshSession: true });
    failTask(ctx, task, { code: fault.code, text: fault.message, hint: fault.hint });
  });
}

/** For an agent that is let try again: its tree then shows the last work that was taken. */
function refusedInstruction(why: string): string {
  return `Your last work was refused: ${why} The tree is as it was before; \`git branch --list 'ccm-aside-*'\` names what was refused. Do the task again without that.`;
}

const NOTHING_SETTLED = { committedFiles: 0, left: [], found: [] };

/** Gives the branch's tip, or why the repository did not take what was committed. */
async function bringHome(ctx: Ctx, run: Run): Promise<CommitId | Fault> {
  const task = mustFind(ctx, run.taskId);
  const project = projectOf(ctx, task.projectId);
  const order = treeOrder(ctx, task);
  // The same session goes on with what a parked agent has not committed; it stays in the tree.
  const settled =
    run.exit?.reason === "parked" ? NOTHING_SETTLED : await ctx.outside.trees.settle(order, `Work of ${run.agent} on: ${task.title}`);
  if (!task.tipCommit) throw new Error(`Task ${task.id} has a run but no tip.`);
  const text = { message: task.title, author: { name: project.authorName, email: project.authorEmail }, at: run.claimedAt };
  const imported = await ctx.outside.trees.importBranch(order, task.tipCommit, text).catch(asRefusal);
  const sizeBytes = await measureTree(ctx, task.id);
  ctx.db.transact(() => {
    if (settled.committedFiles > 0 || settled.left.length > 0)
      record(ctx, task, "work.committed", "daemon", { files: settled.committedFiles, left: settled.left }, run.id);
    if (settled.found.length > 0) record(ctx, task, "work.tampered", "daemon", { found: settled.found }, run.id);
    if (imported instanceof Fault) return;
    patchTask(ctx, task.id, { tipCommit: imported.tip });
    if (imported.tip !== task.tipCommit)
      record(
        ctx,
        task,
        "work.imported",
        "daemon",
        { from: task.tipCommit, to: imported.tip, grafted: imported.grafted, sizeBytes },
        run.id,
      );
  });
  return imported instanceof Fault ? imported : imported.tip;
}

function asRefusal(thrown: unknown): Fault {
  if (thrown instanceof Fault && (thrown.code === "denied" || thrown.code === "failed")) return thrown;
  throw thrown;
}
