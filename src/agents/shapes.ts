// Runs and agents as scripts read them.
import * as v from "valibot";
import { commitSchema, countSchema, isoTimeSchema, uuidSchema } from "../kernel/shape.ts";
import { SANDBOX_LEVELS } from "../sandbox/schema.ts";
import { runRightsSchema } from "../sandbox/shapes.ts";
import { TASK_STATES } from "../tasks/schema.ts";
import { SNAPSHOT_REASONS, WORKTREE_STATES } from "../worktrees/schema.ts";
import { RUN_KINDS, RUN_OUTCOMES, RUN_STATES } from "./schema.ts";
import { ACTIVITIES } from "./signs/signs.ts";

const runEntries = {
  id: v.number(),
  uuid: uuidSchema,
  task: v.number(),
  project: v.string(),
  kind: v.picklist(RUN_KINDS),
  name: v.pipe(v.string(), v.description("The agent's name, or the gate's")),
  state: v.picklist(RUN_STATES),
  attempt: v.pipe(countSchema, v.description("Which run of its kind it is for the task, from 1")),
  cause: v.pipe(v.string(), v.description("Why it was made")),
  session: v.nullable(v.string()),
  commit: v.nullable(commitSchema),
  sandbox: v.nullable(v.picklist(SANDBOX_LEVELS)),
  rights: v.nullable(runRightsSchema),
  outcome: v.nullable(v.picklist(RUN_OUTCOMES)),
  summary: v.nullable(v.string()),
  exitCode: v.nullable(v.number()),
  peakMemoryBytes: v.nullable(countSchema),
  claimedAt: isoTimeSchema,
  startedAt: v.nullable(isoTimeSchema),
  endedAt: v.nullable(isoTimeSchema),
};

export const runShapeSchema = v.pipe(v.strictObject(runEntries), v.title("Run"), v.description("One process that works on a task."));

const tokens = v.strictObject({ input: v.number(), output: v.number(), cacheRead: v.number(), cacheWrite: v.number() });

export const agentShapeSchema = v.pipe(
  v.strictObject({
    activity: v.picklist(ACTIVITIES),
    doing: v.pipe(v.string(), v.description("What it does, in words")),
    since: isoTimeSchema,
    model: v.nullable(v.string()),
    version: v.nullable(v.string()),
    turns: countSchema,
    toolCalls: countSchema,
    failedCalls: countSchema,
    edits: countSchema,
    compactions: countSchema,
    costUsd: v.pipe(v.number(), v.description("Of this run, as of the end of its last turn")),
    tokens,
    context: v.strictObject({ used: v.nullable(v.number()), size: v.nullable(v.number()) }),
    subagents: v.array(v.string()),
    background: v.array(v.string()),
    limit: v.nullable(
      v.strictObject({ window: v.string(), status: v.string(), used: v.nullable(v.number()), resetsAt: v.nullable(isoTimeSchema) }),
    ),
    question: v.nullable(v.strictObject({ tool: v.string(), text: v.string(), askedAt: isoTimeSchema })),
    lastSaid: v.string(),
  }),
  v.title("Agent"),
  v.description("What is known of an agent at work."),
);

const listedEntries = {
  ...runEntries,
  agent: v.pipe(v.nullable(agentShapeSchema), v.description("Null for what is no agent, or has shown nothing yet")),
};

export const listedRunSchema = v.pipe(v.strictObject(listedEntries), v.title("AgentRun"), v.description("A run, and what its agent does."));

export const agentStatusSchema = v.pipe(
  v.strictObject({
    ...listedEntries,
    tail: v.pipe(v.nullable(v.string()), v.description("The end of what it printed, once it has ended")),
  }),
  v.title("AgentStatus"),
);

export const treeShapeSchema = v.pipe(
  v.strictObject({
    task: v.number(),
    title: v.string(),
    project: v.string(),
    taskState: v.picklist(TASK_STATES),
    state: v.picklist(WORKTREE_STATES),
    path: v.pipe(v.nullable(v.string()), v.description("Where it is, while it is in place")),
    sizeBytes: countSchema,
    updatedAt: isoTimeSchema,
  }),
  v.title("Worktree"),
  v.description("The folder that a task's agent works in."),
);
export type TreeShape = v.InferOutput<typeof treeShapeSchema>;

export const snapshotShapeSchema = v.pipe(
  v.strictObject({
    task: v.number(),
    n: v.number(),
    ref: v.pipe(v.string(), v.description("What holds it in the repository")),
    commit: v.string(),
    base: v.pipe(v.string(), v.description("The base that the task was on then")),
    why: v.picklist(SNAPSHOT_REASONS),
    note: v.string(),
    unfinished: v.pipe(v.nullable(v.string()), v.description("What was under way: such a state can only be looked at")),
    at: isoTimeSchema,
  }),
  v.title("Snapshot"),
  v.description("A state of a task's work that was kept and can be gone back to."),
);
export type SnapshotShape = v.InferOutput<typeof snapshotShapeSchema>;
