// What the daemon answers for those who may not touch trees themselves.
import { actingFor, type Ctx } from "../kernel/context.ts";
import { runTaskJob } from "../tasks/actions.ts";
import type { SnapshotAnswer } from "./schema.ts";
import { takeSnapshot } from "./snapshots.ts";

/** Longest time for one: git reads the whole tree once. */
const SNAPSHOT_MS = 10 * 60_000;

/** Keeps the state of a task's work because somebody asked. Faults: those of `takeSnapshot`. */
export async function answerSnapshot(ctx: Ctx, input: Record<string, unknown>): Promise<SnapshotAnswer> {
  const acting = actingFor(ctx, String(input.by ?? ""));
  const taskId = Number(input.taskId);
  const wish = { why: "asked", note: String(input.note ?? ""), unfinished: "refuse" } as const;
  return runTaskJob(ctx, taskId, { timeoutMs: SNAPSHOT_MS, work: () => takeSnapshot(acting, taskId, wish) });
}
