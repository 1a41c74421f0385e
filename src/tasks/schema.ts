// A task: its states, its row, and what a person may say to create one.
import * as v from "valibot";
import type { Right } from "./rules.ts";
import type { taskShapeSchema } from "./shapes.ts";

/** The stages a task goes through, then how it ends. The SQL CHECK lists the same words. */
export const TASK_STATES = [
  "queued",
  "planning",
  "executing",
  "reviewing",
  "verifying",
  "approving",
  "merging",
  "done",
  "failed",
  "cancelled",
  "paused",
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** Who wrote what a task says: the person, or anybody whom they do not vouch for. */
export const TASK_ORIGINS = ["person", "outside"] as const;
export type TaskOrigin = (typeof TASK_ORIGINS)[number];

/** A text of somebody whom the person does not vouch for, and where it is from: an address, a file. */
export type OutsideText = { source: string; text: string };

/** The states in which nothing more happens by itself. */
export const FINAL_STATES = ["done", "failed", "cancelled"] as const satisfies readonly TaskState[];

export const TASK_RESULTS = ["merged", "pull_request", "report", "no_change"] as const;
export type TaskResult = (typeof TASK_RESULTS)[number];

/** In the order in which they start; a row keeps the index. */
export const PRIORITIES = ["urgent", "high", "normal", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const TASK_KINDS = [
  "scaffold",
  "feature",
  "bugfix",
  "refactor",
  "unit-test",
  "integration-test",
  "e2e-test",
  "coverage",
  "readme",
  "api-docs",
  "diagrams",
  "comments",
  "dependency-update",
  "security-patch",
  "format",
  "dead-code",
  "ci-run",
  "security-scan",
  "report",
  "image-optimisation",
  "docs-site",
  "deployment-step",
  "custom",
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Why a task does not go on although its state says it could; shown to people, cleared when it goes on. */
export type Waiting = { reason: WaitingReason; text: string };
export const WAITING_REASONS = [
  "dependency",
  "capacity",
  "memory",
  "retry",
  "run_ending",
  "approval",
  "dirty_checkout",
  "merge_queue",
  "conflict",
  "fault",
  "sandbox",
  "question",
  "provider",
  "limit",
  "login",
  "agent",
  "load",
  "disk",
] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

/** How a task failed: a Fault's three parts. */
export type TaskError = { code: string; text: string; hint: string };

/** A task's row. Commits are full ids, times epoch milliseconds. */
export type Task = {
  id: number;
  uuid: string;
  projectId: number;
  title: string;
  prompt: string;
  kind: TaskKind;
  priority: number;
  /** The agent asked for, or null for the project's. */
  agent: string | null;
  state: TaskState;
  pausedFrom: TaskState | null;
  /** The agent has done its part of `executing`; the next stage is to be chosen. */
  stageDone: boolean;
  /** Dependencies that have not succeeded yet. */
  unmet: number;
  waiting: (Waiting & { since: number }) | null;
  result: TaskResult | null;
  error: TaskError | null;
  branch: string;
  /** The base commit that the branch contains. */
  baseCommit: string | null;
  /** The branch's tip as last imported. */
  tipCommit: string | null;
  mergedCommit: string | null;
  /** What the agent is told next instead of the prompt alone: a gate's output, a person's comment, a conflict. */
  instruction: string | null;
  /** Why the next agent run is made: what called for it, in words. */
  cause: string;
  /** The next run of an agent begins a session of its own instead of going on with the last one. */
  freshSession: boolean;
  /** Failed runs in a row. */
  attempts: number;
  /** Runs in a row that ended for no fault of the task, and since when: its provider, its login, the machine. */
  setbacks: number;
  setbackSince: number | null;
  /** When a person last said that it is to be tried, whatever it waits for. */
  urgedAt: number | null;
  sendBacks: number;
  conflicts: number;
  /** Faults in a row of the daemon's own work on this task. */
  jobFaults: number;
  /** All runs so far, of every kind. */
  runs: number;
  /** Not to be worked on before this time. */
  notBefore: number | null;
  costUsd: number;
  /** `outside` when anything that its agent is told was written by somebody whom the person does not vouch for. */
  origin: TaskOrigin;
  /** Where title and prompt are from, when those are somebody else's; null while they are the person's own. */
  source: string | null;
  /** What a person has given back. */
  lifted: Right[];
  createdAt: number;
  updatedAt: number;
  stateSince: number;
  finishedAt: number | null;
};

/** A task as lists show it: without its long texts. */
export type TaskBrief = Pick<
  Task,
  | "id"
  | "uuid"
  | "projectId"
  | "title"
  | "kind"
  | "priority"
  | "agent"
  | "state"
  | "pausedFrom"
  | "waiting"
  | "result"
  | "error"
  | "branch"
  | "tipCommit"
  | "mergedCommit"
  | "runs"
  | "costUsd"
  | "origin"
  | "source"
  | "lifted"
  | "createdAt"
  | "updatedAt"
  | "stateSince"
  | "finishedAt"
>;

/** How a list is sorted: by when tasks were created, by when they last moved, by cost, or as the queue starts them. */
export const TASK_SORTS = ["newest", "oldest", "moved", "cost", "priority"] as const;
export type TaskSort = (typeof TASK_SORTS)[number];

/** A place in a sorted list: what it is sorted by, and the task's number. */
export type ListPlace = { key: number; id: number };

/** Which tasks a list has; `words` are in the title, or are a task's number. */
export type TaskFilter = {
  projectId?: number;
  states?: readonly TaskState[];
  words?: string;
  /** The agent that does the work: the task's own, or that of its project, for which `agentProjects` are the projects that have it. */
  agent?: string;
  agentProjects?: readonly number[];
  kind?: TaskKind;
  priority?: number;
};

/** A page of it: at most `limit` beyond a place, towards the end of the list or back to its beginning. */
export type TaskQuery = TaskFilter & { sort: TaskSort; limit: number; beyond?: { place: ListPlace; towards: "end" | "beginning" } };

/** How many tasks of a project are in a state, and what they have cost so far. */
export type TaskTotal = { projectId: number; state: TaskState; tasks: number; costUsd: number };

/** Longest title in characters: one line of a list. */
export const TITLE_CHARS = 200;
/** Longest prompt in bytes: ten times the longest that agents take on a command line, and still a quick row to read. */
export const PROMPT_BYTES = 1_000_000;
/** Most dependencies of one task: a graph a person can still read. */
export const DEPENDENCIES = 64;

const agentName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, "An agent's name is a letter, then letters, digits or hyphens."));

/** Longest name of a source in characters: one line. */
export const SOURCE_CHARS = 500;
/** Bytes of one text from outside: a long thread of comments, and not a book that fills an agent's context. */
export const TEXT_BYTES = 100_000;
/** Texts of one task: together no longer than the longest prompt. */
export const TEXTS = 10;

const sourceSchema = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, "The source is empty: an address or a name says where it is from."),
  v.maxLength(SOURCE_CHARS, `The source is longer than ${SOURCE_CHARS} characters.`),
  v.regex(/^[^\p{Cc}]*$/u, "The source has more than one line, or a control character."),
);

export const outsideTextSchema = v.strictObject({
  source: sourceSchema,
  text: v.pipe(
    v.string(),
    v.check((text) => text.trim().length > 0, "The text is empty."),
    v.check((text) => !text.includes("\0"), "The text has a NUL byte in it."),
    v.maxBytes(TEXT_BYTES, `The text is larger than ${TEXT_BYTES / 1_000} kB.`),
  ),
});

/** What a person gives to create a task, after parsing. */
export const newTaskSchema = v.object({
  title: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, "The title is empty."),
    v.maxLength(TITLE_CHARS, `The title is longer than ${TITLE_CHARS} characters.`),
    v.regex(/^[^\n\r\0]*$/, "The title has more than one line."),
  ),
  prompt: v.pipe(
    v.string(),
    v.check((text) => text.trim().length > 0, "The prompt is empty."),
    v.check((text) => !text.includes("\0"), "The prompt has a NUL byte in it."),
    v.maxBytes(PROMPT_BYTES, `The prompt is larger than ${PROMPT_BYTES / 1_000_000} MB.`),
  ),
  kind: v.optional(v.picklist(TASK_KINDS), "custom"),
  priority: v.optional(v.picklist(PRIORITIES), "normal"),
  after: v.optional(
    v.pipe(
      v.array(v.pipe(v.number(), v.integer(), v.minValue(1))),
      v.maxLength(DEPENDENCIES, `A task can wait for ${DEPENDENCIES} others.`),
    ),
    [],
  ),
  agent: v.optional(agentName),
  source: v.exactOptional(
    v.pipe(sourceSchema, v.description("Where title and prompt are from, when somebody wrote them whom you do not vouch for")),
  ),
  texts: v.exactOptional(
    v.pipe(
      v.array(outsideTextSchema),
      v.maxLength(TEXTS, `A task can have ${TEXTS} texts from outside.`),
      v.description("Texts of others that the task is about: its agent reads them as material, and its runs may do less"),
    ),
  ),
});
export type NewTask = v.InferOutput<typeof newTaskSchema>;

/** What may be changed while a task is queued; null gives it the project's agent again. */
export const editedTaskSchema = v.object({
  title: v.exactOptional(newTaskSchema.entries.title),
  prompt: v.exactOptional(newTaskSchema.entries.prompt),
  priority: v.exactOptional(v.picklist(PRIORITIES)),
  agent: v.exactOptional(v.nullable(agentName)),
});
export type TaskEdit = v.InferOutput<typeof editedTaskSchema>;

/** A task as `--json` and the web give it. Times are ISO 8601; `commit` is what merged, else the branch's tip. */
export type TaskShape = v.InferOutput<typeof taskShapeSchema>;
