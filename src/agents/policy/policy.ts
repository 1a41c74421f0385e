// What agents of a project may do, and who said so.
import { COMMAND_CLASSES, type CommandClass, type GuardRules, type GuardWish, guardRules, type Verdict } from "../../hooks/rules.ts";
import type { Ctx } from "../../kernel/context.ts";
import { repositoryOf, settingsAt } from "../../projects/actions.ts";
import { bothRoles } from "../../projects/rules.ts";
import type { Project, ProjectSettings, RoleSettings } from "../../projects/schema.ts";
import { SANDBOX_DEFAULTS } from "../../sandbox/rules.ts";
import type { SandboxPolicy, SandboxWish } from "../../sandbox/schema.ts";
import { policyFor } from "../rules.ts";

/** Who can have said something: ccm itself, config.yaml or the environment, the project's settings, those of its role or agent. */
export const SPEAKERS = ["ccm", "configuration", "project", "role"] as const;
export type Speaker = (typeof SPEAKERS)[number];

export type SaidClass = { class: CommandClass; verdict: Verdict; from: Speaker };
export type SaidRule = { verdict: Verdict; rule: string; from: Speaker };
export type SaidPlace = { key: keyof SandboxPolicy; value: SandboxPolicy[keyof SandboxPolicy]; from: Speaker[] };
export type Policy = { classes: SaidClass[]; rules: SaidRule[]; sandbox: SaidPlace[] };

/** What is tried in the place of what stands in the configuration, or in the project's settings where it is about one. */
export type Tried = { guards: GuardWish; for: Extract<Speaker, "configuration" | "project"> } | null;

type Said = [Speaker, GuardWish | undefined][];

/** What holds for agents of a project, or for those of any project that says nothing. Faults: those of `settingsAt`. */
export async function policyHere(ctx: Ctx, project: Project | null): Promise<Policy> {
  const said = await guardsSaid(ctx, project, project?.agent ?? "", null);
  const rules = guardRules(...said.map(([, wish]) => wish));
  const lastFor = (name: CommandClass) =>
    said.findLast(([, wish]) => (wish?.atLeast?.[name] ?? wish?.classes?.[name]) !== undefined)?.[0] ?? "ccm";
  const firstFor = (verdict: Verdict, rule: string) => said.find(([, wish]) => wish?.[verdict]?.includes(rule))?.[0] ?? "ccm";
  return {
    classes: COMMAND_CLASSES.map((name) => ({ class: name, verdict: rules.classes[name], from: lastFor(name) })),
    rules: (["deny", "ask", "allow"] as const).flatMap((verdict) =>
      rules[verdict].map((rule) => ({ verdict, rule, from: firstFor(verdict, rule) })),
    ),
    sandbox: placesSaid(ctx, project),
  };
}

function placesSaid(ctx: Ctx, project: Project | null): SaidPlace[] {
  const settings: Pick<ProjectSettings, "sandbox" | "roles"> = project?.settings ?? { sandbox: {}, roles: {} };
  const policy = policyFor(ctx.config, { settings } as Pick<Project, "settings">, "agent");
  const wishes: [Speaker, SandboxWish | undefined][] = [
    ["configuration", changed(ctx.config.sandbox)],
    ["project", settings.sandbox],
    ["role", settings.roles.worker?.sandbox],
  ];
  return (Object.keys(policy) as (keyof SandboxPolicy)[]).map((key) => {
    const from = wishes.filter(([, wish]) => wish?.[key] !== undefined).map(([speaker]) => speaker);
    const counting = ADDED_UP.has(key) ? from : from.slice(-1);
    return { key, value: policy[key], from: counting.length > 0 ? counting : ["ccm"] };
  });
}

/** Of these everybody's word counts, of the others the last one's. */
const ADDED_UP: ReadonlySet<string> = new Set<keyof SandboxPolicy>(["hide", "readOnly"]);

/** What a person changed: the checked configuration has a value for everything. */
function changed(settings: Ctx["config"]["sandbox"]): SandboxWish {
  const defaults: Record<string, unknown> = SANDBOX_DEFAULTS;
  return Object.fromEntries(Object.entries(settings).filter(([key, value]) => !Bun.deepEquals(value, defaults[key])));
}

/** What calls of this agent's tools are judged by, with what is tried in its place. */
export async function rulesFor(ctx: Ctx, project: Project, agent: string, tried: Tried): Promise<GuardRules> {
  return guardRules(...(await guardsSaid(ctx, project, agent, tried)).map(([, wish]) => wish));
}

/** In the order in which they speak: of a class the last word counts, rules add up. */
async function guardsSaid(ctx: Ctx, project: Project | null, agent: string, tried: Tried): Promise<Said> {
  const worker = project ? await workerOf(ctx, project) : undefined;
  const settings = bothRoles(ctx.config.agents[agent], worker);
  return [
    ["configuration", tried?.for === "configuration" ? tried.guards : ctx.config.guards],
    ["project", tried?.for === "project" ? tried.guards : project?.settings.guards],
    ["role", settings.guards],
    ["role", { ask: settings.ask ?? [] }],
  ];
}

/** As of the base branch now; of a project whose repository is gone, what the person said alone. */
async function workerOf(ctx: Ctx, project: Project): Promise<RoleSettings | undefined> {
  const base = await ctx.outside.git.tip(repositoryOf(project), `refs/heads/${project.base}`).catch(() => null);
  return (base ? await settingsAt(ctx, project, base) : project.settings).roles.worker;
}
