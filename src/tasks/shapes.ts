// A task as scripts read it, and what names one.
import * as v from "valibot";
import { commitSchema, countSchema, isoTimeSchema, uuidSchema } from "../kernel/shape.ts";
import { projectShapeSchema } from "../projects/shapes.ts";
import { RIGHTS } from "./rules.ts";
import { TASK_KINDS, TASK_ORIGINS, TASK_RESULTS, TASK_STATES, WAITING_REASONS } from "./schema.ts";

/** A task's number in a path. */
export const taskParams = v.strictObject({
  id: v.pipe(
    v.string(),
    v.regex(/^[1-9]\d{0,14}$/, "is no task's number"),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(1),
    v.description("The task's number"),
  ),
});

export const waitingSchema = v.strictObject({
  reason: v.picklist(WAITING_REASONS),
  text: v.pipe(v.string(), v.description("For people: what it waits for, and what can be done about it")),
});

/** What every answer about a task begins with. */
export const taskEntries = {
  id: v.number(),
  uuid: uuidSchema,
  project: v.string(),
  title: v.string(),
  kind: v.picklist(TASK_KINDS),
  state: v.picklist(TASK_STATES),
  waiting: v.nullable(v.strictObject({ ...waitingSchema.entries, since: isoTimeSchema })),
  result: v.nullable(v.picklist(TASK_RESULTS)),
  branch: v.string(),
  commit: v.pipe(v.nullable(commitSchema), v.description("What merged, else the tip of its branch")),
  error: v.nullable(v.strictObject({ code: v.string(), message: v.string(), hint: v.string() })),
  runs: v.pipe(countSchema, v.description("Runs so far, of every kind")),
  costUsd: v.number(),
  createdAt: isoTimeSchema,
  updatedAt: isoTimeSchema,
  origin: v.pipe(v.picklist(TASK_ORIGINS), v.description("`outside`: somebody else wrote what it says, or a part of it")),
  source: v.pipe(v.nullable(v.string()), v.description("Where title and prompt are from, when those are somebody else's")),
  lowered: v.pipe(v.array(v.picklist(RIGHTS)), v.description("What its runs do without until a person gives it back")),
};

export const taskShapeSchema = v.pipe(v.strictObject(taskEntries), v.title("Task"), v.description("One unit of work."));

export const stateCountsSchema = v.pipe(
  v.record(v.picklist(TASK_STATES), countSchema),
  v.description("How many tasks are in each state; states without any are left out"),
);

const diskSchema = v.pipe(
  v.strictObject({ treeBytes: v.number(), trashBytes: v.number() }),
  v.description("What the trees of its tasks take, in place and in the trash, as last measured"),
);

export const projectStatusSchema = v.pipe(
  v.strictObject({ ...projectShapeSchema.pipe[0].entries, tasks: stateCountsSchema, disk: diskSchema }),
  v.title("ProjectStatus"),
  v.description("A project, and where its tasks stand."),
);
export type ProjectStatus = v.InferOutput<typeof projectStatusSchema>;
