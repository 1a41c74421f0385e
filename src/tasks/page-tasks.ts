// The page of tasks: a list or a board of them, searched, sorted and counted.
import { type BoardProps, type ListProps, TasksBoard, TasksFilters, TasksHeading, TasksList, TasksStates } from "../../views/tasks.tsx";
import type { Ctx } from "../kernel/context.ts";
import { once } from "../kernel/once.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { listProjects, projectFinder } from "../projects/actions.ts";
import { knownAgents } from "../projects/rules.ts";
import type { Project } from "../projects/schema.ts";
import { addressOf, isFiltered, STATE_GROUPS, statesOf, type Wanted, wantedFrom } from "./list-rules.ts";
import { countsOf, type ListFilter, listPage } from "./lists.ts";
import { likelyMove } from "./rules.ts";
import { PRIORITIES, type Priority, TASK_KINDS, TASK_STATES, type TaskState } from "./schema.ts";
import { taskLineOf } from "./shown.ts";

/** Tasks of one page of the list: two screens. */
const LIST_ROWS = 50;
/** Cards of one column of the board: what one looks through; the list has all of them. */
const COLUMN_CARDS = 15;
/** Columns that the board has without a card in them, too: the way that every task goes. */
const WAY: readonly TaskState[] = ["queued", "executing", "verifying", "approving", "merging", "done"];
/** What the list can be narrowed to in one step. */
const TABS = ["", "open", "queued", "working", "approving", "paused", "done", "failed", "cancelled"];

export const tasksPage: PageRoute = { path: "/tasks", area: "tasks", show: showTasks };

function showTasks(ctx: Ctx, asked: Asked): Page {
  const wanted = wantedFrom(asked.query);
  const projects = listProjects(ctx);
  const project = projects.find(({ name }) => name === wanted.project);
  const agents = knownAgents([...Object.keys(ctx.config.agents), ...projects.map(({ agent }) => agent)]);
  const other = wanted.view === "board" ? "list" : "board";
  const counts = once(() => countsOf(ctx, filterOf(wanted, project)));
  return {
    title: "Tasks",
    name: wanted.view === "board" ? "tasks-board" : "tasks",
    sections: [
      {
        kind: "still",
        id: "heading",
        html: () => TasksHeading({ view: wanted.view, other: addressOf(wanted, { view: other }), project: wanted.project }),
      },
      {
        kind: "still",
        id: "filters",
        html: () =>
          TasksFilters({
            wanted,
            projects: projects.map(({ name }) => name),
            agents,
            kinds: TASK_KINDS,
            priorities: PRIORITIES,
            clear: clearOf(wanted),
          }),
      },
      { kind: "live", id: "states", html: () => TasksStates({ tabs: tabsOf(counts(), wanted) }) },
      wanted.view === "board"
        ? { kind: "live", id: "board", html: () => TasksBoard(boardOf(ctx, asked, wanted, { project, counts: counts() })) }
        : { kind: "live", id: "list", html: () => TasksList(listOf(ctx, asked, wanted, { project, counts: counts() })) },
    ],
  };
}

function clearOf(wanted: Wanted): string | null {
  return isFiltered(wanted) ? addressOf(wanted, { project: "", words: "", agent: "", kind: "", priority: "" }) : null;
}

/** What of the wanted a query of the database takes. A project that is not there has no tasks. */
function filterOf(wanted: Wanted, project: Project | undefined): ListFilter {
  const kind = TASK_KINDS.find((one) => one === wanted.kind);
  const priority = PRIORITIES.indexOf(wanted.priority as Priority);
  return {
    ...(wanted.project === "" ? {} : { projectId: project?.id ?? -1 }),
    ...(wanted.words === "" ? {} : { words: wanted.words.replace(/^#(?=\d+$)/, "") }),
    ...(wanted.agent === "" ? {} : { agent: wanted.agent }),
    ...(kind ? { kind } : {}),
    ...(priority >= 0 ? { priority } : {}),
  };
}

type Counts = ReadonlyMap<TaskState, number>;

function tabsOf(counts: Counts, wanted: Wanted) {
  const sum = (states: readonly TaskState[]) => states.reduce((total, state) => total + (counts.get(state) ?? 0), 0);
  return TABS.map((state) => ({
    text: state === "" ? "all" : state,
    href: addressOf(wanted, { state, view: "list" }),
    isCurrent: wanted.view === "list" && wanted.state === state,
    count: sum(statesOf(state) ?? TASK_STATES),
  })).filter(({ text, count, isCurrent }) => count > 0 || isCurrent || text === "all" || text in STATE_GROUPS);
}

type Found = { project: Project | undefined; counts: Counts };

/** States without such a task are not looked through for one. */
function listOf(ctx: Ctx, asked: Asked, wanted: Wanted, { project, counts }: Found): ListProps {
  const states = (statesOf(wanted.state) ?? TASK_STATES).filter((state) => (counts.get(state) ?? 0) > 0);
  const page = listPage(ctx, {
    ...filterOf(wanted, project),
    states,
    sort: wanted.sort,
    limit: LIST_ROWS,
    ...(wanted.beyond ? { beyond: wanted.beyond } : {}),
  });
  const projectWith = projectFinder(ctx);
  const { before, after } = page;
  return {
    rows: page.tasks.map((task) => ({ line: taskLineOf(task, projectWith(task.projectId)), move: likelyMove(task) })),
    act: { csrf: asked.csrf, back: addressOf(wanted, { beyond: wanted.beyond }) },
    isOfProject: wanted.project !== "",
    before: before && addressOf(wanted, { beyond: { place: before, towards: "beginning" } }),
    after: after && addressOf(wanted, { beyond: { place: after, towards: "end" } }),
    empty: emptyOf(ctx, wanted),
  };
}

function emptyOf(ctx: Ctx, wanted: Wanted): ListProps["empty"] {
  if (wanted.beyond) return { kind: "end", href: addressOf(wanted) };
  if (isFiltered(wanted) || wanted.state !== "") return { kind: "filtered", href: "/tasks" };
  return listProjects(ctx).length === 0 ? { kind: "no project" } : { kind: "no task" };
}

function boardOf(ctx: Ctx, asked: Asked, wanted: Wanted, { project, counts }: Found): BoardProps {
  const filter = filterOf(wanted, project);
  const projectWith = projectFinder(ctx);
  const shown = TASK_STATES.filter((state) => WAY.includes(state) || (counts.get(state) ?? 0) > 0);
  return {
    act: { csrf: asked.csrf, back: addressOf(wanted) },
    columns: shown.map((state) => {
      const count = counts.get(state) ?? 0;
      const sort = state === "queued" ? "priority" : "moved";
      const { tasks } = count === 0 ? { tasks: [] } : listPage(ctx, { ...filter, states: [state], sort, limit: COLUMN_CARDS });
      return {
        state,
        count,
        rows: tasks.map((task) => ({ line: taskLineOf(task, projectWith(task.projectId)), move: likelyMove(task) })),
        more:
          count > tasks.length ? { text: `${count - tasks.length} more`, href: addressOf(wanted, { state, view: "list", sort }) } : null,
      };
    }),
  };
}
