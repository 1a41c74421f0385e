// Which repositories ccm works in, and what it calls them.
import type { RepositoryFacts } from "../git/schema.ts";
import { bothGuards, onlyStricter } from "../hooks/rules.ts";
import { Fault } from "../kernel/fault.ts";
import { didYouMean } from "../kernel/nearest.ts";
import { bothWishes } from "../sandbox/rules.ts";
import type { Project, ProjectChange, ProjectShape, RoleSettings } from "./schema.ts";

/** Why a repository cannot be registered, or null. A base that the person named replaces the branch that is checked out. */
export function repositoryFault(facts: RepositoryFacts, base?: string): Fault | null {
  if (facts.unborn && !base)
    return new Fault("invalid", `The repository "${facts.path}" has no commit yet.`, "Make a first commit, then register it.", {
      field: "path",
    });
  if (facts.partial) {
    return new Fault(
      "invalid",
      `The repository "${facts.path}" is a partial clone: objects that are missing in it cannot be fetched inside a sandbox.`,
      "Fetch them once with `git fetch --refetch --no-filter` and unset remote.<name>.promisor and extensions.partialClone, or register a full clone.",
      { field: "path" },
    );
  }
  if (!facts.head && !base) {
    return new Fault(
      "invalid",
      `The repository "${facts.path}" has a detached HEAD, so its base branch is unknown.`,
      "Name the branch with --base, or check one out.",
      { field: "base" },
    );
  }
  return null;
}

/** Agents that go by these names without a person's settings; the agents' room has a driver for each. */
export const BUILT_IN_AGENTS = ["claude", "demo"] as const;

/** Every agent's name, by the alphabet. */
export function knownAgents(configured: readonly string[]): string[] {
  return [...new Set([...BUILT_IN_AGENTS, ...configured])].sort();
}

/** Why no agent goes by that name, or null; `configured` are the names below `agents` in the configuration. */
export function agentFault(name: string, configured: readonly string[]): Fault | null {
  return knownAgents(configured).includes(name) ? null : unknownAgent(name, configured);
}

/** Names the one that was probably meant, or those that are known and how to make it known. */
export function unknownAgent(name: string, configured: readonly string[]): Fault {
  const known = knownAgents(configured);
  const add = `\`ccm config set agents.${name}.command PROGRAM\` adds one.`;
  return new Fault("not_found", `There is no agent "${name}".`, didYouMean(name, known, `Known agents: ${known.join(", ")}; ${add}`), {
    field: "agent",
  });
}

/** What a repository says about a role: of guards only what makes them stricter. */
export function repositoryRole(said: RoleSettings = {}): RoleSettings {
  return said.guards ? { ...said, guards: onlyStricter(said.guards) } : said;
}

/** What two say about a role: the second one's word goes before the first one's, and what either forbids or asks about holds. */
export function bothRoles(first: RoleSettings = {}, second: RoleSettings = {}): RoleSettings {
  const both = (key: "disallowedTools" | "ask" | "allowedTools" | "extraDirectories") => {
    const all = [...new Set([...(first[key] ?? []), ...(second[key] ?? [])])];
    return all.length > 0 ? { [key]: all } : {};
  };
  const servers = first.mcpServers || second.mcpServers ? { mcpServers: { ...first.mcpServers, ...second.mcpServers } } : {};
  return {
    ...first,
    ...second,
    ...servers,
    ...(first.sandbox || second.sandbox ? { sandbox: bothWishes(first.sandbox, second.sandbox) } : {}),
    ...(first.guards || second.guards ? { guards: bothGuards(first.guards, second.guards) } : {}),
    ...both("disallowedTools"),
    ...both("ask"),
    ...both("allowedTools"),
    ...both("extraDirectories"),
  };
}

/** What a change of a project names: the fields that differ, settings by their own names. */
export function changedFields(project: Project, change: ProjectChange): string[] {
  const { settings = {}, ...rest } = change;
  const own = Object.entries(rest).filter(([key, value]) => value !== project[key as keyof typeof rest]);
  const ofSettings = Object.entries(settings).filter(([key, value]) => !isSame(value, project.settings[key as keyof typeof settings]));
  return [...own, ...ofSettings].map(([key]) => key);
}

/** What fields were and are, for the record. */
export type ToldChange = { before: Record<string, unknown>; after: Record<string, unknown> };

export function toldChange(from: Project, to: Project, fields: readonly string[]): ToldChange {
  const of = ({ settings, ...own }: Project) => {
    const values = namesOfSecrets({ ...own, ...settings }) as Record<string, unknown>;
    return Object.fromEntries(fields.map((field) => [field, values[field] ?? null]));
  };
  return { before: of(from), after: of(to) };
}

/** Of variables and headers, of MCP servers too, only their names: people put passwords into them. */
function namesOfSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const isHeld = (key: string, child: unknown) => (key === "env" || key === "headers") && typeof child === "object" && child !== null;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, isHeld(key, child) ? Object.keys(child as object) : namesOfSecrets(child)]),
  );
}

/** The order of names means nothing, that of lists does. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const names = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name as keyof typeof one], other[name as keyof typeof other]))
  );
}

/** A project's name from a folder's: what the name may not hold becomes a dash. */
export function nameFrom(folder: string): string {
  const name = folder
    .replace(/\.git$/, "")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[^\p{L}\p{N}]+/u, "")
    .slice(0, 64);
  return name === "" || name === "new" ? "project" : name;
}

/** A project as scripts and the web read it. The values of its variables stay out: people put secrets there. */
export function projectShape(project: Project): ProjectShape {
  const { gates, setup, copies, env, sandbox, guards, roles } = project.settings;
  return {
    id: project.id,
    uuid: project.uuid,
    name: project.name,
    path: project.path,
    base: project.base,
    agent: project.agent,
    approval: project.approval,
    gates,
    setup,
    copies,
    env: Object.keys(env),
    sandbox,
    guards,
    roles,
    createdAt: new Date(project.createdAt).toISOString(),
  };
}
