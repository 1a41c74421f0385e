// The API's operations on tasks, with the words and the answers of the command line.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { type Operation, readOperation, writeOperation } from "../kernel/operation.ts";
import { decodeCursor, encodeCursor, numberInQuery, pageQuery, pageSchema } from "../kernel/paging.ts";
import { onlyProject, projectFinder, projectNamed, projectOf } from "../projects/actions.ts";
import { createTask, pauseTask } from "./actions.ts";
import { listPage } from "./lists.ts";
import { cancelTask, editTask, resumeTask, retryTask, trustTask } from "./persons-word.ts";
import { RIGHTS, taskShape } from "./rules.ts";
import {
  editedTaskSchema,
  type ListPlace,
  newTaskSchema,
  PRIORITIES,
  TASK_KINDS,
  TASK_SORTS,
  TASK_STATES,
  type Task,
  type TaskShape,
  type TaskSort,
} from "./schema.ts";
import { taskParams, taskShapeSchema } from "./shapes.ts";
import { untilState } from "./wait.ts";

/** Longest wait of one request: below what proxies and clients commonly allow. A script asks again. */
const WAIT_SECONDS = 60;

const listTasks = readOperation({
  path: "/tasks",
  name: "listTasks",
  summary: "List tasks, the newest first, a page at a time",
  query: v.strictObject({
    project: v.exactOptional(v.pipe(v.string(), v.description("Only tasks of this project"))),
    state: v.exactOptional(v.pipe(v.picklist(TASK_STATES), v.description("Only tasks in this state"))),
    kind: v.exactOptional(v.picklist(TASK_KINDS)),
    priority: v.exactOptional(v.picklist(PRIORITIES)),
    agent: v.exactOptional(v.pipe(v.string(), v.description("Only tasks that this agent works on"))),
    words: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(200), v.description("Words in the title, or a task's number"))),
    sort: v.optional(v.picklist(TASK_SORTS), "newest"),
    ...pageQuery,
  }),
  answer: pageSchema(taskShapeSchema),
  run(ctx, { query }) {
    const { project, state, priority, sort, limit, cursor, ...rest } = query;
    const page = listPage(ctx, {
      ...rest,
      ...(project === undefined ? {} : { projectId: projectNamed(ctx, project).id }),
      ...(state === undefined ? {} : { states: [state] }),
      ...(priority === undefined ? {} : { priority: PRIORITIES.indexOf(priority) }),
      ...(cursor === undefined ? {} : { beyond: { place: placeOf(sort, cursor), towards: "end" } }),
      sort,
      limit,
    });
    const next = page.after && encodeCursor(`tasks-${sort}`, [page.after.key, page.after.id]);
    const projectOfTask = projectFinder(ctx);
    return { items: page.tasks.map((task) => taskShape(task, projectOfTask(task.projectId).name)), next };
  },
});

function placeOf(sort: TaskSort, cursor: string): ListPlace {
  const [key = 0, id = 0] = decodeCursor(`tasks-${sort}`, cursor, 2);
  return { key, id };
}

const create = writeOperation({
  path: "/tasks",
  name: "createTask",
  summary: "Queue a task for a project",
  body: v.strictObject({
    project: v.exactOptional(v.pipe(v.string(), v.description("The project's name; may be left out when there is only one"))),
    ...newTaskSchema.entries,
  }),
  example: { project: "my-app", title: "Greet politely", prompt: "Make the greeting say please.", priority: "high", after: [11] },
  answer: taskShapeSchema,
  run(ctx, { body: { project, ...input } }) {
    const { id } = project === undefined ? onlyProject(ctx) : projectNamed(ctx, project);
    return shown(ctx, createTask(ctx, id, input));
  },
});

const edit = writeOperation({
  path: "/tasks/:id/edit",
  name: "editTask",
  summary: "Change a task that has not started",
  params: taskParams,
  body: v.strictObject(editedTaskSchema.entries),
  example: { priority: "urgent" },
  answer: taskShapeSchema,
  run(ctx, { params, body }) {
    if (Object.keys(body).length === 0)
      throw new Fault("invalid", `Nothing of task ${params.id} is to change.`, "Give title, prompt, priority or agent.");
    return shown(ctx, editTask(ctx, params.id, body));
  },
});

const trust = writeOperation({
  path: "/tasks/:id/trust",
  name: "trust",
  summary: "Give rights to the runs of a task from outside, or take them again",
  description: "A run that is live keeps what it started with.",
  params: taskParams,
  body: v.strictObject({
    rights: v.pipe(v.array(v.picklist(RIGHTS)), v.minLength(1, "names no right")),
    how: v.optional(v.picklist(["lift", "withdraw"]), "lift"),
  }),
  example: { rights: ["network"] },
  answer: taskShapeSchema,
  run: (ctx, { params, body }) => shown(ctx, trustTask(ctx, params.id, body.rights, body.how)),
});

const cancel = writeOperation({
  path: "/tasks/:id/cancel",
  name: "cancelTask",
  summary: "End a task; its work stays on its branch",
  params: taskParams,
  body: v.strictObject({ reason: v.optional(v.pipe(v.string(), v.maxLength(10_000)), "") }),
  example: { reason: "Somebody else did it." },
  answer: taskShapeSchema,
  run: (ctx, { params, body }) => shown(ctx, cancelTask(ctx, params.id, body.reason)),
});

const wait = readOperation({
  path: "/tasks/:id/wait",
  name: "wait",
  summary: "Wait until a task comes into a state",
  description: `Answers as soon as the task is in the state, or has passed through it. 504 when the time is over: ask again. 500 with \`failed\` for a task that failed, 409 for one that ended otherwise.`,
  params: taskParams,
  query: v.strictObject({
    for: v.pipe(v.optional(v.picklist(TASK_STATES), "done"), v.description("The state to wait for")),
    timeout: v.pipe(v.optional(numberInQuery(0, WAIT_SECONDS), "30"), v.description("Give up after so many seconds")),
  }),
  answer: taskShapeSchema,
  run: async (ctx, { params, query, signal }) =>
    shown(ctx, await untilState(ctx, params.id, query.for, { seconds: query.timeout, signal })),
});

export const taskOperations: readonly Operation[] = [
  listTasks,
  create,
  edit,
  trust,
  cancel,
  move("pause", "Stop a task where it is; its work is kept", pauseTask),
  move("resume", "Let a paused task go on; try now what waits for an agent's provider, limit or login", resumeTask),
  move("retry", "Queue a failed or cancelled task again, on the work that is there", retryTask),
  wait,
];

function move(word: string, summary: string, act: (ctx: Ctx, id: number) => Task): Operation {
  return writeOperation({
    path: `/tasks/:id/${word}`,
    name: `${word}Task`,
    summary,
    params: taskParams,
    answer: taskShapeSchema,
    run: (ctx, { params }) => shown(ctx, act(ctx, params.id)),
  });
}

function shown(ctx: Ctx, task: Task): TaskShape {
  return taskShape(task, projectOf(ctx, task.projectId).name);
}
