// The API's operation on trees, which reads only: to make and to clean up is for the command line and the page.
import * as v from "valibot";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { decodeCursor, pageOf, pageQuery, pageSchema, yesOrNo } from "../kernel/paging.ts";
import { listWorktrees } from "../worktrees/actions.ts";
import { treeShapeSchema } from "./shapes.ts";
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

export const worktreeOperations: readonly Operation[] = [list];
