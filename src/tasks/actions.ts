// What may be done to a task: created, moved, made to wait, worked on. Every change is an event.
import type { Repository } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import type { Durability } from "../kernel/database.ts";
import { appendEvent, type EventSource } from "../kernel/events.ts";
import { Fault, messageOf } from "../kernel/fault.ts";
import { redact } from "../kernel/redact.ts";
import { requireAgent } from "../projects/actions.ts";
import { canMove, highestTaskNumber, isDue, isFinal, judgeFault, noSuchMove } from "./rules.ts";
import type { NewTask, OutsideText, Task, TaskBrief, TaskError, TaskState, TaskTotal, Waiting } from "./schema.ts";
import { PRIORITIES } from "./schema.ts";
import * as table from "./table.ts";

/**
 * Queues a task for a project; one that comes after others waits until all of them are done. Faults: `not_found` for one of
 * those, or an agent, that does not exist.
 */
export function createTask(ctx: Ctx, projectId: number, input: NewTask): Task {
  if (input.agent !== undefined) requireAgent(ctx, input.agent);
  return ctx.db.transact(() => {
    const { texts = [] } = input;
    const after = [...new Set(input.after)];
    const unmet = after.filter((id) => mustComeAfter(ctx, id).state !== "done");
    const task = table.insertTask(ctx.db, {
      uuid: ctx.ids.uuid(),
      projectId,
      title: redact(input.title), // What it says is shown everywhere; what it asks for is its prompt.
      prompt: input.prompt,
      kind: input.kind,
      priority: PRIORITIES.indexOf(input.priority),
      agent: input.agent ?? null,
      unmet: unmet.length,
      origin: input.source === undefined && texts.length === 0 ? "person" : "outside",
      source: input.source ?? null,
      at: ctx.clock.now(),
    });
    for (const id of after) table.insertDependency(ctx.db, task.id, id);
    for (const text of texts) table.insertText(ctx.db, task.id, text, ctx.clock.now());
    record(ctx, task, "task.created", "person", { title: task.title, priority: input.priority, after, ...sourcesOf(input) });
    if (unmet.length > 0) explainDependencies(ctx, task.id);
    return mustFind(ctx, task.id);
  });
}

/** Of a task from outside: where what it says is from. */
function sourcesOf({ source, texts = [] }: NewTask): { from?: string[] } {
  const from = [...(source === undefined ? [] : [source]), ...texts.map((text) => text.source)];
  return from.length > 0 ? { from } : {};
}

/** The texts of others that a task is about. */
export function textsOf(ctx: Ctx, taskId: number): OutsideText[] {
  return table.textsOf(ctx.db, taskId);
}

function mustComeAfter(ctx: Ctx, id: number): Task {
  const task = table.findTask(ctx.db, id);
  if (!task)
    throw new Fault("not_found", `There is no task "${id}" to come after.`, "`ccm list-tasks` shows the tasks there are.", {
      field: "after",
    });
  return task;
}

/** The task, or a Fault `not_found`. */
export function mustFind(ctx: Ctx, id: number): Task {
  const task = table.findTask(ctx.db, id);
  if (!task) throw new Fault("not_found", `There is no task "${id}".`, "`ccm list-tasks` shows the tasks there are.");
  return task;
}

export function findTask(ctx: Ctx, id: number): Task | null {
  return table.findTask(ctx.db, id);
}

export function activeTasks(ctx: Ctx): Task[] {
  return table.activeTasks(ctx.db);
}

/** Tasks whose number begins with these digits, the newest first. */
export function tasksBeginning(ctx: Ctx, digits: string, states: readonly TaskState[], limit: number) {
  return table.tasksBeginning(ctx.db, digits, states, limit);
}

export function listTasks(ctx: Ctx, filter: table.PlainFilter): Task[] {
  return table.listTasks(ctx.db, filter);
}

export function countTasks(ctx: Ctx, filter: Omit<table.PlainFilter, "limit">): number {
  return table.countTasks(ctx.db, filter);
}

export function countByState(ctx: Ctx, projectId: number): { state: TaskState; count: number }[] {
  return table.countByState(ctx.db, projectId);
}

/** The task without its long texts, or null. */
export function briefOf(ctx: Ctx, id: number): TaskBrief | null {
  return table.briefsOf(ctx.db, [id])[0] ?? null;
}

/** Those in one of the stages between the queue and the end, oldest first. */
export function activeBriefs(ctx: Ctx): TaskBrief[] {
  return table.activeBriefs(ctx.db);
}

/** The tasks that ended last, or before another one, the latest of them first. */
export function endedBriefs(ctx: Ctx, filter: table.EndedFilter): TaskBrief[] {
  return table.endedBriefs(ctx.db, filter);
}

export function taskTotals(ctx: Ctx): TaskTotal[] {
  return table.taskTotals(ctx.db);
}

/** What was spent since midnight on this machine, in US dollars. */
export function spentToday(ctx: Ctx): number {
  return table.spentSince(ctx.db, new Date(ctx.clock.now()).setHours(0, 0, 0, 0));
}

/** Numbers of the tasks that come after this one. */
export function dependentsOf(ctx: Ctx, taskId: number): number[] {
  return table.dependentsOf(ctx.db, taskId);
}

export function dependenciesOf(ctx: Ctx, taskId: number): { id: number; state: TaskState; title: string }[] {
  return table.dependenciesOf(ctx.db, taskId);
}

/** Makes every later task id greater than `id`. */
export function reserveIdsUpTo(ctx: Ctx, id: number): void {
  ctx.db.transact(() => table.reserveIdsUpTo(ctx.db, id));
}

/** Makes later task ids greater than any that an earlier home of ccm left in the repository, so that no branch is taken. */
export async function reserveIdsOf(ctx: Ctx, repo: Repository): Promise<void> {
  const highest = await highestIdIn(ctx, repo);
  if (highest > 0) reserveIdsUpTo(ctx, highest);
}

/** The highest task number that refs of the repository hold, 0 without one. */
export async function highestIdIn(ctx: Ctx, repo: Repository): Promise<number> {
  const found = await Promise.all(["refs/heads/ccm", "refs/ccm"].map((prefix) => ctx.outside.git.refs(repo, prefix)));
  return highestTaskNumber(found.flat().map(({ ref }) => ref));
}

/** One move: from the state the caller saw, to another, with the columns that change with it and who says so. */
export type Move = {
  task: Pick<Task, "id" | "state">;
  to: TaskState;
  patch?: table.TaskPatch;
  source?: EventSource;
  why?: string;
  durability?: Durability;
};

/**
 * Makes the move if the task is still where the caller saw it, and tells whether it was: a late fact about a task
 * that has gone on moves nothing. Faults: `conflict` for a move that the state machine does not have.
 */
export function moveTask(ctx: Ctx, move: Move): Task | null {
  const { task, to, source = "daemon" } = move;
  if (!canMove(task.state, to)) throw noSuchMove(task, to);
  return ctx.db.transact(() => {
    const moved = table.moveRow(ctx.db, task.id, task.state, to, ctx.clock.now());
    if (!moved) return null;
    if (move.patch) table.patchRow(ctx.db, task.id, move.patch, ctx.clock.now());
    const data = {
      from: task.state,
      to,
      ...(move.why ? { why: move.why } : {}),
      ...(move.patch?.result ? { result: move.patch.result } : {}),
    };
    record(ctx, moved, eventOf(to), source, data);
    if (isFinal(to)) settleDependents(ctx, task.id);
    return mustFind(ctx, task.id);
  }, move.durability);
}

/** The event that says a task came into a state. */
function eventOf(to: TaskState): string {
  if (to === "done" || to === "failed" || to === "cancelled" || to === "paused" || to === "queued")
    return `task.${to === "done" ? "finished" : to}`;
  return "task.moved";
}

/** Says that a stage is left out, with why, as an event. */
export function skipStage(ctx: Ctx, task: Task, stage: TaskState, why: string): void {
  record(ctx, task, "stage.skipped", "daemon", { stage, why });
}

/** Changes columns without a move. */
export function patchTask(ctx: Ctx, id: number, patch: table.TaskPatch): void {
  ctx.db.transact(() => table.patchRow(ctx.db, id, patch, ctx.clock.now()));
}

/** Sets or clears what the task waits for; an event when it starts to wait for something else. */
export function setWaiting(ctx: Ctx, task: Task, waiting: Waiting | null): void {
  if (task.waiting?.reason === waiting?.reason && task.waiting?.text === waiting?.text) return;
  ctx.db.transact(() => {
    table.setWaitingRow(ctx.db, task.id, waiting, ctx.clock.now());
    if (waiting && task.waiting?.reason !== waiting.reason) record(ctx, task, "task.held", "daemon", waiting);
  });
}

/** Stops a task where it is; it keeps the state to return to. Faults: `conflict`. */
export function pauseTask(ctx: Ctx, id: number): Task {
  return byPerson(ctx, id, "paused");
}

/** Makes a move that a person asks for. Faults: `conflict`. */
export function byPerson(ctx: Ctx, id: number, to: TaskState, patch: table.TaskPatch = {}): Task {
  const moved = moveTask(ctx, { task: mustFind(ctx, id), to, patch, source: "person" });
  if (!moved) throw new Fault("conflict", `Task ${id} has just moved on.`, `\`ccm task-status ${id}\` shows where it is now.`);
  if (to === "queued") explainDependencies(ctx, id);
  return mustFind(ctx, id);
}

/** Ends the task as failed with its error; the work stays on its branch. */
export function failTask(ctx: Ctx, task: Task, error: TaskError): void {
  if (!canMove(task.state, "failed")) return;
  ctx.db.transact(() => {
    if (moveTask(ctx, { task, to: "failed", patch: { error }, why: error.text }))
      ctx.log.warn(`task ${task.id} failed`, { text: error.text });
  });
}

/** Records an event about a task. */
export function record(
  ctx: Ctx,
  task: Pick<Task, "id" | "projectId">,
  name: string,
  source: EventSource,
  data: Record<string, unknown> = {},
  runId?: number,
): void {
  appendEvent(ctx.db, ctx.clock.now(), { name, source, projectId: task.projectId, taskId: task.id, ...(runId ? { runId } : {}), data });
}

/** Slow work on a task: one job a task at a time, so that two of them never meet in its tree or on its branch. */
export type TaskJob = { name: string; timeoutMs: number; work: (signal: AbortSignal) => Promise<void> };

/**
 * Starts a job on a task unless one runs or the task is to rest. A Fault that it throws is recorded on the task and
 * judged: retried later, or the end of the task.
 */
export function startTaskJob(ctx: Ctx, task: Task, job: TaskJob): boolean {
  if (!isDue(task.notBefore, ctx.clock.now())) return false;
  return ctx.jobs.start({
    key: `task:${task.id}`,
    timeoutMs: job.timeoutMs,
    work: async (signal) => {
      try {
        await job.work(signal);
      } catch (thrown) {
        if (isStopping(signal)) return;
        recordFault(ctx, task.id, job.name, signal.aborted ? signal.reason : thrown);
        return;
      }
      clearFaults(ctx, task.id);
    },
  });
}

/** Longest wait for other work on the task to end: it is mostly git, and seconds. */
const TURN_MS = 60_000;
const TURN_POLL_MS = 20;

/**
 * Does slow work on a task when no other is under way, and gives what comes of it; what it throws is for the caller, and is
 * no trouble of the task's. Starts within this very tick where it can. Faults: `not_found`, `conflict` when other work does not end.
 */
export async function runTaskJob<T>(ctx: Ctx, taskId: number, job: { timeoutMs: number; work: () => Promise<T> }): Promise<T> {
  mustFind(ctx, taskId);
  const deadline = ctx.clock.elapsed() + TURN_MS;
  const done = Promise.withResolvers<T>();
  const work = () => job.work().then(done.resolve, done.reject);
  while (!ctx.jobs.start({ key: `task:${taskId}`, timeoutMs: job.timeoutMs, work })) {
    if (ctx.clock.elapsed() > deadline)
      throw new Fault("conflict", `ccm is still at work on task ${taskId}.`, "Try again in a moment; `ccm logs` shows what it does.");
    await ctx.clock.sleep(TURN_POLL_MS);
  }
  return done.promise;
}

function isStopping(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Fault && signal.reason.code === "unavailable";
}

function recordFault(ctx: Ctx, taskId: number, job: string, thrown: unknown): void {
  ctx.db.transact(() => {
    const task = mustFind(ctx, taskId);
    const faults = task.jobFaults + 1;
    const fault =
      thrown instanceof Fault
        ? thrown
        : new Fault("failed", `ccm's own work "${job}" broke: ${messageOf(thrown)}.`, "This is a bug in ccm; `ccm logs` has the details.");
    if (!(thrown instanceof Fault))
      ctx.log.error(`job ${job} of task ${taskId} broke`, { error: thrown instanceof Error ? (thrown.stack ?? "") : String(thrown) });
    const verdict = judgeFault(fault.code, faults);
    record(ctx, task, "job.failed", "daemon", { job, ...fault.toJSON() });
    if (verdict.kind === "fail" && canMove(task.state, "failed")) {
      failTask(ctx, task, { code: fault.code, text: fault.message, hint: fault.hint });
      return;
    }
    const delayMs = verdict.kind === "retry" ? verdict.delayMs : 60_000;
    table.patchRow(ctx.db, taskId, { jobFaults: faults, notBefore: ctx.clock.now() + delayMs }, ctx.clock.now());
    table.setWaitingRow(
      ctx.db,
      taskId,
      { reason: "fault", text: fault.hint ? `${fault.message} ${fault.hint}` : fault.message },
      ctx.clock.now(),
    );
  });
}

function clearFaults(ctx: Ctx, taskId: number): void {
  const task = mustFind(ctx, taskId);
  if (task.jobFaults > 0) table.patchRow(ctx.db, taskId, { jobFaults: 0 }, ctx.clock.now());
  if (task.waiting?.reason === "fault") setWaiting(ctx, task, null);
}

/** After a task ended: those that came after it have one dependency less, or are told why they go on waiting. */
function settleDependents(ctx: Ctx, id: number): void {
  for (const dependent of table.dependentsOf(ctx.db, id)) {
    const unmet = table.dependenciesOf(ctx.db, dependent).filter((d) => d.state !== "done").length;
    table.patchRow(ctx.db, dependent, { unmet }, ctx.clock.now());
    explainDependencies(ctx, dependent);
  }
}

function explainDependencies(ctx: Ctx, id: number): void {
  const task = mustFind(ctx, id);
  if (task.state !== "queued") return;
  const open = table.dependenciesOf(ctx.db, id).filter((d) => d.state !== "done");
  if (open.length === 0) return setWaiting(ctx, task, null);
  const texts = open.map((d) =>
    isFinal(d.state) ? `task ${d.id}, which ${d.state === "failed" ? "failed" : "was cancelled"}` : `task ${d.id} (${d.state})`,
  );
  setWaiting(ctx, task, { reason: "dependency", text: `Waits for ${texts.join(", ")}.` });
}
