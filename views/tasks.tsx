// Tasks: the list and the board of them, with what they are searched and sorted by.
import type { Markup } from "../src/kernel/page.ts";
import type { Wanted } from "../src/tasks/list-rules.ts";
import type { PersonsMove } from "../src/tasks/rules.ts";
import type { TaskSort, TaskState } from "../src/tasks/schema.ts";
import { Board, BoardColumn } from "./parts/board.tsx";
import { ButtonLink } from "./parts/button.tsx";
import { Empty } from "./parts/empty.tsx";
import { FilterBar, FilterSelect, SearchBox } from "./parts/filter-bar.tsx";
import { ActionForm } from "./parts/form.tsx";
import { PageHeading } from "./parts/heading.tsx";
import { Paging } from "./parts/paging.tsx";
import { type Tab, Tabs } from "./parts/tabs.tsx";
import { TaskCard, type TaskLine, TaskList } from "./parts/task-list.tsx";
import { stateSign } from "./parts/tone.ts";

/** Where a form of a row goes back to, and the hidden field of this session. */
export type Act = { csrf: string; back: string };
/** A task with what a person would most likely do with it next. */
export type Row = { line: TaskLine; move: PersonsMove | null };

export function TasksHeading({ view, other, project }: { view: Wanted["view"]; other: string; project: string }): Markup {
  const create = project === "" ? "/tasks/new" : `/tasks/new?${new URLSearchParams({ project })}`;
  return (
    <PageHeading title="Tasks">
      <ButtonLink label={view === "board" ? "List" : "Board"} icon={view === "board" ? "list" : "board"} href={other} letter="b" />
      <ButtonLink label="New task" icon="plus" look="primary" href={create} letter="n" />
    </PageHeading>
  );
}

const SORTS: Record<TaskSort, string> = {
  newest: "newest first",
  oldest: "oldest first",
  moved: "last moved first",
  cost: "most expensive first",
  priority: "most urgent first",
};

export type FiltersProps = {
  wanted: Wanted;
  projects: readonly string[];
  agents: readonly string[];
  kinds: readonly string[];
  priorities: readonly string[];
  clear: string | null;
};

export function TasksFilters({ wanted, projects, agents, kinds, priorities, clear }: FiltersProps): Markup {
  const any = (text: string, values: readonly string[]) => [{ value: "", text }, ...values.map((value) => ({ value, text: value }))];
  const sorts = Object.entries(SORTS).map(([value, text]) => ({ value, text }));
  return (
    <div id="filters">
      <FilterBar action="/tasks" label="Tasks" {...(clear ? { clear } : {})}>
        {wanted.view === "board" ? <input type="hidden" name="view" value="board" /> : ""}
        {wanted.state === "" ? "" : <input type="hidden" name="state" value={wanted.state} />}
        <SearchBox name="words" label="Words of the title, or a number" value={wanted.words} placeholder="Title or number" />
        <FilterSelect name="project" label="Project" value={wanted.project} options={any("all projects", projects)} />
        <FilterSelect name="agent" label="Agent" value={wanted.agent} options={any("any agent", agents)} />
        <FilterSelect name="kind" label="Kind" value={wanted.kind} options={any("any kind", kinds)} />
        <FilterSelect name="priority" label="Priority" value={wanted.priority} options={any("any priority", priorities)} />
        {wanted.view === "board" ? "" : <FilterSelect name="sort" label="Sort" value={wanted.sort} options={sorts} />}
      </FilterBar>
    </div>
  );
}

export function TasksStates({ tabs }: { tabs: readonly Tab[] }): Markup {
  return (
    <div id="states">
      <Tabs label="States" tabs={tabs} />
    </div>
  );
}

export type ListProps = {
  rows: readonly Row[];
  act: Act;
  isOfProject: boolean;
  before: string | null;
  after: string | null;
  empty: { kind: "no project" } | { kind: "no task" } | { kind: "filtered"; href: string } | { kind: "end"; href: string };
};

export function TasksList({ rows, act, isOfProject, before, after, empty }: ListProps): Markup {
  const moves = new Map(rows.map(({ line, move }) => [line.id, move]));
  return (
    <section id="list" class="panel flush" aria-label="List of tasks">
      {rows.length === 0 ? (
        <NoTasks empty={empty} />
      ) : (
        <TaskList
          label="Tasks"
          rows={rows.map(({ line }) => line)}
          acts={({ id }) => {
            const move = moves.get(id);
            return move ? <MoveForm act={act} id={id} move={move} /> : null;
          }}
          {...(isOfProject ? { pick: "project" } : {})}
        />
      )}
      <Paging label="Pages" later={before} earlier={after} />
    </section>
  );
}

function NoTasks({ empty }: { empty: ListProps["empty"] }): JSX.Element {
  if (empty.kind === "no project")
    return (
      <Empty
        title="No project yet"
        text="Tasks are work in a git repository. Register one, then say what is to be done."
        command="ccm register-project --path ."
      >
        <ButtonLink label="Register a project" icon="plus" look="primary" href="/projects/new" />
      </Empty>
    );
  if (empty.kind === "no task")
    return (
      <Empty
        title="No task yet"
        text="Say what is to be done: an agent does it in a tree of its own, and you decide what merges."
        command="ccm create-task"
      >
        <ButtonLink label="New task" icon="plus" look="primary" href="/tasks/new" />
      </Empty>
    );
  return (
    <Empty title="No task here" text={empty.kind === "end" ? "The list ends before this." : "No task is like that."}>
      <ButtonLink label={empty.kind === "end" ? "Back to the beginning" : "All tasks"} href={empty.href} />
    </Empty>
  );
}

export type Column = { state: TaskState; count: number; rows: readonly Row[]; more: { text: string; href: string } | null };
export type BoardProps = { act: Act; columns: readonly Column[] };

export function TasksBoard({ act, columns }: BoardProps): Markup {
  return (
    <Board id="board">
      {columns.map(({ state, count, rows, more }) => (
        <BoardColumn
          id={`column-${state}`}
          title={state}
          icon={stateSign(state).icon}
          count={count}
          empty={EMPTY_COLUMNS[state]}
          {...(more ? { more } : {})}
        >
          {rows.map(({ line, move }) => (
            <TaskCard task={line} pick="state" {...(move ? { actions: <MoveForm act={act} id={line.id} move={move} /> } : {})} />
          ))}
        </BoardColumn>
      ))}
    </Board>
  );
}

const EMPTY_COLUMNS: Record<TaskState, string> = {
  queued: "Nothing waits to start.",
  planning: "Nothing is planned.",
  executing: "No agent is at work.",
  reviewing: "Nothing is reviewed.",
  verifying: "Nothing is checked.",
  approving: "Nothing waits for you.",
  merging: "Nothing merges.",
  done: "Nothing is done yet.",
  failed: "Nothing has failed.",
  cancelled: "Nothing was cancelled.",
  paused: "Nothing is paused.",
};

/** The one thing that is mostly done next with a task. */
export function MoveForm({ act, id, move }: { act: Act; id: number; move: PersonsMove }): JSX.Element {
  if (move.kind === "look") return <ButtonLink label={move.label} href={`/tasks/${id}`} />;
  return <ActionForm action={`/tasks/${id}/${move.word}`} csrf={act.csrf} label={move.label} look="quiet" values={{ back: act.back }} />;
}
