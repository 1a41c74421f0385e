// What a project's forms send, as texts, read as the schemas of projects want it; and a project as those texts.
import * as v from "valibot";
import { BUILT_IN_AGENTS } from "../projects/rules.ts";
import {
  newProjectSchema,
  type Project,
  type ProjectSettings,
  projectSettingsSchema,
  type RoleSettings,
  roleSchema,
} from "../projects/schema.ts";

import type { SandboxWish } from "../sandbox/schema.ts";
import { sandboxWishSchema } from "../sandbox/shapes.ts";

const text = v.optional(v.string(), "");
const trimmed = v.pipe(text, v.trim());
const emptyIsNone = v.pipe(
  trimmed,
  v.transform((typed) => (typed === "" ? undefined : typed)),
);
const lines = v.pipe(
  text,
  v.transform((typed) =>
    typed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  ),
);
const { name, path } = newProjectSchema.entries;
const { setup, copies, env } = projectSettingsSchema.entries;
const command = v.pipe(
  trimmed,
  v.check(
    (typed) => !/\[redacted [^\]]+\]/.test(typed),
    "A mark stands here for a secret that pages do not show. Change it with `ccm edit-project`.",
  ),
  v.transform((typed) => (typed === "" ? null : typed)),
  setup.wrapped,
);

/** A value that the page does not show; sent back as it is, the variable stays as it is. */
export const HIDDEN_VALUE = "••••••";

/** `NAME=value`, a line each. */
const variables = v.pipe(
  lines,
  v.check((all) => all.every((line) => line.indexOf("=") > 0), "A variable is written NAME=value, one a line."),
  v.transform((all) => Object.fromEntries(all.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]))),
  v.check(
    (all) => Object.keys(all).every((one) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(one)),
    "A variable's name has letters, digits and underscores.",
  ),
  env.wrapped,
);

const gates = { gateQuick: command, gateFast: command, gateFull: command, gatePerf: command };
const settings = { ...gates, setup: command, copies: v.pipe(lines, copies.wrapped), env: variables };

const whole = v.pipe(
  emptyIsNone,
  v.transform((typed) => (typed === undefined ? undefined : Number(typed))),
);
const worker = {
  model: emptyIsNone,
  fallbackModel: emptyIsNone,
  permissionMode: v.pipe(emptyIsNone, v.optional(roleSchema.entries.permissionMode.wrapped)),
  maxTurns: v.pipe(whole, v.optional(roleSchema.entries.maxTurns.wrapped)),
  maxBudgetUsd: v.pipe(whole, v.optional(roleSchema.entries.maxBudgetUsd.wrapped)),
  allowedTools: v.pipe(lines, roleSchema.entries.allowedTools.wrapped),
  disallowedTools: v.pipe(lines, roleSchema.entries.disallowedTools.wrapped),
  ask: v.pipe(lines, roleSchema.entries.ask.wrapped),
  extraDirectories: v.pipe(lines, roleSchema.entries.extraDirectories.wrapped),
};

const { entries: wish } = sandboxWishSchema;
/** Names in the form, since a worker has a level or a list of hosts of its own elsewhere. */
const sandbox = {
  sandboxLevel: v.pipe(emptyIsNone, v.optional(wish.level.wrapped)),
  sandboxNetwork: v.pipe(emptyIsNone, v.optional(wish.network.wrapped)),
  sandboxHosts: v.pipe(lines, wish.hosts.wrapped),
  sandboxPorts: v.pipe(
    lines,
    v.transform((all) => all.map(Number)),
    wish.ports.wrapped,
  ),
  sandboxHide: v.pipe(lines, wish.hide.wrapped),
  sandboxReadOnly: v.pipe(lines, wish.readOnly.wrapped),
  unixSockets: v.pipe(
    text,
    v.transform((sent) => sent !== ""),
  ),
};

const approval = v.pipe(v.optional(v.string(), "ask"), newProjectSchema.entries.approval.wrapped);
const agent = v.pipe(trimmed, v.minLength(1, `Name the agent: ${BUILT_IN_AGENTS.join(", ")}, or one of your configuration.`));

export const newProjectFields = v.object({
  path: v.pipe(trimmed, path),
  name: v.pipe(emptyIsNone, name),
  base: emptyIsNone,
  agent,
  approval,
  ...settings,
});

export const projectFields = v.object({
  name: v.pipe(trimmed, name.wrapped),
  base: v.pipe(trimmed, v.minLength(1, "The base branch is empty.")),
  agent,
  approval,
  ...settings,
  ...worker,
  ...sandbox,
});

type Given = v.InferOutput<typeof newProjectFields>;

/** Settings as a form gives them; `before` has the values that it does not show. */
export function settingsOf(
  given: Pick<Given, keyof typeof settings>,
  before: ProjectSettings["env"],
): Pick<ProjectSettings, "gates" | "setup" | "copies" | "env"> {
  const { gateQuick: quick, gateFast: fast, gateFull: full, gatePerf: perf } = given;
  const commands = Object.entries({ quick, fast, full, perf }).filter((gate): gate is [string, string] => gate[1] !== null);
  return {
    gates: Object.fromEntries(commands),
    setup: given.setup,
    copies: given.copies,
    env: Object.fromEntries(Object.entries(given.env).map(([key, value]) => [key, value === HIDDEN_VALUE ? (before[key] ?? "") : value])),
  };
}

/** What is wrong with a variable whose value is hidden although it has none; null when there is no such. */
export function hiddenWithoutValue(given: Given["env"], before: ProjectSettings["env"]): string | null {
  const name = Object.keys(given).find((key) => given[key] === HIDDEN_VALUE && !Object.hasOwn(before, key));
  return name === undefined ? null : `There is no value of ${name} yet: write it.`;
}

/** What is said of the sandbox; what is empty is not, so that a wider level goes on to decide, unless it was said so before. */
export function wishOf(given: Pick<v.InferOutput<typeof projectFields>, keyof typeof sandbox>, before: SandboxWish): SandboxWish {
  const all: SandboxWish = {
    ...(given.sandboxLevel && { level: given.sandboxLevel }),
    ...(given.sandboxNetwork && { network: given.sandboxNetwork }),
    hosts: given.sandboxHosts,
    ports: given.sandboxPorts,
    hide: given.sandboxHide,
    readOnly: given.sandboxReadOnly,
    unixSockets: given.unixSockets,
  };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => isSaid(value, before[name as keyof SandboxWish])));
}

/** A list is said to be empty only where it was before; a switch is off where it was on or off. */
function isSaid(value: unknown, before: unknown): boolean {
  if (value === false) return before !== undefined;
  return !isEmpty(value) || isEmpty(before);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** What a worker is told; what is empty is left out. What the form does not have (servers, sandbox, guards) stays as it is. */
export function workerOf(given: v.InferOutput<typeof projectFields>, before: RoleSettings = {}): RoleSettings {
  const said = Object.keys(worker)
    .map((key) => [key, given[key as keyof typeof worker]] as const)
    .filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  const { mcpServers, sandbox: own, guards } = before;
  return { ...Object.fromEntries(said), ...(mcpServers && { mcpServers }), ...(own && { sandbox: own }), ...(guards && { guards }) };
}

/** A project as its form shows it. */
export function fieldValues({ name, base, agent, approval, settings }: Project): Record<string, string> {
  const role = settings.roles.worker ?? {};
  const wished = settings.sandbox;
  const gate = (which: "quick" | "fast" | "full" | "perf") => settings.gates[which] ?? "";
  const list = (values: readonly string[] = []) => values.join("\n");
  return {
    ...{ name, base, agent, approval },
    ...{ gateQuick: gate("quick"), gateFast: gate("fast"), gateFull: gate("full"), gatePerf: gate("perf") },
    setup: settings.setup ?? "",
    copies: list(settings.copies),
    env: list(Object.keys(settings.env).map((key) => `${key}=${HIDDEN_VALUE}`)),
    sandboxLevel: wished.level ?? "",
    sandboxNetwork: wished.network ?? "",
    sandboxHosts: list(wished.hosts),
    sandboxPorts: list(wished.ports?.map(String)),
    sandboxHide: list(wished.hide),
    sandboxReadOnly: list(wished.readOnly),
    unixSockets: wished.unixSockets ? "yes" : "",
    model: role.model ?? "",
    fallbackModel: role.fallbackModel ?? "",
    permissionMode: role.permissionMode ?? "",
    maxTurns: role.maxTurns === undefined ? "" : String(role.maxTurns),
    maxBudgetUsd: role.maxBudgetUsd === undefined ? "" : String(role.maxBudgetUsd),
    allowedTools: list(role.allowedTools),
    disallowedTools: list(role.disallowedTools),
    ask: list(role.ask),
    extraDirectories: list(role.extraDirectories),
  };
}
