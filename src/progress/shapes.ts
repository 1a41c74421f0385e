// A task's whole story, events, and what needs a person, as scripts read them.
import * as v from "valibot";
import { BREAKER_KINDS } from "../agents/schema.ts";
import { runShapeSchema } from "../agents/shapes.ts";
import { VERDICTS } from "../decisions/schema.ts";
import type { AuditDamage } from "../kernel/audit.ts";
import { EVENT_SOURCES } from "../kernel/events.ts";
import { commitSchema, countSchema, isoTimeSchema } from "../kernel/shape.ts";
import { outsideTextSchema } from "../tasks/schema.ts";
import { taskEntries, taskShapeSchema } from "../tasks/shapes.ts";

export const storyShapeSchema = v.pipe(
  v.strictObject({
    ...taskEntries,
    prompt: v.string(),
    texts: v.pipe(v.array(outsideTextSchema), v.description("Texts of others that it is about")),
    agent: v.pipe(v.string(), v.description("The task's own, or that of its project")),
    after: v.pipe(v.array(v.number()), v.description("The tasks that it comes after")),
    tree: v.pipe(v.nullable(v.string()), v.description("Where its tree is, while it is in place")),
    runList: v.array(runShapeSchema),
    decisions: v.array(
      v.strictObject({
        verdict: v.picklist(VERDICTS),
        comment: v.string(),
        by: v.string(),
        commit: v.nullable(commitSchema),
        at: isoTimeSchema,
      }),
    ),
  }),
  v.title("TaskStatus"),
  v.description("A task with all that is known of it."),
);
export type StoryShape = v.InferOutput<typeof storyShapeSchema>;

const eventEntries = {
  at: isoTimeSchema,
  name: v.pipe(v.string(), v.description("`noun.past-verb`, such as `task.created`")),
  source: v.pipe(v.picklist(EVENT_SOURCES), v.description("Who says so. What an agent says is a claim")),
  projectId: v.nullable(v.number()),
  taskId: v.nullable(v.number()),
  runId: v.nullable(v.number()),
  data: v.record(v.string(), v.unknown()),
};

export const eventShapeSchema = v.pipe(
  v.strictObject({ seq: v.pipe(v.number(), v.description("Grows with each event")), ...eventEntries }),
  v.title("Event"),
  v.description("Something that happened."),
);
export type EventShape = v.InferOutput<typeof eventShapeSchema>;

/** The names of what can be wrong with a row of the audit log. */
const AUDIT_DAMAGES = [
  "put in",
  "missing before",
  "changed",
  "data changed",
  "missing after",
] as const satisfies readonly AuditDamage["what"][];
const hashSchema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const auditShapeSchema = v.pipe(
  v.strictObject({
    id: v.pipe(v.number(), v.description("Grows with each row, without gaps")),
    ...eventEntries,
    digest: v.pipe(hashSchema, v.description("SHA-256 of the data as they were written")),
    hash: v.pipe(hashSchema, v.description("SHA-256 of the row and of the hash before it")),
    scrubbedAt: v.pipe(v.nullable(isoTimeSchema), v.description("When secrets were taken out of its data")),
  }),
  v.title("AuditRow"),
  v.description("Something that was decided, allowed, overridden or changed. Rows are never changed and never deleted."),
);
export type AuditShape = v.InferOutput<typeof auditShapeSchema>;

export const auditCheckSchema = v.pipe(
  v.strictObject({
    whole: v.pipe(v.boolean(), v.description("Every row is as it was written, and none is missing")),
    rows: countSchema,
    scrubbed: v.pipe(countSchema, v.description("Rows that secrets were taken out of")),
    head: v.pipe(v.nullable(v.string()), v.description("The last row's number and hash, `NUMBER:HASH`: note it elsewhere")),
    damages: v.array(v.strictObject({ id: v.number(), what: v.picklist(AUDIT_DAMAGES) })),
  }),
  v.title("AuditCheck"),
  v.description("Whether the audit log is as it was written."),
);
export type AuditCheckShape = v.InferOutput<typeof auditCheckSchema>;

export const needSchema = v.pipe(
  v.variant("kind", [
    v.strictObject({
      kind: v.literal("approval"),
      task: taskShapeSchema,
      base: commitSchema,
      commit: v.pipe(commitSchema, v.description("What would merge: give it with the approval")),
    }),
    v.strictObject({
      kind: v.literal("question"),
      task: taskShapeSchema,
      question: v.strictObject({
        id: v.pipe(v.number(), v.description("Give it with the answer")),
        tool: v.string(),
        text: v.string(),
        input: v.unknown(),
        askedAt: isoTimeSchema,
      }),
    }),
    v.strictObject({ kind: v.literal("task"), task: v.pipe(taskShapeSchema, v.description("Its `waiting` says what is to be done")) }),
    v.strictObject({ kind: v.literal("agent"), agent: v.string(), reason: v.picklist(BREAKER_KINDS), text: v.string() }),
  ]),
  v.title("Need"),
  v.description("Something that goes on only when a person does something."),
);
export type NeedShape = v.InferOutput<typeof needSchema>;
