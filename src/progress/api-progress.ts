// The API's operations that tell where things stand: one task, how tasks ended, and what needs a person.
import * as v from "valibot";
import { openQuestion } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { decodeCursor, pageOf, pageQuery, pageSchema } from "../kernel/paging.ts";
import { projectFinder, projectNamed, projectOf } from "../projects/actions.ts";
import { findCandidate } from "../review/actions.ts";
import { endedBriefs, mustFind } from "../tasks/actions.ts";
import { taskShape } from "../tasks/rules.ts";
import type { TaskBrief } from "../tasks/schema.ts";
import { taskParams, taskShapeSchema } from "../tasks/shapes.ts";
import { type Need, needsOf } from "./actions.ts";
import { storyOf, storyShape } from "./command-actions.ts";
import { type NeedShape, needSchema, storyShapeSchema } from "./shapes.ts";

const RESULTS = "results";

const taskStatus = readOperation({
  path: "/tasks/:id",
  name: "taskStatus",
  summary: "Show everything about a task: where it is, what it waits for, its runs and decisions",
  params: taskParams,
  answer: storyShapeSchema,
  run: (ctx, { params }) => storyShape(storyOf(ctx, mustFind(ctx, params.id))),
});

const recentResults = readOperation({
  path: "/recent-results",
  name: "recentResults",
  summary: "List the tasks that ended, the latest first",
  query: v.strictObject({
    project: v.exactOptional(v.pipe(v.string(), v.description("Only tasks of this project"))),
    ...pageQuery,
  }),
  answer: pageSchema(taskShapeSchema),
  run(ctx, { query: { project, limit, cursor } }) {
    const [at = 0, id = 0] = cursor === undefined ? [] : decodeCursor(RESULTS, cursor, 2);
    const tasks = endedBriefs(ctx, {
      limit: limit + 1,
      ...(project === undefined ? {} : { projectId: projectNamed(ctx, project).id }),
      ...(cursor === undefined ? {} : { before: { at, id } }),
    });
    const projectOfTask = projectFinder(ctx);
    const shape = (task: TaskBrief) => taskShape(task, projectOfTask(task.projectId).name);
    return pageOf(tasks, { list: RESULTS, limit, place: (task) => [task.finishedAt ?? 0, task.id], shape });
  },
});

const listApprovals = readOperation({
  path: "/approvals",
  name: "listApprovals",
  summary: "List everything that goes on only when a person does something, the oldest first",
  description: "Approvals, questions of agents, checkouts in the way, logins that fail. On the command line it is a part of `ccm status`.",
  answer: v.strictObject({ items: v.array(needSchema), next: v.null() }),
  run: (ctx) => ({ items: needsOf(ctx).map((need) => needShape(ctx, need)), next: null }),
});

function needShape(ctx: Ctx, need: Need): NeedShape {
  if (need.kind === "agent") {
    const { agent, kind, text } = need.breaker;
    return { kind: "agent", agent, reason: kind, text };
  }
  const task = taskShape(need.task, projectOf(ctx, need.task.projectId).name);
  const asked = openQuestion(ctx, need.task.id);
  if (asked) {
    const { id, tool, text, input, askedAt } = asked;
    return { kind: "question", task, question: { id, tool, text, input, askedAt: new Date(askedAt).toISOString() } };
  }
  const candidate = need.task.state === "approving" ? findCandidate(ctx, need.task.id) : null;
  return candidate ? { kind: "approval", task, base: candidate.base, commit: candidate.commit } : { kind: "task", task };
}

export const progressOperations: readonly Operation[] = [taskStatus, recentResults, listApprovals];
