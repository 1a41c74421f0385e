// Registering repositories, and what holds for work in them.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import * as v from "valibot";
import type { CommitId, Repository, RepositoryFacts } from "../git/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { appendEvent } from "../kernel/events.ts";
import { aboutField, Fault, unwrap } from "../kernel/fault.ts";
import { didYouMean } from "../kernel/nearest.ts";
import { checkFile } from "../kernel/yaml-file.ts";
import { proposeChecks, READ_FILES } from "./proposal.ts";
import { agentFault, bothRoles, changedFields, nameFrom, repositoryFault, repositoryRole, toldChange } from "./rules.ts";
import {
  type DiskUse,
  type NewProject,
  type Project,
  type ProjectChange,
  type ProjectSettings,
  type Proposal,
  repositorySettingsSchema,
} from "./schema.ts";
import * as table from "./table.ts";

/** The file in which a repository speaks about itself. */
const REPOSITORY_SETTINGS = ".ccm/project.yaml";

/**
 * Looks at the repository and registers it; nothing in it is changed. Faults: `invalid` for a path that is no usable
 * repository, `conflict` for a name or repository that is taken, `not_found` for a base branch or an agent that does not
 * exist.
 */
export async function registerProject(ctx: Ctx, input: NewProject): Promise<Project> {
  return addProject(ctx, input, await findRepository(ctx, input));
}

/** A repository that can be registered, with the base branch that was meant. */
export type FoundRepository = { facts: RepositoryFacts; base: string };

/** What has to be asked of git before a project can be added. Faults: as `registerProject`. */
export async function findRepository(ctx: Ctx, input: Pick<NewProject, "path" | "base">): Promise<FoundRepository> {
  const facts = await ctx.outside.git.inspect(input.path).catch((thrown) => {
    throw aboutField(thrown, "path");
  });
  const fault = repositoryFault(facts, input.base);
  if (fault) throw fault;
  const base = input.base ?? facts.head ?? "";
  await requireBranch(ctx, facts, base);
  return { facts, base };
}

/** Faults: `conflict`, `not_found` for an agent that does not exist. */
export function addProject(ctx: Ctx, input: NewProject, { facts, base }: FoundRepository): Project {
  requireAgent(ctx, input.agent);
  const name = input.name ?? nameFrom(basename(facts.path));
  return ctx.db.transact(() => {
    refuseTaken(ctx, name, facts);
    const project = table.insertProject(ctx.db, {
      uuid: ctx.ids.uuid(),
      name,
      path: facts.path,
      gitDir: facts.gitDir,
      base,
      agent: input.agent,
      approval: input.approval,
      settings: v.parse(v.any(), input.settings),
      authorName: facts.author?.name ?? "ccm",
      authorEmail: facts.author?.email ?? "ccm@localhost",
      createdAt: ctx.clock.now(),
    });
    appendEvent(ctx.db, ctx.clock.now(), {
      name: "project.registered",
      source: "person",
      projectId: project.id,
      data: { name, path: facts.path, base },
    });
    return project;
  });
}

/** Faults: `not_found` for a name that is neither built in nor configured. */
export function requireAgent(ctx: Ctx, name: string): void {
  const fault = agentFault(name, Object.keys(ctx.config.agents));
  if (fault) throw fault;
}

async function requireBranch(ctx: Ctx, repo: Repository, base: string): Promise<void> {
  if (await ctx.outside.git.tip(repo, `refs/heads/${base}`)) return;
  throw new Fault(
    "not_found",
    `The repository has no branch "${base}".`,
    `\`git -C "${repo.path}" branch\` shows those it has; name one with --base.`,
    { field: "base" },
  );
}

function refuseTaken(ctx: Ctx, name: string, repo: Repository): void {
  const byPath = table.findProjectByGitDir(ctx.db, repo.gitDir);
  if (byPath)
    throw new Fault(
      "conflict",
      `The repository "${repo.path}" is already registered as "${byPath.name}".`,
      `\`ccm project-status ${byPath.name}\` shows it.`,
      { field: "path" },
    );
  refuseTakenName(ctx, name);
}

function refuseTakenName(ctx: Ctx, name: string): void {
  const byName = table.findProjectByName(ctx.db, name);
  if (byName)
    throw new Fault("conflict", `There is already a project "${name}", at ${byName.path}.`, "Give this one another name with --name.", {
      field: "name",
    });
}

/** What has to be asked of git before a project can be changed. Faults: `not_found`. */
export async function requireNewBase(ctx: Ctx, id: number, change: Pick<ProjectChange, "base">): Promise<void> {
  const project = projectOf(ctx, id);
  if (change.base !== undefined && change.base !== project.base) await requireBranch(ctx, repositoryOf(project), change.base);
}

/**
 * Changes a registered project, now for whatever is read of it from now on: runs that are live and gates that have passed
 * stay as they are. Faults: `not_found` for a base branch or an agent that does not exist, `conflict` for a taken name or
 * a project that was unregistered meanwhile.
 */
export function changeProject(ctx: Ctx, id: number, change: ProjectChange): Project {
  if (change.agent !== undefined) requireAgent(ctx, change.agent);
  return ctx.db.transact(() => {
    const project = projectOf(ctx, id);
    if (project.removedAt !== null)
      throw new Fault(
        "conflict",
        `The project "${project.name}" was unregistered.`,
        "`ccm register-project` registers its repository again.",
      );
    const fields = changedFields(project, change);
    if (fields.length === 0) return project;
    if (fields.includes("name")) refuseTakenName(ctx, change.name ?? project.name);
    const { settings, ...rest } = change;
    const changed = { ...project, ...rest, settings: { ...project.settings, ...settings } };
    table.updateProject(ctx.db, changed);
    appendEvent(ctx.db, ctx.clock.now(), {
      name: "project.changed",
      source: "person",
      projectId: id,
      data: { name: changed.name, fields, ...toldChange(project, changed, fields) },
    });
    return changed;
  });
}

/** Forgets a project; the repository is never touched. Tasks that ended stay readable. */
export function unregisterProject(ctx: Ctx, project: Project): void {
  ctx.db.transact(() => {
    if (!table.removeProject(ctx.db, project.id, ctx.clock.now())) return;
    appendEvent(ctx.db, ctx.clock.now(), {
      name: "project.unregistered",
      source: "person",
      projectId: project.id,
      data: { name: project.name },
    });
  });
}

/** The registered project whose repository this is, or null. */
export function projectAt(ctx: Ctx, repo: Repository): Project | null {
  return table.findProjectByGitDir(ctx.db, repo.gitDir);
}

/** Larger files are no description of a project. */
const READ_BYTES = 1_000_000;

/** The gate and set-up that the files at the top of a checkout speak for; what cannot be read speaks for nothing. */
export function proposalFor(path: string): Proposal {
  const text = (name: string) => {
    const file = statSync(join(path, name));
    return file.isFile() && file.size <= READ_BYTES ? readFileSync(join(path, name), "utf8") : "";
  };
  try {
    const names = readdirSync(path);
    const isRead = (name: string) => READ_FILES.some((one) => one === name);
    return proposeChecks(Object.fromEntries(names.map((name) => [name, isRead(name) ? text(name) : ""])));
  } catch {
    return proposeChecks({});
  }
}

export function listProjects(ctx: Ctx): Project[] {
  return table.listProjects(ctx.db);
}

/** The registered project of that name. Faults: `not_found`. */
export function projectNamed(ctx: Ctx, name: string): Project {
  const project = table.findProjectByName(ctx.db, name);
  if (project) return project;
  const names = table.listProjects(ctx.db).map((one) => one.name);
  const others = "`ccm list-projects` shows the projects there are; `ccm register-project --path P` adds one.";
  throw new Fault("not_found", `There is no project "${name}".`, didYouMean(name, names, others));
}

/** The only project there is. Faults: `not_found` without one, `invalid` when there are several. */
export function onlyProject(ctx: Ctx): Project {
  const projects = table.listProjects(ctx.db);
  const [only] = projects;
  if (!only)
    throw new Fault("not_found", "There is no project yet.", "`ccm register-project --path .` registers the repository in this folder.");
  if (projects.length > 1)
    throw new Fault("invalid", "There are several projects.", `Name one: ${projects.map((project) => project.name).join(", ")}.`);
  return only;
}

/** The project of a row that names it; a missing one is a bug. */
export function projectOf(ctx: Ctx, id: number): Project {
  const project = table.findProject(ctx.db, id);
  if (!project) throw new Error(`No project ${id}, although a row names it.`);
  return project;
}

/** Finds projects by number, each once: a list has many tasks of few projects. */
export function projectFinder(ctx: Ctx): (id: number) => Project {
  const found = new Map<number, Project>();
  return (id) => {
    const project = found.get(id) ?? projectOf(ctx, id);
    found.set(id, project);
    return project;
  };
}

export function repositoryOf(project: Project): Repository {
  return { path: project.path, gitDir: project.gitDir };
}

/**
 * The project's settings as of a base commit: what the person registered wins, and what they left open the repository
 * may say in `.ccm/project.yaml`. Read from the base branch only, never from an agent's branch. Faults: `invalid`.
 */
export async function settingsAt(ctx: Ctx, project: Project, base: CommitId): Promise<ProjectSettings> {
  const text = await ctx.outside.git.readFile(repositoryOf(project), base, REPOSITORY_SETTINGS);
  if (text === null) return project.settings;
  const hint = `Correct the file on "${project.base}"; a task that failed of it goes on with \`ccm retry-task\`.`;
  const own = unwrap(checkFile(repositorySettingsSchema, text, `${REPOSITORY_SETTINGS} on ${project.base}`, hint));
  return {
    ...project.settings,
    gates: { ...own.gates, ...project.settings.gates },
    setup: project.settings.setup ?? own.setup ?? null,
    copies: project.settings.copies.length > 0 ? project.settings.copies : (own.copies ?? []),
    roles: { worker: bothRoles(repositoryRole(own.roles?.worker), project.settings.roles.worker) },
  };
}

/** What each project takes on the disk; one without trees takes nothing. */
export function diskUse(ctx: Ctx): DiskUse[] {
  return table.diskUse(ctx.db);
}
