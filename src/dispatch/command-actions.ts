// What `ccm plan` does: makes the plan that the daemon would make, and prints it with its reasons.
import type { Ctx } from "../kernel/context.ts";
import { daemonRuns, noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { projectOf } from "../projects/actions.ts";
import { explainPlan } from "./actions.ts";
import { planText } from "./plan-text.ts";
import type { Plan, Want } from "./rules.ts";
import type { PlanShape } from "./shapes.ts";

/** Most tasks of a project that a plan for people looks at. */
export const PLAN_LIMIT = 1_000;

export async function plan(host: CommandHost, options: { limit: string }): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, PLAN_LIMIT);
  const ctx = await host.open();
  const found = explainPlan(ctx, limit, daemonRuns(ctx) ? "as found" : "assumed");
  host.print(planShape(ctx, found), () => planText(host, found, (want) => projectOf(ctx, want.projectId).name));
  noteWithoutDaemon(ctx, host);
}

/** A plan as scripts read it. */
export function planShape(ctx: Ctx, { starts, holds }: Plan): PlanShape {
  const shape = ({ taskId, title, projectId, kind, name }: Want) => ({
    task: taskId,
    title,
    project: projectOf(ctx, projectId).name,
    kind,
    name,
  });
  return { starts: starts.map(shape), holds: holds.map(({ want, waiting }) => ({ ...shape(want), waiting })) };
}
