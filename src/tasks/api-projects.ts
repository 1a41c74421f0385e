// The API's operations on projects, with the words and the answers of the command line.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { type Operation, readOperation, writeOperation } from "../kernel/operation.ts";
import { addProject, findRepository, listProjects, projectNamed, requireNewBase } from "../projects/actions.ts";
import { projectShape } from "../projects/rules.ts";
import { newProjectSchema, projectChangeSchema } from "../projects/schema.ts";
import { projectShapeSchema } from "../projects/shapes.ts";
import { highestIdIn, reserveIdsUpTo } from "./actions.ts";
import { unregisterProject } from "./persons-word.ts";
import { projectStatus } from "./project-command-actions.ts";
import { applyEdit } from "./project-edits.ts";
import { projectStatusSchema } from "./shapes.ts";

const projectParams = v.strictObject({ name: v.pipe(v.string(), v.description("The project's name")) });

const list = readOperation({
  path: "/projects",
  name: "listProjects",
  summary: "List the registered projects and where their tasks stand",
  answer: v.strictObject({ items: v.array(projectStatusSchema), next: v.null() }),
  run: (ctx) => ({ items: listProjects(ctx).map((project) => projectStatus(ctx, project)), next: null }),
});

const status = readOperation({
  path: "/projects/:name",
  name: "projectStatus",
  summary: "Show a project's settings and where its tasks stand",
  params: projectParams,
  answer: projectStatusSchema,
  run: (ctx, { params }) => projectStatus(ctx, projectNamed(ctx, params.name)),
});

const register = writeOperation({
  path: "/projects",
  name: "registerProject",
  summary: "Register a git repository of the machine that ccm runs on; nothing in it is changed",
  body: v.strictObject(newProjectSchema.entries),
  example: { path: "/home/me/src/my-app", settings: { gates: { full: "npm test" }, setup: "npm ci" } },
  answer: projectShapeSchema,
  async prepare(ctx, { body }) {
    const found = await findRepository(ctx, body);
    return { found, highest: await highestIdIn(ctx, found.facts) };
  },
  run(ctx, { body }, { found, highest }) {
    const project = addProject(ctx, body, found);
    if (highest > 0) reserveIdsUpTo(ctx, highest);
    return projectShape(project);
  },
});

const edit = writeOperation({
  path: "/projects/:name/edit",
  name: "editProject",
  summary: "Change a project's settings, for what begins from now on",
  description: "Each part that is given, of `settings` too, replaces the one there is.",
  params: projectParams,
  body: v.strictObject(projectChangeSchema.entries),
  example: { approval: "auto", settings: { gates: { full: "npm test" } } },
  answer: projectShapeSchema,
  prepare: (ctx, { params, body }) => requireNewBase(ctx, idOf(ctx, params.name), body),
  run: (ctx, { params, body }) => projectShape(applyEdit(ctx, projectNamed(ctx, params.name), body)),
});

const unregister = writeOperation({
  path: "/projects/:name/unregister",
  name: "unregisterProject",
  summary: "Forget a project; the repository and the branches in it stay as they are",
  params: projectParams,
  body: v.strictObject({
    cancelTasks: v.pipe(v.optional(v.boolean(), false), v.description("Cancel the tasks that have not ended, instead of refusing")),
  }),
  answer: v.strictObject({ ...projectShapeSchema.pipe[0].entries, cancelled: v.array(v.number()) }),
  run(ctx, { params, body }) {
    const project = projectNamed(ctx, params.name);
    const cancelled = unregisterProject(ctx, project, body.cancelTasks ? "cancel" : "refuse");
    return { ...projectShape(project), cancelled: cancelled.map((task) => task.id) };
  },
});

function idOf(ctx: Ctx, name: string): number {
  return projectNamed(ctx, name).id;
}

export const projectOperations: readonly Operation[] = [list, register, status, edit, unregister];
