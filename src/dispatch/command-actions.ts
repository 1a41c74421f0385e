// What `ccm plan` does: makes the plan that the daemon would make, and prints it with its reasons.
import { daemonRuns, noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { projectOf } from "../projects/actions.ts";
import { explainPlan } from "./actions.ts";
import { planText } from "./plan-text.ts";
import type { Want } from "./rules.ts";

/** Most tasks of a project that a plan for people looks at. */
const PLAN_LIMIT = 1_000;

export async function plan(host: CommandHost, options: { limit: string }): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, PLAN_LIMIT);
  const ctx = await host.open();
  const { starts, holds } = explainPlan(ctx, limit, daemonRuns(ctx) ? "as found" : "assumed");
  const nameOf = (want: Want) => projectOf(ctx, want.projectId).name;
  const shape = (want: Want) => ({ task: want.taskId, title: want.title, project: nameOf(want), kind: want.kind, name: want.name });
  host.print({ starts: starts.map(shape), holds: holds.map(({ want, waiting }) => ({ ...shape(want), waiting })) }, () =>
    planText(host, { starts, holds }, nameOf),
  );
  noteWithoutDaemon(ctx, host);
}
