// What a person says about a task that is there: end it, let it go on, try it again, change it, trust it.
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { redact } from "../kernel/redact.ts";
import { unregisterProject as forgetProject, projectOf, requireAgent } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { byPerson, mustFind, record, setWaiting } from "./actions.ts";
import { isHeldByAgent, RIGHTS, type Right } from "./rules.ts";
import { PRIORITIES, type Task, type TaskEdit } from "./schema.ts";
import * as table from "./table.ts";

/** Cancels a task in any state that is not final; a live run is stopped, the work stays on its branch. Faults: `conflict`. */
export function cancelTask(ctx: Ctx, id: number, why = ""): Task {
  return byPerson(ctx, id, "cancelled", {
    error: { code: "cancelled", text: why || "Cancelled by a person.", hint: `\`ccm retry-task ${id}\` queues it again.` },
  });
}

/**
 * Forgets a project whose tasks have all ended; with `cancel` those that have not are cancelled first, in the same
 * transaction. The repository is never touched. Faults: `conflict` while tasks are open.
 */
export function unregisterProject(ctx: Ctx, project: Project, open: "refuse" | "cancel"): Task[] {
  return ctx.db.transact(() => {
    const tasks = table.openTasks(ctx.db, project.id);
    if (tasks.length > 0 && open === "refuse") {
      const first = tasks.slice(0, 5).map((task) => `${task.id} (${task.state})`);
      throw new Fault(
        "conflict",
        `The project "${project.name}" has ${tasks.length === 1 ? "a task" : `${tasks.length} tasks`} that did not end: ${first.join(", ")}${tasks.length > 5 ? ", …" : ""}.`,
        "Wait for them, or add --cancel-tasks: their work is kept on their branches.",
      );
    }
    const cancelled = tasks.map((task) => cancelTask(ctx, task.id, "Its project was unregistered."));
    forgetProject(ctx, project);
    return cancelled;
  });
}

/**
 * Lets a paused task go on from the state it was paused in, and one that waits for its agent's provider, limit or login
 * try it now. Faults: `conflict` when it is neither.
 */
export function resumeTask(ctx: Ctx, id: number): Task {
  const task = mustFind(ctx, id);
  if (isHeldByAgent(task)) return urgeTask(ctx, task);
  if (task.state !== "paused" || !task.pausedFrom)
    throw new Fault("conflict", `Task ${id} is "${task.state}", not paused.`, `\`ccm pause-task ${id}\` pauses it.`);
  const cause = task.runs > 0 ? "a person let it go on" : task.cause;
  return byPerson(ctx, id, task.pausedFrom, { setbacks: 0, setbackSince: null, urgedAt: ctx.clock.now(), cause });
}

/** What a person's word clears: failures and setbacks count from now. */
const BEGIN_ANEW = { attempts: 0, setbacks: 0, setbackSince: null } as const satisfies table.TaskPatch;

/** The person may know more than ccm: that the login is mended, that the provider is back. */
function urgeTask(ctx: Ctx, task: Task): Task {
  return ctx.db.transact(() => {
    const cause = "a person asked to try now";
    table.patchRow(ctx.db, task.id, { ...BEGIN_ANEW, urgedAt: ctx.clock.now(), notBefore: null, cause }, ctx.clock.now());
    setWaiting(ctx, task, null);
    record(ctx, task, "task.urged", "person");
    return mustFind(ctx, task.id);
  });
}

/**
 * Queues a failed or cancelled task again; its branch and tree go on from where they are. One that waits for its agent's
 * provider, limit or login tries it now. Faults: `conflict`, also when its project was unregistered and nothing would
 * ever start it.
 */
export function retryTask(ctx: Ctx, id: number): Task {
  const task = mustFind(ctx, id);
  if (isHeldByAgent(task)) return urgeTask(ctx, task);
  const project = projectOf(ctx, task.projectId);
  if (project.removedAt !== null) {
    throw new Fault(
      "conflict",
      `The project "${project.name}" of task ${id} was unregistered.`,
      "`ccm register-project` registers the repository again, for new tasks; the work of this one is on its branch.",
    );
  }
  const cause = "a person asked for another try";
  const patch = { ...BEGIN_ANEW, urgedAt: ctx.clock.now(), cause, error: null, result: null, sendBacks: 0, conflicts: 0 };
  return byPerson(ctx, id, "queued", patch);
}

/** Edits a queued task. Faults: `conflict` once it has started, `not_found` for an unknown agent. */
export function editTask(ctx: Ctx, id: number, edit: TaskEdit): Task {
  if (edit.agent) requireAgent(ctx, edit.agent);
  return ctx.db.transact(() => {
    const task = mustFind(ctx, id);
    if (task.state !== "queued")
      throw new Fault(
        "conflict",
        `Task ${id} is "${task.state}"; only a queued task can be edited.`,
        `\`ccm request-changes ${id}\` or \`ccm message\` reaches one that has started.`,
      );
    const { priority, title, ...rest } = edit;
    table.patchRow(
      ctx.db,
      id,
      { ...rest, ...(title ? { title: redact(title) } : {}), ...(priority ? { priority: PRIORITIES.indexOf(priority) } : {}) },
      ctx.clock.now(),
    );
    record(ctx, task, "task.edited", "person", { fields: Object.keys(edit) });
    return mustFind(ctx, id);
  });
}

/**
 * Gives rights to the runs of a task that others have a part in, or takes them again; a run that is live keeps what it
 * started with. Faults: `invalid` without any right, `conflict` for a task that is all the person's own, or has ended.
 */
export function trustTask(ctx: Ctx, id: number, rights: readonly Right[], how: "lift" | "withdraw" = "lift"): Task {
  if (rights.length === 0)
    throw new Fault("invalid", `No right of task ${id} is named.`, `Name what its runs may do: ${RIGHTS.join(", ")}.`);
  return ctx.db.transact(() => {
    const task = mustFind(ctx, id);
    if (task.origin === "person")
      throw new Fault(
        "conflict",
        `All that task ${id} says is your own: its runs do without nothing.`,
        "Only tasks from outside have less.",
      );
    if (task.state === "done")
      throw new Fault("conflict", `Task ${id} is done: nothing of it runs any more.`, `\`ccm task-status ${id}\` shows what came of it.`);
    const changed = rights.filter((right) => task.lifted.includes(right) === (how === "withdraw"));
    if (changed.length === 0) return task;
    const lifted = RIGHTS.filter((right) => (changed.includes(right) ? how === "lift" : task.lifted.includes(right)));
    table.setLifted(ctx.db, id, lifted, ctx.clock.now());
    record(ctx, task, how === "lift" ? "task.trusted" : "task.distrusted", "person", { rights: changed, source: task.source });
    return mustFind(ctx, id);
  }, "durable");
}
