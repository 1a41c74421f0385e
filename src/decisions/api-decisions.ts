// The API's operations with which a person decides about a task's work, by a script of theirs.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { type Operation, writeOperation } from "../kernel/operation.ts";
import { askDaemon } from "../kernel/requests.ts";
import { projectOf } from "../projects/actions.ts";
import { taskShape } from "../tasks/rules.ts";
import type { Task, TaskShape } from "../tasks/schema.ts";
import { taskParams, taskShapeSchema } from "../tasks/shapes.ts";
import { approve, reject, requestChanges } from "./actions.ts";
import type { RolledBack } from "./schema.ts";

const seen = {
  commit: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^[0-9a-f]{7,64}$/, "is no commit"),
      v.description("Only if it is still this commit that would merge: `commit` of the diff"),
    ),
  ),
  question: v.exactOptional(v.pipe(v.number(), v.integer(), v.description("Only if the agent still asks this"))),
};

const approveTask = writeOperation({
  path: "/tasks/:id/approve",
  name: "approve",
  summary: "Let a task's work merge, exactly what its diff shows; or answer yes to what its agent asks",
  params: taskParams,
  body: v.strictObject({
    comment: v.pipe(v.optional(v.string(), ""), v.description("A word for the record; the choice, where the agent lets one choose")),
    ...seen,
  }),
  example: { commit: "1f3c9a2" },
  answer: taskShapeSchema,
  run: (ctx, { params, body: { comment, ...rest }, by }) => shown(ctx, approve(ctx, params.id, by, comment, rest)),
});

const rejectTask = writeOperation({
  path: "/tasks/:id/reject",
  name: "reject",
  summary: "End a task without a merge, its work kept on its branch; or answer no to what its agent asks",
  params: taskParams,
  body: v.strictObject({ reason: v.string(), ...seen }),
  example: { reason: "We use the other library." },
  answer: taskShapeSchema,
  run: (ctx, { params, body: { reason, ...rest }, by }) => shown(ctx, reject(ctx, params.id, by, reason, rest)),
});

const requestTaskChanges = writeOperation({
  path: "/tasks/:id/request-changes",
  name: "requestChanges",
  summary: "Send a task back to its agent with what is to be changed",
  params: taskParams,
  body: v.strictObject({ comment: v.pipe(v.string(), v.description("What the agent is told, word for word")) }),
  example: { comment: "Keep the old name as an alias." },
  answer: taskShapeSchema,
  run: (ctx, { params, body, by }) => shown(ctx, requestChanges(ctx, params.id, by, body.comment)),
});

const rollbackTask = writeOperation({
  path: "/tasks/:id/rollback",
  name: "rollback",
  summary: "Take a task's work back to a snapshot; what is there now is kept as another one",
  description:
    "Refused while a run of the task is live, while it is being merged, and when it is done. What was approved or checked before does not count any more.",
  params: taskParams,
  body: v.strictObject({ to: v.pipe(v.number(), v.integer(), v.minValue(1), v.description("The number of the snapshot")) }),
  example: { to: 3 },
  answer: v.strictObject({
    task: v.number(),
    to: v.number(),
    commit: v.string(),
    kept: v.pipe(v.array(v.number()), v.description("The snapshots that hold what was there before")),
  }),
  prepare: (ctx, { params, body, by }) => askDaemon(ctx, "rollback", { taskId: params.id, to: body.to, by }) as Promise<RolledBack>,
  run: (_ctx, _call, done) => done,
});

function shown(ctx: Ctx, task: Task): TaskShape {
  return taskShape(task, projectOf(ctx, task.projectId).name);
}

export const decisionOperations: readonly Operation[] = [approveTask, rejectTask, requestTaskChanges, rollbackTask];
