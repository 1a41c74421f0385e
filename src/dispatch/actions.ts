// Looks at everything that wants a slot, and starts what the plan says.
import { claimRun } from "../agents/actions.ts";
import { levelOf, policyFor } from "../agents/rules.ts";
import type { Breaker } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { listProjects, projectFinder } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { moveTask, mustFind, setWaiting } from "../tasks/actions.ts";
import { wantWorktree } from "../worktrees/actions.ts";
import { type AgentBreaker, type Hold, type Plan, planTick, type Refusal, type Snapshot, START_KINDS, type Want } from "./rules.ts";
import { begunWants, begunWithoutTree, blockedWants, openBreakers, queuedWants, takenSlots } from "./table.ts";

/** Queued tasks of one project that a tick looks at: more than can start, so that the first held ones learn why. */
const LOOK_AHEAD = 20;
const MB = 1_000_000;

/** What the plan is made from; `perProject` queued tasks of each project, in the order of the queue. */
export function takeSnapshot(ctx: Ctx, perProject: number): Snapshot {
  const projects = listProjects(ctx);
  const wants = [...begunWants(ctx.db), ...projects.flatMap((project) => queuedWants(ctx.db, project.id, perProject))];
  return {
    now: ctx.clock.now(),
    limits: ctx.config.limits,
    freeMemoryMb: Math.floor(ctx.outside.machine.freeMemoryBytes() / MB),
    freeDiskMb: Math.floor(ctx.outside.machine.freeDiskBytes() / MB),
    load: ctx.outside.machine.load(),
    cores: ctx.outside.machine.cores(),
    breakers: openBreakers(ctx.db).map((breaker) => withLogin(ctx, breaker)),
    refusals: [...projects.flatMap((project) => refusalsOf(ctx, project, null)), ...refusedOutside(ctx, wants)],
    slots: takenSlots(ctx.db),
    wants,
  };
}

/** An agent's tree is made with what the project asks for, and its runs with what its role asks for, too. */
function refusalsOf(ctx: Ctx, project: Project, outside: Pick<Want, "taskId" | "lowered"> | null): Refusal[] {
  const about = outside && { id: outside.taskId, lowered: outside.lowered };
  const refused = (of: "agent" | "gate", kinds: Refusal["kinds"]): Refusal[] => {
    const level = levelOf(ctx.outside.sandbox, policyFor(ctx.config, project, of), about);
    if (!(level instanceof Fault)) return [];
    return [{ projectId: project.id, ...(outside && { taskId: outside.taskId }), kinds, text: `${level.message} ${level.hint}` }];
  };
  return [...refused("gate", START_KINDS), ...refused("agent", ["begin", "agent"])];
}

/** A task that others have a part in asks for more of the sandbox than its project does. */
function refusedOutside(ctx: Ctx, wants: readonly Want[]): Refusal[] {
  const projectWith = projectFinder(ctx);
  return wants.filter(({ lowered }) => lowered.length > 0).flatMap((want) => refusalsOf(ctx, projectWith(want.projectId), want));
}

/** The login is looked at only where one has failed. */
function withLogin(ctx: Ctx, breaker: Breaker): AgentBreaker {
  const isMended = breaker.fingerprint !== null && ctx.outside.logins.fingerprint(breaker.agent) !== breaker.fingerprint;
  return { ...breaker, isMended };
}

/** One pass of dispatch: claims what the plan starts and writes down why the rest waits. */
export function dispatch(ctx: Ctx): Plan {
  for (const taskId of begunWithoutTree(ctx.db)) wantWorktree(ctx, taskId);
  const plan = planTick(takeSnapshot(ctx, LOOK_AHEAD));
  for (const want of plan.starts) start(ctx, want);
  for (const hold of plan.holds) if (hold.waiting.reason !== "retry") setWaiting(ctx, mustFind(ctx, hold.want.taskId), hold.waiting);
  return plan;
}

function start(ctx: Ctx, want: Want): void {
  ctx.db.transact(() => {
    const task = mustFind(ctx, want.taskId);
    if (want.kind !== "begin") {
      claimRun(ctx, { task, kind: want.kind, name: want.name, commit: want.commit, command: want.command });
      return;
    }
    if (moveTask(ctx, { task, to: "executing" })) wantWorktree(ctx, task.id);
  }, "durable");
}

/**
 * The plan that a tick would make now, with the tasks that wait for others, at most `limit` a project: for people. While
 * no daemon has tried the sandbox, it is `assumed` to work, since nothing else would be said of any task.
 */
export function explainPlan(ctx: Ctx, limit: number, sandbox: "as found" | "assumed"): Plan {
  const snapshot = takeSnapshot(ctx, limit);
  const plan = planTick(sandbox === "assumed" ? { ...snapshot, refusals: [] } : snapshot);
  const blocked = listProjects(ctx)
    .flatMap((project) => blockedWants(ctx.db, project.id, limit))
    .map(({ waitingText, ...want }): Hold => ({ want, waiting: { reason: "dependency", text: waitingText ?? "Waits for other tasks." } }));
  return { starts: plan.starts, holds: [...plan.holds, ...blocked] };
}
