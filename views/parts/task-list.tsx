// Tasks: a line each in lists, a card each on boards.
import type { Children } from "@kitajs/html";
import type { Priority, TaskState } from "../../src/tasks/schema.ts";
import { OutsideMark, PriorityMark, StateBadge } from "./badge.tsx";
import { Icon } from "./icon.tsx";
import { Time, type When } from "./time.tsx";

/** A task as lists show it. */
export type TaskLine = {
  id: number;
  title: string;
  state: TaskState;
  project: string;
  priority: Priority;
  /** When it came into its state. */
  since: When;
  /** What it waits for, in a word or two. */
  waits: string | null;
  agent: string | null;
  cost: string | null;
  /** What its agent does, in words. */
  doing: string | null;
  /** Others have a part in what it says. */
  isOutside?: boolean | undefined;
  /** The row's id, where a page shows the task twice. */
  rowId?: string | undefined;
};

export type TaskListProps = {
  label: string;
  rows: readonly TaskLine[];
  /** What is the same for all, and left out. */
  pick?: "project" | undefined;
  /** What can be done with a task, at the end of its row. */
  acts?: ((task: TaskLine) => Children) | undefined;
};

/** A line a task. */
export function TaskList({ label, rows, pick, acts }: TaskListProps): JSX.Element {
  return (
    <ul class="task-list" aria-label={label} data-pick={pick} data-acts={acts ? "" : undefined}>
      {rows.map((task) => (
        <li class="task-row" id={task.rowId ?? `task-${task.id}`}>
          <StateBadge state={task.state} />
          <span class="task-id">
            <span safe>{`#${task.id}`}</span>
            <PriorityMark priority={task.priority} />
          </span>
          <span class="task-name">
            <TaskTitle task={task} />
            <OutsideMark isOutside={task.isOutside === true} />
            <Waits text={task.waits} />
            <Doing text={task.doing} />
          </span>
          {pick === "project" ? (
            ""
          ) : (
            <span class="task-project" safe>
              {task.project}
            </span>
          )}
          <span class="task-agent" safe>
            {task.agent ?? ""}
          </span>
          <span class="task-cost" safe>
            {task.cost ?? ""}
          </span>
          <Time at={task.since} />
          {acts ? <span class="task-acts">{acts(task)}</span> : ""}
        </li>
      ))}
    </ul>
  );
}

export function TaskCards({ label, children }: { label: string; children?: Children | undefined }): JSX.Element {
  return (
    <ul class="task-cards" aria-label={label}>
      {children}
    </ul>
  );
}

export type TaskCardProps = {
  task: TaskLine;
  actions?: JSX.Element | undefined;
  /** What is the same for all, and left out. */
  pick?: "state" | undefined;
};

export function TaskCard({ task, actions, pick }: TaskCardProps): JSX.Element {
  return (
    <li class="task-card" id={task.rowId ?? `task-${task.id}`}>
      <p class="card-over">
        <span class="task-id" safe>{`#${task.id}`}</span>
        <PriorityMark priority={task.priority} />
        <span class="task-project" safe>
          {task.project}
        </span>
        <Time at={task.since} />
      </p>
      <p class="card-title">
        <TaskTitle task={task} />
      </p>
      <OutsideMark isOutside={task.isOutside === true} />
      <Doing text={task.doing} />
      <Waits text={task.waits} />
      <p class="card-under">
        {pick === "state" ? "" : <StateBadge state={task.state} />}
        {task.agent ? (
          <span class="task-agent" safe>
            {task.agent}
          </span>
        ) : (
          ""
        )}
        {task.cost ? (
          <span class="task-cost" safe>
            {task.cost}
          </span>
        ) : (
          ""
        )}
      </p>
      {actions ? <div class="card-actions">{actions}</div> : ""}
    </li>
  );
}

function TaskTitle({ task }: { task: TaskLine }): JSX.Element {
  return (
    <a class="task-title" href={`/tasks/${task.id}`} safe>
      {task.title || "(no title)"}
    </a>
  );
}

function Waits({ text }: { text: string | null }): JSX.Element {
  if (!text) return "";
  return (
    <span class="waits">
      <Icon name="clock" />
      <span safe>{`waits for ${text}`}</span>
    </span>
  );
}

function Doing({ text }: { text: string | null }): JSX.Element {
  if (!text) return "";
  return (
    <span class="doing" safe>
      {text}
    </span>
  );
}
