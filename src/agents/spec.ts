// The order for one run: command, prompt, environment, sandbox and limits, put together from what is configured.
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { guardRules } from "../hooks/rules.ts";
import type { AutomationOrder } from "../hooks/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault, unwrap } from "../kernel/fault.ts";
import { ownCommand, ownPlaces } from "../kernel/process.ts";
import { storedIn } from "../kernel/redact.ts";
import { bothRoles } from "../projects/rules.ts";
import type { Project, ProjectSettings, RoleSettings } from "../projects/schema.ts";
import { freeUser, isHiddenAtHome, sandboxSpec } from "../sandbox/rules.ts";
import type { SandboxLevel, SandboxPolicy, SandboxSpec } from "../sandbox/schema.ts";
import type { Task } from "../tasks/schema.ts";
import { claudeEnvironment } from "./claude/driver.ts";
import { sharedPlaces } from "./claude/home.ts";
import { IDLE_MINUTES, PARK_MINUTES } from "./config.ts";
import { type AgentCommand, agentCommand } from "./drivers.ts";
import { reachedHosts } from "./model-hosts.ts";
import { networkText } from "./network-text.ts";
import { levelOf, loweredFor, policyFor, runEnvironment, withoutNetwork } from "./rules.ts";
import type { Conversation, Run, RunLimits, RunSpec } from "./schema.ts";
import { type Opening, openingOf } from "./session.ts";
import * as table from "./table.ts";
import { liveRuns } from "./table.ts";

const MB = 1_000_000;
const MINUTE_MS = 60_000;

type Roles = ProjectSettings["roles"];

/** `roles` are those of the base that the task works on. */
type About = { task: Task; project: Project; roles: Roles; automations: AutomationOrder[] };

/** Faults: `not_found` or `invalid` when the agent is not configured, `denied` without the sandbox it is to have. */
export function specOf(ctx: Ctx, run: Run, about: About): RunSpec {
  const { task, project, roles, automations } = about;
  const lowered = loweredFor(run, task, table.agentRunBefore(ctx.db, run, 0));
  const secrets = lowered.includes("secrets") ? "withheld" : "given";
  const said = bothRoles(ctx.config.agents[run.agent], roles.worker);
  const settings = secrets === "given" ? said : { ...said, mcpServers: {} };
  const wanted = policyFor(ctx.config, project, run.kind);
  const policy = lowered.includes("network") ? withoutNetwork(wanted) : wanted;
  const level = unwrap(levelOf(ctx.outside.sandbox, wanted, { id: task.id, lowered }));
  const places = ctx.paths.task(task.id);
  const { spool } = ctx.paths.run(run.id);
  const opening = run.kind === "agent" ? openingOf(ctx, run, task, project) : null;
  const command = commandOf(ctx, run, opening, settings, automations);
  const person = command.driver === "claude" ? personOf(command.env) : null;
  const { CLAUDE_CONFIG_DIR: _theirs, ...configured } = command.env;
  const env = runEnvironment({
    path: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    lang: process.env.LANG ?? "C.UTF-8",
    home: join(places.tmp, "home"),
    tmp: places.tmp,
    taskId: task.id,
    runId: run.id,
    spool,
    extra: {
      ...(secrets === "given" ? variablesOf(project) : {}),
      ...(person ? claudeEnvironment(level === "none" ? "open" : "sandboxed") : {}),
      ...(person ? configured : command.env),
    },
  });
  const sandbox = sandboxFor(ctx, run, { project, policy, level, settings, command, env, person, secrets });
  return {
    runId: run.id,
    taskId: task.id,
    kind: run.kind,
    title: task.title,
    argv: command.argv,
    prompt: promptOf(opening, sandbox),
    promptBy: command.promptBy,
    output: command.output,
    conversation: opening && person ? conversationOf(ctx, run, { opening, person, project, tree: places.tree, secrets }) : null,
    guard: guardRules(ctx.config.guards, project.settings.guards, settings.guards, { ask: settings.ask ?? [] }),
    automations,
    answers: opening?.answers ?? [],
    env,
    sandbox,
    limits: limitsOf(ctx, run),
    treePath: places.tree,
    gitPath: places.git,
  };
}

type SandboxParts = {
  project: Project;
  policy: SandboxPolicy;
  level: SandboxLevel;
  settings: RoleSettings;
  command: AgentCommand;
  env: Readonly<Record<string, string>>;
  person: Person | null;
  secrets: Secrets;
};

/** Whether a run has what people put keys and passwords into: the project's variables, MCP servers, places that they had shown. */
type Secrets = "given" | "withheld";

function sandboxFor(ctx: Ctx, run: Run, { project, policy, level, settings, command, env, person, secrets }: SandboxParts): SandboxSpec {
  const { tree, git, tmp } = ctx.paths.task(run.taskId);
  const userHome = process.env.HOME ?? "/";
  return sandboxSpec({
    level,
    tree,
    git,
    tmp,
    spool: ctx.paths.run(run.id).spool,
    ccmHome: ctx.paths.home,
    userHome,
    repositoryGit: project.gitDir,
    network: policy.network,
    hosts: reachedHosts(policy.hosts, command.driver, env),
    ports: policy.ports,
    unixSockets: policy.unixSockets,
    hide: policy.hide,
    readOnly: policy.readOnly,
    fileBytes: ctx.config.limits.writtenMb * MB,
    user: ctx.outside.sandbox.ownUser() ? freeUser(liveRuns(ctx.db).map(({ rights }) => rights?.user)) : null,
    show: [
      ...ctx.config.sandbox.show.filter((place) => secrets === "given" || !isHiddenAtHome(place, userHome)),
      ...ownPlaces(),
      ...shownWords(run, command),
      ...(person ? [...sharedPlaces(person.configFolder), ...(settings.extraDirectories ?? [])] : []),
    ],
  });
}

/** One that goes on with a session was told of its network at the beginning. */
function promptOf(opening: Opening | null, sandbox: SandboxSpec): string {
  if (!opening) return "";
  const text = opening.session?.how === "resumed" ? "" : networkText(sandbox);
  return text ? `${opening.prompt}\n\n${text}` : opening.prompt;
}

/** What a project sets for its runs. Faults: `denied` for a stored secret in it: those are for what runs outside of the sandbox. */
function variablesOf({ name, settings }: Project): Record<string, string> {
  for (const [variable, value] of Object.entries(settings.env)) {
    const secret = storedIn(value);
    if (secret)
      throw new Fault(
        "denied",
        `The variable "${variable}" of "${name}" holds the ${secret}, and agents get no stored secrets.`,
        `Give it another value: ccm edit-project ${name} --env ${variable}=…`,
      );
  }
  return settings.env;
}

/** The session that the run's agent will have; what `startRun` writes into its row. */
export function sessionOf(spec: RunSpec): string | null {
  return spec.conversation?.session ?? null;
}

type Person = { configFolder: string; stateFile: string };

/** Where a person's claude keeps its files: CLAUDE_CONFIG_DIR, of the agent's settings or the daemon's own, else the home. */
function personOf(env: Readonly<Record<string, string>>): Person {
  const home = process.env.HOME ?? "/";
  const chosen = env.CLAUDE_CONFIG_DIR ?? process.env.CLAUDE_CONFIG_DIR;
  return { configFolder: chosen ?? join(home, ".claude"), stateFile: join(chosen ?? home, ".claude.json") };
}

function conversationOf(
  ctx: Ctx,
  run: Run,
  about: { opening: Opening; person: Person; project: Project; tree: string; secrets: Secrets },
): Conversation | null {
  const { opening, person, project, tree, secrets } = about;
  if (!opening.session) return null;
  const settings = ctx.config.agents[run.agent];
  return {
    protocol: "claude",
    session: opening.session.id,
    home: { ...person, repository: project.path, tree, servers: secrets === "given" ? "kept" : "left out" },
    silent: opening.silent,
    parkMs: Math.round((settings?.parkMinutes ?? PARK_MINUTES) * MINUTE_MS),
    idleMs: Math.round((settings?.idleMinutes ?? IDLE_MINUTES) * MINUTE_MS),
  };
}

/** A person's own agent may lie where the sandbox hides everything, such as /tmp; what a repository says is never shown. */
function shownWords(run: Run, command: AgentCommand): string[] {
  return run.kind === "agent" ? command.argv.filter((word) => isAbsolute(word) && existsSync(word)) : [];
}

/** Set-up and gates are lines for a shell, as a person would type them. */
function commandOf(ctx: Ctx, run: Run, opening: Opening | null, role: RoleSettings, automations: AutomationOrder[]): AgentCommand {
  if (run.kind === "agent") {
    const { agents } = ctx.config;
    const session = opening?.session ?? null;
    return unwrap(agentCommand({ name: run.agent, agents, executable: ownCommand(), session, role, automations }));
  }
  if (!run.command)
    throw new Fault("invalid", `The ${run.kind} "${run.agent}" has no command.`, "`ccm project-status` shows the project's commands.");
  return { driver: "custom", argv: ["sh", "-c", run.command], promptBy: "none", output: "text", env: {} };
}

function limitsOf(ctx: Ctx, run: Run): RunLimits {
  const { limits } = ctx.config;
  const minutes = { agent: limits.runMinutes, setup: limits.setupMinutes, gate: limits.gateMinutes };
  return {
    runMs: minutes[run.kind] * MINUTE_MS,
    memoryBytes: limits.memoryMb * MB,
    children: limits.children,
    outputBytes: limits.outputMb * MB,
    treeBytes: limits.treeMb * MB,
    commits: limits.commits,
    stopMs: limits.stopSeconds * 1_000,
  };
}
