// The API's operations on trees and on snapshots of them; to make trees and to clean up is for the command line.
import * as v from "valibot";
import { type Operation, readOperation, writeOperation } from "../kernel/operation.ts";
import { decodeCursor, pageOf, pageQuery, pageSchema, yesOrNo } from "../kernel/paging.ts";
import { askDaemon } from "../kernel/requests.ts";
import { mustFind } from "../tasks/actions.ts";
import { taskParams } from "../tasks/shapes.ts";
import { listWorktrees, snapshotsOf } from "../worktrees/actions.ts";
import type { SnapshotAnswer } from "../worktrees/schema.ts";
import { snapshotShapeSchema, treeShapeSchema } from "./shapes.ts";
import { snapshotShape } from "./snapshot-command-actions.ts";
import { treeShape } from "./worktree-command-actions.ts";

const LIST = "worktrees";

const list = readOperation({
  path: "/worktrees",
  name: "worktreesList",
  summary: "List the trees of tasks, those of the newest tasks first",
  query: v.strictObject({
    all: v.pipe(v.optional(yesOrNo, "false"), v.description("Those in the trash included")),
    ...pageQuery,
  }),
  answer: pageSchema(treeShapeSchema),
  run(ctx, { query: { all, limit, cursor } }) {
    const [before] = cursor === undefined ? [] : decodeCursor(LIST, cursor, 1);
    const trees = listWorktrees(ctx, limit + 1, all ? "trash too" : "in place", before);
    return pageOf(trees, { list: LIST, limit, place: (tree) => [tree.taskId], shape: (tree) => treeShape(ctx, tree) });
  },
});

const snapshots = readOperation({
  path: "/tasks/:id/snapshots",
  name: "snapshots",
  summary: "List the states of a task's work that were kept, the oldest first",
  params: taskParams,
  answer: v.strictObject({ items: v.array(snapshotShapeSchema) }),
  run: (ctx, { params }) => ({ items: snapshotsOf(ctx, mustFind(ctx, params.id).id).map(snapshotShape) }),
});

const takeSnapshot = writeOperation({
  path: "/tasks/:id/snapshots",
  name: "snapshot",
  summary: "Keep the state of a task's work now, committed or not; its agent may be at work",
  description: "Answers with the last one, and `isNew: false`, where nothing has changed since.",
  params: taskParams,
  body: v.strictObject({ note: v.pipe(v.optional(v.string(), ""), v.description("What the state is, in a few words")) }),
  example: { note: "before the second attempt" },
  answer: v.strictObject({ ...snapshotShapeSchema.pipe[0].entries, isNew: v.boolean() }),
  prepare: (ctx, { params, body, by }) => askDaemon(ctx, "snapshot", { taskId: params.id, note: body.note, by }) as Promise<SnapshotAnswer>,
  run: (_ctx, _call, { snapshot, isNew }) => ({ ...snapshotShape(snapshot), isNew }),
});

export const worktreeOperations: readonly Operation[] = [list, snapshots, takeSnapshot];
