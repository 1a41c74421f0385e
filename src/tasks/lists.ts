// Tasks as lists show them: filtered, sorted, a page at a time, and how many there are.
import type { Ctx } from "../kernel/context.ts";
import { listProjects } from "../projects/actions.ts";
import type { ListPlace, TaskBrief, TaskFilter, TaskQuery, TaskState } from "./schema.ts";
import * as table from "./table.ts";

/** A page of a list; `before` and `after` are where the pages around it begin, null at the ends of the list. */
export type ListPage = { tasks: TaskBrief[]; before: ListPlace | null; after: ListPlace | null };

/** Tasks that an agent works on are those that name it, and those that name none in a project that does. */
export type ListFilter = Omit<TaskFilter, "agentProjects">;

export function listPage(ctx: Ctx, query: Omit<TaskQuery, "agentProjects">): ListPage {
  const { limit, beyond } = query;
  const found = table.listPlaces(ctx.db, { ...withProjects(ctx, query), limit: limit + 1 });
  const isBack = beyond?.towards === "beginning";
  const hasMore = found.length > limit;
  const places = isBack ? found.slice(-limit) : found.slice(0, limit);
  const tasks = table.briefsOf(
    ctx.db,
    places.map(({ id }) => id),
  );
  const hasBefore = isBack ? hasMore : beyond !== undefined;
  const hasAfter = isBack || hasMore;
  return { tasks, before: hasBefore ? (places[0] ?? null) : null, after: hasAfter ? (places.at(-1) ?? null) : null };
}

/** How many tasks the filter holds for in each state; by the running totals where only the project is asked for. */
export function countsOf(ctx: Ctx, filter: ListFilter): Map<TaskState, number> {
  const { projectId, words, agent, kind, priority } = filter;
  if ([words, agent, kind, priority].every((one) => one === undefined)) {
    const counts = new Map<TaskState, number>();
    for (const total of table.taskTotals(ctx.db))
      if (projectId === undefined || total.projectId === projectId) counts.set(total.state, (counts.get(total.state) ?? 0) + total.tasks);
    return counts;
  }
  const { states: _, ...everywhere } = withProjects(ctx, filter);
  return new Map(table.countFiltered(ctx.db, everywhere).map(({ state, count }) => [state, count]));
}

function withProjects<F extends ListFilter>(ctx: Ctx, filter: F): F & TaskFilter {
  if (filter.agent === undefined) return filter;
  const agentProjects = listProjects(ctx)
    .filter((project) => project.agent === filter.agent)
    .map(({ id }) => id);
  return { ...filter, agentProjects };
}
