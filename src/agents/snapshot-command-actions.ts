// What the commands on snapshots do: list what was kept, and ask the daemon to keep more.
import type { Ctx } from "../kernel/context.ts";
import { currentUser } from "../kernel/home.ts";
import { taskNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { askDaemon } from "../kernel/requests.ts";
import { printable, textTable, wrap } from "../kernel/text-table.ts";
import { duration } from "../kernel/time-text.ts";
import { mustFind } from "../tasks/actions.ts";
import { snapshotsOf } from "../worktrees/actions.ts";
import { snapshotRef, whyText } from "../worktrees/rules.ts";
import type { Snapshot, SnapshotAnswer } from "../worktrees/schema.ts";
import type { SnapshotShape } from "./shapes.ts";

/** A snapshot as scripts read it. */
export function snapshotShape(snapshot: Snapshot): SnapshotShape {
  const { taskId, n, commit, base, why, note, unfinished, at } = snapshot;
  return { task: taskId, n, ref: snapshotRef(taskId, n), commit, base, why, note, unfinished, at: new Date(at).toISOString() };
}

export async function list(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const task = mustFind(ctx, taskNumber(id));
  const snapshots = snapshotsOf(ctx, task.id);
  host.print(snapshots.map(snapshotShape), () => snapshotTable(ctx, host, task.id, snapshots));
}

function snapshotTable(ctx: Ctx, host: CommandHost, taskId: number, snapshots: readonly Snapshot[]): string {
  if (snapshots.length === 0) return wrap(`No snapshots of task ${taskId}. \`ccm snapshot ${taskId}\` takes one.`, host.columns, 0);
  const table = textTable(
    [
      { title: "N", align: "right" },
      { title: "AGO", align: "right" },
      { title: "COMMIT" },
      { title: "WHY" },
      { title: "NOTE", shrink: true },
    ],
    snapshots.map((snapshot) => [
      String(snapshot.n),
      duration(ctx.clock.now() - snapshot.at),
      snapshot.commit.slice(0, 10),
      whyText(snapshot.why),
      printable([snapshot.unfinished, snapshot.note].filter(Boolean).join("; ")),
    ]),
    host.columns,
  );
  return `${table}\n${host.paint("dim", `To look at one: git show ${snapshotRef(taskId, snapshots.at(-1)?.n ?? 1)}`)}`;
}

/** Faults: `unavailable` without a daemon; `conflict` without a tree or in the middle of conflicts; `invalid`. */
export async function take(host: CommandHost, id: string, options: { note?: string }): Promise<void> {
  const ctx = await host.open();
  const task = mustFind(ctx, taskNumber(id));
  const asked = { taskId: task.id, note: options.note ?? "", by: currentUser() };
  const { snapshot, isNew } = (await askDaemon(ctx, "snapshot", asked)) as SnapshotAnswer;
  const said = isNew
    ? `Snapshot ${snapshot.n} of task ${task.id} is taken: ${snapshot.commit.slice(0, 10)}. \`ccm rollback ${task.id} --to ${snapshot.n}\` goes back to it.`
    : `Nothing has changed since snapshot ${snapshot.n} of task ${task.id}.`;
  host.print({ ...snapshotShape(snapshot), isNew }, () => wrap(said, host.columns, 0));
}
