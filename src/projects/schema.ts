// A project: a registered repository, and what the person said about working in it.
import * as v from "valibot";
import type { GuardWish } from "../hooks/rules.ts";
import { guardWishSchema, toolRulesSchema } from "../hooks/shapes.ts";
import { sandboxWishSchema } from "../sandbox/shapes.ts";

export const APPROVALS = ["ask", "auto"] as const;
export type Approval = (typeof APPROVALS)[number];

/** The gate that must pass before anything merges. Other names are kept for later stages. */
export const MERGE_GATE = "full";

const command = v.pipe(v.string(), v.trim(), v.minLength(1, "The command is empty."), v.maxLength(4_000));
const relativePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.check((path) => !path.startsWith("/") && !path.split("/").includes(".."), "The path must stay inside the repository."),
);

const tools = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(200));

/** What a repository may say about the agents that work in it: nothing that widens what they may do. */
const repositoryRoleSchema = v.strictObject({
  model: v.exactOptional(v.string()),
  fallbackModel: v.exactOptional(v.string()),
  maxTurns: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  maxBudgetUsd: v.exactOptional(v.pipe(v.number(), v.minValue(0.01))),
  disallowedTools: v.exactOptional(tools),
  /** Tools whose every call a person must allow. */
  ask: v.exactOptional(toolRulesSchema),
  /** What calls of its tools are judged by; a repository's word can only make it stricter. */
  guards: v.exactOptional(guardWishSchema),
});

/** What a person may say of them, too. The words are those of `agents.<name>` in the configuration. */
export const roleSchema = v.strictObject({
  ...repositoryRoleSchema.entries,
  permissionMode: v.exactOptional(v.picklist(["bypassPermissions", "acceptEdits", "auto", "default", "dontAsk", "plan"])),
  allowedTools: v.exactOptional(tools),
  extraDirectories: v.exactOptional(v.array(v.pipe(v.string(), v.startsWith("/", "An extra directory is an absolute path.")))),
  mcpServers: v.exactOptional(v.record(v.string(), v.looseObject({}))),
  /** The sandbox of its runs, where it differs from the project's. */
  sandbox: v.exactOptional(sandboxWishSchema),
});
/** `guards` of a repository's role may hold what only ccm says, see `onlyStricter`. */
export type RoleSettings = Omit<v.InferOutput<typeof roleSchema>, "guards"> & { guards?: GuardWish };

/** Who a run is. A worker does the task. */
export const ROLES = ["worker"] as const;

export const GATES = ["quick", "fast", "full", "perf"] as const;

/** Gates by name (`quick`, `fast`, `full`, `perf`), the set-up command, ignored files to copy, extra environment. */
export const projectSettingsSchema = v.strictObject({
  gates: v.optional(v.record(v.picklist(GATES, "A gate is quick, fast, full or perf."), command), {}),
  setup: v.optional(v.nullable(command), null),
  copies: v.optional(v.pipe(v.array(relativePath), v.maxLength(100)), []),
  env: v.optional(v.record(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)), v.string()), {}),
  /** The sandbox of this project's runs, where it differs from what the configuration says. */
  sandbox: v.optional(sandboxWishSchema, {}),
  /** What calls of tools are judged by here, before what the configuration says. */
  guards: v.optional(guardWishSchema, {}),
  /** How agents work here, by their role; it goes before what `agents.<name>` says. */
  roles: v.optional(v.record(v.picklist(ROLES, "A role is worker."), roleSchema), {}),
});
export type ProjectSettings = v.InferOutput<typeof projectSettingsSchema>;

/** What a repository may say about itself in `.ccm/project.yaml` on its base branch: never what would weaken a person's choice. */
export const repositorySettingsSchema = v.partial(
  v.object({
    ...v.pick(projectSettingsSchema, ["gates", "setup", "copies"]).entries,
    roles: v.record(v.picklist(ROLES, "A role is worker."), repositoryRoleSchema),
  }),
);

/** A registered project. `path` is the checkout's top, `gitDir` its common git directory, `base` a short branch name. */
export type Project = {
  id: number;
  uuid: string;
  name: string;
  path: string;
  gitDir: string;
  base: string;
  agent: string;
  approval: Approval;
  settings: ProjectSettings;
  authorName: string;
  authorEmail: string;
  createdAt: number;
  removedAt: number | null;
};

/** Project pages are at their names, and this is the one on which they are registered. */
const NAME_OF_A_PAGE = "new";

const projectName = v.pipe(
  v.string(),
  v.check((name) => name !== NAME_OF_A_PAGE, `A project cannot be called "${NAME_OF_A_PAGE}".`),
  v.regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u, "A project's name has 1 to 64 letters, digits, dots, dashes or underscores."),
);

/** What a person gives to register a project, after parsing. */
export const newProjectSchema = v.object({
  name: v.optional(projectName),
  path: v.pipe(v.string(), v.minLength(1, "The path is empty.")),
  base: v.optional(v.string()),
  agent: v.optional(v.string(), "claude"),
  approval: v.optional(v.picklist(APPROVALS), "ask"),
  settings: v.optional(projectSettingsSchema, {}),
});
export type NewProject = v.InferOutput<typeof newProjectSchema>;

const { gates, setup, copies, env, sandbox, guards, roles } = projectSettingsSchema.entries;

/** What a person changes of a registered project. Each part that is given, of the settings too, replaces the one there is. */
export const projectChangeSchema = v.object({
  name: v.exactOptional(projectName),
  base: v.exactOptional(v.pipe(v.string(), v.minLength(1, "The base branch is empty."))),
  agent: v.exactOptional(v.string()),
  approval: v.exactOptional(v.picklist(APPROVALS)),
  settings: v.exactOptional(
    v.strictObject({
      gates: v.exactOptional(gates.wrapped),
      setup: v.exactOptional(setup.wrapped),
      copies: v.exactOptional(copies.wrapped),
      env: v.exactOptional(env.wrapped),
      sandbox: v.exactOptional(sandbox.wrapped),
      guards: v.exactOptional(guards.wrapped),
      roles: v.exactOptional(roles.wrapped),
    }),
  ),
});
export type ProjectChange = v.InferOutput<typeof projectChangeSchema>;

/** A project as `--json` and the web give it: settings on one level, of variables their names, times in ISO 8601. */
export type ProjectShape = Pick<Project, "id" | "uuid" | "name" | "path" | "base" | "agent" | "approval"> &
  Pick<ProjectSettings, "gates" | "setup" | "copies" | "sandbox" | "guards" | "roles"> & { env: string[]; createdAt: string };

/** The gate and set-up that a repository most likely wants. `from` names the file that says so; all null when nothing does. */
export type Proposal = { gate: string | null; setup: string | null; from: string | null };

/** What the trees of a project's tasks take on the disk, in place and in the trash, in bytes as last measured. */
export type DiskUse = { projectId: number; treeBytes: number; trashBytes: number };
