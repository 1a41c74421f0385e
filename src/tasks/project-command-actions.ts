// What the commands on projects do: read what was typed, act, print.
import type * as v from "valibot";
import { valueTyped } from "../kernel/config-file.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { namedValues, oneOf, parseInput } from "../kernel/input.ts";
import { isJson } from "../kernel/json.ts";
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import { diskUse, listProjects, onlyProject, projectNamed, proposalFor, registerProject, repositoryOf } from "../projects/actions.ts";
import { projectShape } from "../projects/rules.ts";
import {
  APPROVALS,
  type DiskUse,
  GATES,
  newProjectSchema,
  type Project,
  type ProjectSettings,
  projectChangeSchema,
  ROLES,
  type RoleSettings,
  roleSchema,
} from "../projects/schema.ts";
import { countByState, listTasks, reserveIdsOf } from "./actions.ts";
import { GUARD_EXAMPLE, guardsFrom } from "./guard-words.ts";
import { unregisterProject } from "./persons-word.ts";
import { editProject } from "./project-edits.ts";
import { diskText, projectFields, projectTable } from "./project-text.ts";
import { SANDBOX_EXAMPLE, wishFrom } from "./sandbox-words.ts";
import type { ProjectStatus } from "./shapes.ts";
import { taskTable } from "./task-text.ts";

export type RegisterOptions = {
  path: string;
  name?: string;
  base?: string;
  agent: string;
  approval: string;
  gate?: string[];
  setup?: string;
  copy?: string[];
  env?: string[];
  role?: string[];
  sandbox?: string[];
  guard?: string[];
};

/** Faults: `invalid` for a path that is no usable repository or settings that make no sense, `conflict` for a taken name. */
export async function register(host: CommandHost, options: RegisterOptions): Promise<void> {
  const input = parseInput(
    newProjectSchema,
    {
      path: options.path,
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.base === undefined ? {} : { base: options.base }),
      agent: options.agent,
      approval: oneOf(APPROVALS, options.approval, "approval"),
      settings: {
        gates: gatesFrom(namedValues(options.gate ?? [], "--gate", 'full="npm test"')),
        setup: options.setup ?? null,
        copies: options.copy ?? [],
        env: namedValues(options.env ?? [], "--env", "NODE_ENV=test"),
        roles: rolesFrom(namedValues(options.role ?? [], "--role", "worker.model=opus")),
        sandbox: merged<unknown>({}, wishFrom(namedValues(options.sandbox ?? [], "--sandbox", SANDBOX_EXAMPLE))),
        guards: guardsFrom({}, namedValues(options.guard ?? [], "--guard", GUARD_EXAMPLE)),
      },
    },
    "`ccm register-project --help` shows an example.",
  );
  const ctx = await host.open();
  const project = await registerProject(ctx, input);
  await reserveIdsOf(ctx, repositoryOf(project));
  host.print(projectShape(project), () => registered(host, project));
}

export type EditProjectOptions = Partial<Omit<RegisterOptions, "path">>;

/**
 * Changes what is given. Gates, variables and settings of roles are changed one by one, and those given without a value are
 * taken away; the copied files are replaced as a whole. Faults: `not_found`, `conflict`, `invalid` when nothing is given.
 */
export async function edit(host: CommandHost, name: string, options: EditProjectOptions): Promise<void> {
  const ctx = await host.open();
  const project = projectNamed(ctx, name);
  const change = parseInput(projectChangeSchema, changeFrom(options, project.settings), "`ccm edit-project --help` shows an example.");
  if (Object.keys(change).length === 0)
    throw new Fault("invalid", `Nothing of the project "${name}" is to change.`, "`ccm edit-project --help` shows what can be changed.");
  const changed = await editProject(ctx, project, change);
  host.print(projectShape(changed), () => [`Changed "${changed.name}".`, "", projectFields(host, changed)].join("\n"));
}

function changeFrom(options: EditProjectOptions, before: ProjectSettings): v.InferInput<typeof projectChangeSchema> {
  const { name, base, agent, approval, gate, setup, copy, env, role, sandbox, guard } = options;
  const settings = {
    ...(gate === undefined ? {} : { gates: merged(before.gates, gatesFrom(namedValues(gate, "--gate", 'full="npm test"'))) }),
    ...(setup === undefined ? {} : { setup: setup === "" ? null : setup }),
    ...(copy === undefined ? {} : { copies: copy.filter((path) => path !== "") }),
    ...(env === undefined ? {} : { env: merged(before.env, namedValues(env, "--env", "NODE_ENV=test")) }),
    ...(sandbox === undefined
      ? {}
      : { sandbox: merged<unknown>(before.sandbox, wishFrom(namedValues(sandbox, "--sandbox", SANDBOX_EXAMPLE))) }),
    ...(guard === undefined ? {} : { guards: guardsFrom(before.guards, namedValues(guard, "--guard", GUARD_EXAMPLE)) }),
    ...(role === undefined ? {} : { roles: mergedRoles(before, rolesFrom(namedValues(role, "--role", "worker.model=opus"))) }),
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(base === undefined ? {} : { base }),
    ...(agent === undefined ? {} : { agent }),
    ...(approval === undefined ? {} : { approval: oneOf(APPROVALS, approval, "approval") }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  };
}

/** The values of the second go before those of the first; an empty one takes the name away. */
function merged<T>(first: Readonly<Record<string, T>>, second: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries({ ...first, ...second }).filter(([, value]) => value !== "" && value !== null));
}

function mergedRoles(before: ProjectSettings, given: Record<string, Record<string, unknown>>): Record<string, Record<string, unknown>> {
  const all = Object.keys({ ...before.roles, ...given }).map((role) => {
    const { sandbox: wish, ...rest } = given[role] ?? {};
    const there: RoleSettings = before.roles[role as (typeof ROLES)[number]] ?? {};
    const sandbox = isJson(wish) ? { sandbox: merged<unknown>({ ...there.sandbox }, wish) } : wish === undefined ? {} : { sandbox: wish };
    return [role, merged<unknown>({ ...there }, { ...rest, ...sandbox })] as const;
  });
  return Object.fromEntries(all);
}

function gatesFrom(named: Record<string, string>): Record<string, string> {
  for (const name of Object.keys(named)) oneOf(GATES, name, "gate");
  return named;
}

/**
 * `worker.ask: "[WebFetch]"` to `{worker: {ask: ["WebFetch"]}}`: values are YAML, as in `ccm config set`. Those of its sandbox
 * (`worker.sandbox.level`) are words, as those of the project's are.
 */
function rolesFrom(named: Record<string, string>): Record<string, Record<string, unknown>> {
  const roles: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(named)) {
    const [role = "", setting = "", part] = key.split(".", 3);
    oneOf(ROLES, role, "role");
    oneOf(Object.keys(roleSchema.entries), setting, "setting of a role");
    const before = roles[role] ?? {};
    const given = setting === "sandbox" && part ? { ...(before.sandbox ?? {}), ...wishFrom({ [part]: value }) } : valueTyped(value);
    roles[role] = { ...before, [setting]: given };
  }
  return roles;
}

function registered(host: CommandHost, project: Project): string {
  const lines = [`Registered "${project.name}".`, "", projectFields(host, project)];
  if (!project.settings.gates.full) {
    const gate = proposalFor(project.path).gate ?? "npm test";
    const unchecked = `Nothing is checked before a merge: register with --gate full="${gate}", or put gates into .ccm/project.yaml on "${project.base}".`;
    lines.push("", host.paint("yellow", wrap(unchecked, host.columns, 0)));
  }
  lines.push("", `Next: ccm create-task --project ${project.name} --title "…" --prompt "…"`);
  return lines.join("\n");
}

export async function list(host: CommandHost): Promise<void> {
  const ctx = await host.open();
  const rows = listProjects(ctx).map((project) => ({ project, counts: countByState(ctx, project.id) }));
  host.print(
    rows.map(({ project }) => projectStatus(ctx, project)),
    () => projectTable(host, rows),
  );
}

/** Tasks that a project's status shows: one screen of them. */
const SHOWN_TASKS = 10;

/** Faults: `not_found` for an unknown project, `invalid` without a name when there are several. */
export async function status(host: CommandHost, name: string | undefined): Promise<void> {
  const ctx = await host.open();
  const project = name === undefined ? onlyProject(ctx) : projectNamed(ctx, name);
  const counts = countByState(ctx, project.id);
  host.print(projectStatus(ctx, project), () => {
    const tasks = listTasks(ctx, { projectId: project.id, limit: SHOWN_TASKS }).map((task) => ({ task, project: project.name }));
    const total = counts.reduce((sum, one) => sum + one.count, 0);
    return [
      host.paint("bold", project.name),
      "",
      projectFields(host, project, diskText(diskOf(ctx, project))),
      "",
      taskTable(host, tasks, { total, now: ctx.clock.now() }),
    ].join("\n");
  });
}

/** Faults: `not_found`, `conflict` while tasks are open. */
export async function unregister(host: CommandHost, name: string, open: "refuse" | "cancel"): Promise<void> {
  const ctx = await host.open();
  const project = projectNamed(ctx, name);
  const cancelled = unregisterProject(ctx, project, open);
  host.print({ ...projectShape(project), cancelled: cancelled.map((task) => task.id) }, () => {
    const tasks = cancelled.length > 0 ? ` Cancelled: ${cancelled.map((task) => task.id).join(", ")}.` : "";
    return wrap(`Unregistered "${project.name}".${tasks} The repository at ${project.path} is as it was.`, host.columns, 0);
  });
}

/** A project as scripts read it, with how many of its tasks are in each state. */
export function projectStatus(ctx: Ctx, project: Project): ProjectStatus {
  const { treeBytes, trashBytes } = diskOf(ctx, project);
  const tasks = Object.fromEntries(countByState(ctx, project.id).map(({ state, count }) => [state, count]));
  return { ...projectShape(project), tasks, disk: { treeBytes, trashBytes } };
}

function diskOf(ctx: Ctx, project: Project): DiskUse {
  return diskUse(ctx).find(({ projectId }) => projectId === project.id) ?? { projectId: project.id, treeBytes: 0, trashBytes: 0 };
}
