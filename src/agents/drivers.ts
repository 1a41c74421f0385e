// How each agent is started: from its name and settings to a command. Pure.
import { Fault } from "../kernel/fault.ts";
import type { AgentSettings } from "./config.ts";
import type { RunSpec } from "./schema.ts";

/** What a driver says about a run; the prompt itself is filled in by the host. */
export type AgentCommand = Pick<RunSpec, "argv" | "promptBy" | "output" | "env">;

/** What a driver is given. `executable` are the words that start ccm itself. */
export type DriverInput = { settings: AgentSettings | undefined; executable: readonly string[] };

/** Agents that need no settings. */
const BUILT_IN: Record<string, (input: DriverInput) => AgentCommand> = { demo: demoCommand };

/**
 * The command of the agent with that name: a built-in one, or one of your own from `agents.<name>`. In `args`,
 * `{model}`, `{prompt}` and `{promptFile}` are filled in. Faults: `not_found` for an unknown agent; `invalid` for
 * settings that contradict each other.
 */
export function agentCommand(
  name: string,
  agents: Readonly<Record<string, AgentSettings>>,
  executable: readonly string[],
): AgentCommand | Fault {
  const settings = agents[name];
  const builtIn = BUILT_IN[name];
  if (settings?.command !== undefined) return customCommand(name, settings, settings.command);
  if (builtIn) return builtIn({ settings, executable });
  const known = [...new Set([...Object.keys(BUILT_IN), ...Object.keys(agents)])].sort().join(", ");
  return settings
    ? new Fault("invalid", `The agent "${name}" has no command.`, `Set it: \`ccm config set agents.${name}.command PROGRAM\`.`)
    : new Fault(
        "not_found",
        `There is no agent "${name}".`,
        `Known agents: ${known}; \`ccm config set agents.${name}.command PROGRAM\` adds one.`,
      );
}

/** The scripted agent: no model, no account; see demo-agent.ts. */
function demoCommand({ settings, executable }: DriverInput): AgentCommand {
  return { argv: [...executable, "demo-agent"], promptBy: "stdin", output: "stream-json", env: settings?.env ?? {} };
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
  return { argv: [command, ...filled], promptBy, output: settings.output ?? "text", env: settings.env };
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
