// The pages of projects: all of them, and one with its tasks and settings.
import { basename } from "node:path";

import { ProjectForm, type ProjectFormProps, RepositoryForm, SETTINGS_FORM } from "../../views/project-form.tsx";
import {
  ProjectFacts,
  ProjectHeading,
  ProjectLeave,
  type ProjectLine,
  ProjectsHeading,
  ProjectsList,
  ProjectTasks,
} from "../../views/projects.tsx";
import type { Ctx } from "../kernel/context.ts";
import { isFault } from "../kernel/fault.ts";
import { costText } from "../kernel/number-text.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { diskUse, findRepository, listProjects, projectAt, projectNamed, proposalFor } from "../projects/actions.ts";
import { knownAgents, nameFrom } from "../projects/rules.ts";
import type { Project } from "../projects/schema.ts";
import { taskTotals } from "./actions.ts";
import { listPage } from "./lists.ts";
import { fieldValues } from "./project-fields.ts";
import { diskText } from "./project-text.ts";
import { isFinal } from "./rules.ts";
import { wishText } from "./sandbox-words.ts";
import { TASK_STATES, type TaskTotal } from "./schema.ts";
import { taskLineOf } from "./shown.ts";

/** Tasks that a project's page shows: the list has all of them. */
const SHOWN_TASKS = 15;

export const projectsPage: PageRoute = { path: "/projects", area: "projects", show: showProjects };
export const newProjectPage: PageRoute = { path: "/projects/new", area: "projects", show: showNewProject };
export const projectPage: PageRoute = { path: "/projects/:name", area: "projects", show: showProject };

function showProjects(ctx: Ctx): Page {
  return {
    title: "Projects",
    name: "projects",
    sections: [
      { kind: "still", id: "heading", html: () => ProjectsHeading() },
      { kind: "live", id: "projects", html: () => ProjectsList({ projects: listProjects(ctx).map((project) => lineOf(ctx, project)) }) },
    ],
  };
}

/** First the repository is asked for; what is found in it is then in the form. */
async function showNewProject(ctx: Ctx, asked: Asked): Promise<Page> {
  const path = asked.typed?.values.path ?? asked.query.get("path") ?? "";
  const looked = asked.typed || path === "" ? { values: { path }, reason: "", from: null } : await lookAt(ctx, path);
  const isKnown = asked.typed !== null || (path !== "" && looked.reason === "");
  const props: ProjectFormProps = {
    action: "/projects/new",
    csrf: asked.csrf,
    typed: asked.typed,
    values: { ...NEW_VALUES, agent: "claude", approval: "ask", ...looked.values },
    agents: agentsOf(ctx),
    of: null,
    from: looked.from,
  };
  return {
    title: "Register a project",
    name: "project-form",
    sections: [
      { kind: "still", id: "heading", html: () => ProjectHeading({ title: "Register a project", project: null }) },
      isKnown
        ? { kind: "still", id: SETTINGS_FORM, html: () => ProjectForm(props) }
        : { kind: "still", id: "repository", html: () => RepositoryForm({ path, reason: looked.reason }) },
    ],
  };
}

type Looked = { values: Record<string, string>; reason: string; from: string | null };

/** What a repository says about itself, or why it cannot be registered. */
async function lookAt(ctx: Ctx, path: string): Promise<Looked> {
  try {
    const { facts, base } = await findRepository(ctx, { path });
    const there = projectAt(ctx, facts);
    if (there) return { values: {}, reason: `It is registered already, as "${there.name}".`, from: null };
    const { gate, setup, from } = proposalFor(facts.path);
    return {
      values: { path: facts.path, name: nameFrom(basename(facts.path)), base, gateFull: gate ?? "", setup: setup ?? "" },
      reason: "",
      from,
    };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    // A base branch can be named in the form.
    return { values: { path }, reason: thrown.field === "base" ? "" : `${thrown.message} ${thrown.hint}`, from: null };
  }
}

const NEW_VALUES = { name: "", base: "", gateQuick: "", gateFast: "", gateFull: "", gatePerf: "", setup: "", copies: "", env: "" };

function showProject(ctx: Ctx, asked: Asked): Page {
  const project = projectNamed(ctx, asked.params.name ?? "");
  const line = lineOf(ctx, project);
  const form: ProjectFormProps = {
    action: `${line.href}/settings`,
    csrf: asked.csrf,
    typed: asked.typed,
    values: fieldValues(project),
    agents: agentsOf(ctx),
    of: { name: project.name, ...ofWorker(project) },
    from: null,
  };
  const leave = { action: `${line.href}/unregister`, csrf: asked.csrf, typed: asked.typed, name: project.name, path: line.path };
  return {
    title: project.name,
    name: "project",
    sections: [
      { kind: "still", id: "heading", html: () => ProjectHeading({ title: project.name, project: project.name }) },
      { kind: "live", id: "facts", html: () => ProjectFacts({ line, registered: when(project.createdAt) }) },
      { kind: "live", id: "tasks", html: () => ProjectTasks(tasksOf(ctx, project, line)) },
      { kind: "still", id: SETTINGS_FORM, html: () => ProjectForm(form) },
      { kind: "still", id: "leave", html: () => ProjectLeave(leave) },
    ],
  };
}

/** What a role has that the form does not. */
function ofWorker({ settings }: Project): { mcpServers: string[]; sandbox: string } {
  const { mcpServers = {}, sandbox = {} } = settings.roles.worker ?? {};
  return { mcpServers: Object.keys(mcpServers), sandbox: printable(wishText(sandbox)) };
}

function tasksOf(ctx: Ctx, project: Project, line: ProjectLine) {
  const { tasks } = listPage(ctx, { projectId: project.id, sort: "newest", limit: SHOWN_TASKS });
  const total = line.counts.reduce((sum, one) => sum + one.count, 0);
  return { name: project.name, rows: tasks.map((task) => taskLineOf(task, project)), total };
}

function lineOf(ctx: Ctx, project: Project): ProjectLine {
  const totals = taskTotals(ctx).filter(({ projectId }) => projectId === project.id);
  return {
    name: project.name,
    href: `/projects/${encodeURIComponent(project.name)}`,
    path: printable(project.path),
    base: printable(project.base),
    agent: project.agent,
    approval: project.approval,
    gates: Object.entries(project.settings.gates).map(([name, command]) => ({ name, command: printable(command) })),
    counts: TASK_STATES.flatMap((state) => totals.filter((one) => one.state === state).map(({ tasks }) => ({ state, count: tasks }))),
    open: sum(
      totals.filter(({ state }) => !isFinal(state)),
      ({ tasks }) => tasks,
    ),
    cost: costOf(totals),
    disk: diskText(diskUse(ctx).find(({ projectId }) => projectId === project.id) ?? { treeBytes: 0, trashBytes: 0 }),
  };
}

function costOf(totals: readonly TaskTotal[]): string {
  return costText(
    Math.max(
      0,
      sum(totals, ({ costUsd }) => costUsd),
    ),
  );
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function agentsOf(ctx: Ctx): string[] {
  return knownAgents(Object.keys(ctx.config.agents));
}
