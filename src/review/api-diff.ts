// The API's operation on what a task would change.
import * as v from "valibot";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { commitSchema } from "../kernel/shape.ts";
import { taskParams } from "../tasks/shapes.ts";
import { diffOf } from "./command-actions.ts";

const diff = readOperation({
  path: "/tasks/:id/diff",
  name: "diff",
  summary: "Show what a task changes: exactly what its gates ran on and what would merge",
  params: taskParams,
  answer: v.strictObject({
    id: v.number(),
    base: commitSchema,
    commit: commitSchema,
    diff: v.pipe(v.string(), v.description("As `git diff` prints it; empty where nothing is committed")),
  }),
  run: (ctx, { params }) => diffOf(ctx, params.id),
});

export const reviewOperations: readonly Operation[] = [diff];
