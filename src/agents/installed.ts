// Which coding agents are on this machine, and whether they could be started with what is there.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../kernel/context.ts";
import { scrubEnvironment } from "../kernel/environment.ts";
import { Fault } from "../kernel/fault.ts";
import { loginFile } from "./claude-home.ts";
import { standingOf, standingText, versionIn } from "./claude-versions.ts";
import type { AgentSettings } from "./config.ts";
import { driverOf } from "./drivers.ts";
import type { AgentHere } from "./schema.ts";

/** Agents that are looked for without being configured. */
const KNOWN = ["claude", "gemini", "codex"];
/** `claude --version` answers in 0.1 s; one that waits for something hangs. */
const VERSION_MS = 10_000;
/** Variables that log claude in, or say that somebody else does: https://docs.anthropic.com/en/docs/claude-code/settings. */
const LOGIN_VARIABLES = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
];

type Environment = Readonly<Record<string, string | undefined>>;

/** The known agents and those that the configuration names. Starts `claude --version`, and reads no login. */
export function findAgents(config: Config, env: Environment): AgentHere[] {
  const names = [...new Set([...KNOWN, ...Object.keys(config.agents)])];
  return names.flatMap((name) => {
    const settings = config.agents[name];
    const driver = driverOf(name, config.agents);
    if (driver === "demo" && settings?.command === undefined) return [];
    const command = settings?.command ?? (driver === "claude" ? "claude" : name);
    const path = Bun.which(command, { PATH: env.PATH ?? "" });
    const isClaude = driver === "claude" && path !== null;
    return {
      ...{ name, command, path, isConfigured: settings !== undefined },
      driver: driver instanceof Fault ? null : driver === "claude" ? driver : "custom",
      claude: isClaude ? { ...claudeVersion(path, env), login: claudeLogin(name, settings, env) } : null,
    };
  });
}

function claudeVersion(path: string, env: Environment): Pick<NonNullable<AgentHere["claude"]>, "version" | "standing" | "text"> {
  const clean = { ...env };
  scrubEnvironment(clean);
  const answer = Bun.spawnSync([path, "--version"], { env: clean, stdin: "ignore", stderr: "ignore", timeout: VERSION_MS });
  const version = versionIn(answer.stdout.toString());
  return { version, standing: standingOf(version), text: standingText(version) };
}

/** Where a login is, by its name alone: what is in it is nobody's business here. */
function claudeLogin(name: string, settings: AgentSettings | undefined, env: Environment): string | null {
  const variable = LOGIN_VARIABLES.find((one) => settings?.env[one]);
  if (variable) return `agents.${name}.env.${variable}`;
  const folder = settings?.env.CLAUDE_CONFIG_DIR ?? env.CLAUDE_CONFIG_DIR ?? join(env.HOME ?? "/", ".claude");
  return existsSync(loginFile(folder)) ? loginFile(folder) : null;
}
