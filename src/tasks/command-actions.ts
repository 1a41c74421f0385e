// What the commands on tasks do: read what was typed, act, print.

import type { Ctx } from "../kernel/context.ts";
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { Fault } from "../kernel/fault.ts";
import { oneOf, parseInput, taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import { onlyProject, projectFinder, projectNamed, projectOf } from "../projects/actions.ts";
import { countTasks, createTask, listTasks } from "./actions.ts";
import { MOVES_BY_WORD } from "./moves.ts";
import { editTask } from "./persons-word.ts";
import { type PromptOptions, readPrompt, readTaskFile, readTexts } from "./prompt-input.ts";
import { taskShape } from "./rules.ts";
import { editedTaskSchema, newTaskSchema, PRIORITIES, TASK_KINDS, TASK_STATES, type Task, type TaskEdit } from "./schema.ts";
import { loweredText, taskLine, taskTable } from "./task-text.ts";

export type CreateOptions = PromptOptions & {
  project?: string;
  title?: string;
  file?: string;
  kind: string;
  priority?: string;
  after?: string[];
  agent?: string;
  fromOutside?: string;
  attach?: string[];
};
export type EditOptions = PromptOptions & { title?: string; priority?: string; agent?: string };
export type ListOptions = { project?: string; state?: string; limit: string };

const CREATE_HINT = "`ccm create-task --help` shows an example.";
/** Most rows of one list: what a terminal scrolls through in a moment and a script reads in a second. */
const LIST_LIMIT = 100_000;

/** Faults: `invalid` for missing or contradicting input, `not_found` for an unknown project, file or task to come after. */
export async function create(host: CommandHost, input: string | undefined, options: CreateOptions): Promise<void> {
  const ctx = await host.open();
  const project = options.project === undefined ? onlyProject(ctx) : projectNamed(ctx, options.project);
  const written = await writtenTask(input, options);
  const task = createTask(
    ctx,
    project.id,
    parseInput(
      newTaskSchema,
      {
        ...written,
        kind: oneOf(TASK_KINDS, options.kind, "kind"),
        priority: oneOf(PRIORITIES, options.priority ?? "normal", "priority"),
        after: (options.after ?? []).map(taskNumber),
        ...(options.agent === undefined ? {} : { agent: options.agent }),
        ...(options.fromOutside === undefined ? {} : { source: options.fromOutside }),
        ...(options.attach === undefined ? {} : { texts: await readTexts(options.attach) }),
      },
      CREATE_HINT,
    ),
  );
  host.print(taskShape(task, project.name), () => taskLine(host, task, "is queued"));
  if (task.origin === "outside") host.note(wrap(loweredText(task), host.columns, 0));
  if (task.waiting) host.note(wrap(task.waiting.text, host.columns, 0));
  noteWithoutDaemon(ctx, host);
}

async function writtenTask(input: string | undefined, options: CreateOptions): Promise<{ title: string; prompt: string }> {
  if (options.file !== undefined) {
    if (input !== undefined || options.prompt !== undefined || options.promptFile !== undefined)
      throw new Fault("invalid", "The prompt is given twice: --file holds it already.", "Give one of them.");
    const read = await readTaskFile(options.file);
    return { title: options.title ?? read.title, prompt: read.prompt };
  }
  if (options.title === undefined) throw new Fault("invalid", "The task has no title.", "Say in one line what is to be done: --title TEXT");
  const prompt = await readPrompt(input, options);
  if (prompt === undefined)
    throw new Fault("invalid", "The task has no prompt.", "Give it with --prompt TEXT, --prompt-file PATH, or - to read standard input.");
  return { title: options.title, prompt };
}

/** Faults: `conflict` once the task has started, `invalid` when nothing is to change. */
export async function edit(host: CommandHost, id: string, input: string | undefined, options: EditOptions): Promise<void> {
  const number = taskNumber(id);
  const prompt = await readPrompt(input, options);
  const change: TaskEdit = parseInput(
    editedTaskSchema,
    {
      ...(options.title === undefined ? {} : { title: options.title }),
      ...(prompt === undefined ? {} : { prompt }),
      ...(options.priority === undefined ? {} : { priority: oneOf(PRIORITIES, options.priority, "priority") }),
      ...(options.agent === undefined ? {} : { agent: options.agent }),
    },
    "`ccm edit-task --help` shows what can be changed.",
  );
  if (Object.keys(change).length === 0)
    throw new Fault("invalid", `Nothing of task ${number} is to change.`, "Give --title, --prompt, --prompt-file, --priority or --agent.");
  const ctx = await host.open();
  printTask(ctx, host, editTask(ctx, number, change), "is changed");
}

/** Faults: `conflict` for a move that the task cannot make from where it is. */
export async function move(host: CommandHost, verb: keyof typeof MOVES_BY_WORD, id: string, why = ""): Promise<void> {
  const number = taskNumber(id);
  const ctx = await host.open();
  printTask(ctx, host, MOVES_BY_WORD[verb].act(ctx, number, why), MOVES_BY_WORD[verb].said);
  if (verb !== "pause") noteWithoutDaemon(ctx, host);
}

function printTask(ctx: Ctx, host: CommandHost, task: Task, said: string): void {
  host.print(taskShape(task, projectOf(ctx, task.projectId).name), () => taskLine(host, task, said));
}

/** Faults: `not_found` for an unknown project, `invalid` for an unknown state. */
export async function list(host: CommandHost, options: ListOptions): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const state = options.state === undefined ? undefined : oneOf(TASK_STATES, options.state, "state");
  const ctx = await host.open();
  const filter = {
    ...(options.project === undefined ? {} : { projectId: projectNamed(ctx, options.project).id }),
    ...(state === undefined ? {} : { state }),
  };
  const projectWith = projectFinder(ctx);
  const tasks = listTasks(ctx, { ...filter, limit });
  host.print(
    tasks.map((task) => taskShape(task, projectWith(task.projectId).name)),
    () => {
      const total = tasks.length < limit ? tasks.length : countTasks(ctx, filter);
      return taskTable(
        host,
        tasks.map((task) => ({ task, project: projectWith(task.projectId).name })),
        { total, now: ctx.clock.now() },
      );
    },
  );
}
