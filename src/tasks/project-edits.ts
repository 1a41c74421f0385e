// Changing a project while there may be tasks in it.
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { changeProject, requireNewBase } from "../projects/actions.ts";
import type { Project, ProjectChange } from "../projects/schema.ts";
import * as table from "./table.ts";

/** Tasks that a refusal names. */
const NAMED = 5;

/** As `changeProject`. Faults: also `conflict` for another base while there are tasks that began at the old one. */
export async function editProject(ctx: Ctx, project: Project, change: ProjectChange): Promise<Project> {
  await requireNewBase(ctx, project.id, change);
  return applyEdit(ctx, project, change);
}

/** What has to be asked of git is asked before this, by `requireNewBase`. */
export function applyEdit(ctx: Ctx, project: Project, change: ProjectChange): Project {
  return ctx.db.transact(() => {
    if (change.base !== undefined && change.base !== project.base) refuseBegun(ctx, project);
    return changeProject(ctx, project.id, change);
  });
}

function refuseBegun(ctx: Ctx, project: Project): void {
  const begun = table.openTasks(ctx.db, project.id).filter((task) => task.baseCommit !== null);
  if (begun.length === 0) return;
  const named = begun.slice(0, NAMED).map((task) => `${task.id} (${task.state})`);
  throw new Fault(
    "conflict",
    `Work of "${project.name}" has begun at "${project.base}": ${named.join(", ")}${begun.length > NAMED ? ", …" : ""}.`,
    "Change the base branch when these tasks have ended.",
    { field: "base" },
  );
}
