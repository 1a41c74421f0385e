// How each agent is started: from its name and settings to a command.
import { settingsForClaude } from "../hooks/actions.ts";
import type { AutomationOrder } from "../hooks/schema.ts";
import { Fault } from "../kernel/fault.ts";
import { type BUILT_IN_AGENTS, unknownAgent } from "../projects/rules.ts";
import type { RoleSettings } from "../projects/schema.ts";
import { claudeWords } from "./claude/driver.ts";
import type { AgentSettings } from "./config.ts";
import type { RunSpec } from "./schema.ts";

/** What a driver says about a run; the prompt itself is filled in by the host. */
export type AgentCommand = Pick<RunSpec, "argv" | "promptBy" | "output" | "env"> & { driver: Driver };

/** `custom`: an agent of one's own, known by its command only. */
export type Driver = "claude" | "demo" | "custom";

/** The agent's own session: its id, and whether it goes on or begins. */
export type Session = { id: string; how: "resumed" | "new" };

/** `executable` are the words that start ccm itself; `session` and `role` are for agents that know what to do with them. */
export type AgentOrder = {
  name: string;
  agents: Readonly<Record<string, AgentSettings>>;
  executable: readonly string[];
  session: Session | null;
  role?: RoleSettings;
  /** The agent waits for them. */
  automations?: readonly AutomationOrder[];
};

/** Agents that need no settings. */
const BUILT_IN: Readonly<Partial<Record<string, Driver>>> = {
  claude: "claude",
  demo: "demo",
} satisfies Record<(typeof BUILT_IN_AGENTS)[number], Driver>;

/** What the agent with that name is. Faults: `not_found` for an unknown agent, `invalid` for one without a command. */
export function driverOf(name: string, agents: Readonly<Record<string, AgentSettings>>): Driver | Fault {
  const settings = agents[name];
  const driver = settings?.driver ?? BUILT_IN[name];
  if (driver) return driver;
  if (settings?.command !== undefined) return "custom";
  if (settings)
    return new Fault("invalid", `The agent "${name}" has no command.`, `Set it: \`ccm config set agents.${name}.command PROGRAM\`.`);
  return unknownAgent(name, Object.keys(agents));
}

/**
 * The command of the agent with that name: a built-in one, or one of your own from `agents.<name>`. In `args` of one's
 * own, `{model}`, `{prompt}` and `{promptFile}` are filled in. Faults: those of `driverOf`; `invalid` for settings that
 * contradict each other.
 */
export function agentCommand(order: AgentOrder): AgentCommand | Fault {
  const settings = order.agents[order.name];
  const driver = driverOf(order.name, order.agents);
  if (driver instanceof Fault) return driver;
  if (driver === "claude") return claudeCommand(order);
  // A demo with a command of its own is a person's agent of that name, and so it was before there were drivers.
  if (settings?.command !== undefined) return customCommand(order.name, settings, settings.command);
  return { driver, argv: [...order.executable, "demo-agent"], promptBy: "stdin", output: "stream-json", env: settings?.env ?? {} };
}

/** The host says at once whether a call may go on, or that a person will say it; a machine that swaps needs longer. */
const ANSWER_SECONDS = 30;

function claudeCommand({ name, agents, executable, session, role, automations = [] }: AgentOrder): AgentCommand {
  const settings: Partial<AgentSettings> = agents[name] ?? {};
  const argv = claudeWords({
    settings: { ...settings, ...role },
    settingsJson: settingsForClaude({ ccm: executable, answerSeconds: ANSWER_SECONDS, automations }),
    session: session?.id ?? "",
    resumed: session?.how === "resumed",
  });
  return { driver: "claude", argv, promptBy: "stdin", output: "stream-json", env: settings.env ?? {} };
}

/**
 * An agent of one's own. Without `promptBy` its arguments say it: `{promptFile}` means a file, anything else an
 * argument, in the place of `{prompt}` or last.
 */
function customCommand(name: string, settings: AgentSettings, command: string): AgentCommand | Fault {
  const { args, model } = settings;
  const places = { model: has(args, "{model}"), prompt: has(args, "{prompt}"), file: has(args, "{promptFile}") };
  const promptBy = settings.promptBy ?? (places.file ? "file" : "argument");
  const wrong = contradiction(promptBy, places, model);
  if (wrong) return new Fault("invalid", `The agent "${name}" ${wrong}.`, `\`ccm config get agents.${name}\` shows its settings.`);
  const filled = model === undefined ? args : args.map((word) => word.replaceAll("{model}", () => model));
  return { driver: "custom", argv: [command, ...filled], promptBy, output: settings.output ?? "text", env: settings.env };
}

function contradiction(
  promptBy: string,
  places: { model: boolean; prompt: boolean; file: boolean },
  model: string | undefined,
): string | null {
  if (places.model && model === undefined) return `has "{model}" in its arguments and no model`;
  if (promptBy === "file" && !places.file) return `takes its prompt by file and has no "{promptFile}" in its arguments`;
  if (promptBy !== "file" && places.file) return `has "{promptFile}" in its arguments and takes its prompt by ${promptBy}`;
  if (promptBy !== "argument" && places.prompt) return `has "{prompt}" in its arguments and takes its prompt by ${promptBy}`;
  return null;
}

function has(args: readonly string[], place: string): boolean {
  return args.some((word) => word.includes(place));
}
