// The pages on which a task is written: a new one, and one that has not started.
import { TaskFormBody, TaskFormHeading, type TaskFormProps } from "../../views/task-form.tsx";
import type { Ctx } from "../kernel/context.ts";
import { aboutField, Fault } from "../kernel/fault.ts";
import { taskNumber } from "../kernel/input.ts";
import { type Asked, type FormRoute, form, type Page, type PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { listProjects, projectNamed, projectOf } from "../projects/actions.ts";
import { knownAgents } from "../projects/rules.ts";
import { createTask, mustFind } from "./actions.ts";
import { editTask } from "./persons-word.ts";
import { PRIORITIES, TASK_KINDS, type Task, type TaskEdit } from "./schema.ts";
import { editedTaskFields, newTaskFields } from "./task-fields.ts";

export const newTaskPage: PageRoute = { path: "/tasks/new", area: "tasks", show: showNew };
export const editTaskPage: PageRoute = { path: "/tasks/:id/edit", area: "tasks", show: showEdit };

export const newTaskForm: FormRoute = form({
  path: "/tasks/new",
  fields: newTaskFields,
  page: () => "/tasks/new",
  section: "task-form",
  act(ctx, { project: name, agent, source, attached, ...written }) {
    const project = inField("project", () => projectNamed(ctx, name));
    const task = createTask(ctx, project.id, {
      ...written,
      ...(agent === undefined ? {} : { agent }),
      ...(source === undefined ? {} : { source }),
      ...(attached.length === 0 ? {} : { texts: attached }),
    });
    return { to: `/tasks/${task.id}`, said: `Task ${task.id} is queued.` };
  },
});

export const editTaskForm: FormRoute = form({
  path: "/tasks/:id/edit",
  fields: editedTaskFields,
  page: ({ params }) => `/tasks/${params.id}/edit`,
  section: "task-form",
  act(ctx, written, asked) {
    const before = mustFind(ctx, taskNumber(asked.params.id ?? ""));
    const change = changeOf(before, { ...written, agent: written.agent ?? null });
    if (Object.keys(change).length > 0) editTask(ctx, before.id, change);
    return { to: `/tasks/${before.id}`, said: `Task ${before.id} is changed.` };
  },
});

function inField<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw aboutField(thrown, field);
  }
}

/** Only what differs: the event says what was changed. */
function changeOf(task: Task, { title, prompt, priority, agent }: Required<TaskEdit>): TaskEdit {
  return {
    ...(title === task.title ? {} : { title }),
    ...(prompt === task.prompt ? {} : { prompt }),
    ...(priority === PRIORITIES[task.priority] ? {} : { priority }),
    ...(agent === task.agent ? {} : { agent }),
  };
}

function showNew(ctx: Ctx, asked: Asked): Page {
  const projects = listProjects(ctx);
  const given = (name: string) => asked.query.get(name) ?? "";
  const only = projects.length === 1 ? (projects[0]?.name ?? "") : "";
  return formPage("New task", {
    heading: { title: "New task", over: [{ text: "Tasks", href: "/tasks" }] },
    action: "/tasks/new",
    csrf: asked.csrf,
    typed: asked.typed,
    ...choices(ctx),
    projects: projects.map(({ name, agent, base }) => ({ name, agent, base })),
    values: {
      project: given("project") || only,
      title: given("title"),
      prompt: given("prompt"),
      kind: given("kind") || "custom",
      priority: given("priority") || "normal",
      after: given("after"),
      agent: given("agent"),
      source: given("source"),
      attached: "",
    },
    submit: "Create task",
  });
}

function showEdit(ctx: Ctx, asked: Asked): Page {
  const task = mustFind(ctx, taskNumber(asked.params.id ?? ""));
  const { name, agent, base } = projectOf(ctx, task.projectId);
  if (task.state !== "queued")
    throw new Fault(
      "conflict",
      `Task ${task.id} is "${task.state}"; only a queued task can be edited.`,
      "Its page says what can be done with it now.",
    );
  return formPage(`Edit task ${task.id}`, {
    heading: {
      title: `Edit task ${task.id}`,
      over: [
        { text: "Tasks", href: "/tasks" },
        { text: printable(task.title), href: `/tasks/${task.id}` },
      ],
    },
    action: `/tasks/${task.id}/edit`,
    csrf: asked.csrf,
    typed: asked.typed,
    ...choices(ctx),
    projects: null,
    values: {
      project: name,
      title: task.title,
      prompt: task.prompt,
      kind: task.kind,
      priority: PRIORITIES[task.priority] ?? "normal",
      after: "",
      agent: task.agent ?? "",
      source: "",
      attached: "",
    },
    standard: { agent, base },
    submit: "Save",
  });
}

function choices(ctx: Ctx): Pick<TaskFormProps, "agents" | "kinds" | "priorities"> {
  return { agents: knownAgents(Object.keys(ctx.config.agents)), kinds: TASK_KINDS, priorities: PRIORITIES };
}

function formPage(title: string, props: TaskFormProps): Page {
  return {
    title,
    name: "task-form",
    sections: [
      { kind: "still", id: "heading", html: () => TaskFormHeading(props) },
      { kind: "still", id: "task-form", html: () => TaskFormBody(props) },
    ],
  };
}
