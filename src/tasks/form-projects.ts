// The forms that register a project, change its settings, and forget it.
import * as v from "valibot";
import type { Asked, FormRoute } from "../kernel/page.ts";
import { form } from "../kernel/page.ts";
import { projectNamed, registerProject, repositoryOf } from "../projects/actions.ts";
import { reserveIdsOf } from "./actions.ts";
import { unregisterProject } from "./persons-word.ts";
import { editProject } from "./project-edits.ts";
import { hiddenWithoutValue, newProjectFields, projectFields, settingsOf, wishOf, workerOf } from "./project-fields.ts";

export const newProjectForm: FormRoute = form({
  path: "/projects/new",
  fields: newProjectFields,
  page: () => "/projects/new",
  section: "settings",
  async act(ctx, given) {
    const unknown = hiddenWithoutValue(given.env, {});
    if (unknown) return { reasons: { env: unknown } };
    const { path, name, base, agent, approval } = given;
    const settings = { ...settingsOf(given, {}), sandbox: {}, guards: {}, roles: {} };
    const input = { path, agent, approval, settings, ...(name === undefined ? {} : { name }), ...(base === undefined ? {} : { base }) };
    const project = await registerProject(ctx, input);
    await reserveIdsOf(ctx, repositoryOf(project));
    return { to: `/projects/${encodeURIComponent(project.name)}`, said: `Registered "${project.name}".` };
  },
});

export const projectSettingsForm: FormRoute = form({
  path: "/projects/:name/settings",
  fields: projectFields,
  page: pageOfProject,
  section: "settings",
  async act(ctx, given, asked) {
    const project = projectNamed(ctx, asked.params.name ?? "");
    const unknown = hiddenWithoutValue(given.env, project.settings.env);
    if (unknown) return { reasons: { env: unknown } };
    const { name, base, agent, approval } = given;
    const worker = workerOf(given, project.settings.roles.worker);
    const roles = Object.keys(worker).length > 0 ? { worker } : {};
    const settings = { ...settingsOf(given, project.settings.env), sandbox: wishOf(given, project.settings.sandbox), roles };
    const changed = await editProject(ctx, project, { name, base, agent, approval, settings });
    return { to: `/projects/${encodeURIComponent(changed.name)}`, said: `The settings of "${changed.name}" are saved.` };
  },
});

export const unregisterForm: FormRoute = form({
  path: "/projects/:name/unregister",
  fields: v.object({ cancel: v.optional(v.string()) }),
  page: pageOfProject,
  section: "leave",
  act(ctx, { cancel }, asked) {
    const project = projectNamed(ctx, asked.params.name ?? "");
    const cancelled = unregisterProject(ctx, project, cancel === undefined ? "refuse" : "cancel");
    const tasks = cancelled.length > 0 ? ` ${cancelled.length} tasks were cancelled.` : "";
    return { to: "/projects", said: `Unregistered "${project.name}".${tasks} Its repository is as it was.` };
  },
});

function pageOfProject({ params }: Asked): string {
  return `/projects/${encodeURIComponent(params.name ?? "")}`;
}
