// Which coding agents are on this machine, and whether they could be started with what is there.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../kernel/context.ts";
import { scrubEnvironment } from "../kernel/environment.ts";
import { versionIn } from "./claude-versions.ts";
import type { AgentSettings } from "./config.ts";
import type { AgentHere } from "./schema.ts";

/** Agents that are looked for without being configured. */
const KNOWN = ["claude", "gemini", "codex"];
/** `claude --version` answers in 0.1 s; one that waits for something hangs. */
const VERSION_MS = 10_000;
/** Variables that log claude in: https://docs.anthropic.com/en/docs/claude-code/settings. */
const LOGIN_VARIABLES = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];

type Environment = Readonly<Record<string, string | undefined>>;

/** The known agents and those that the configuration names. Starts `claude --version`, and reads no login. */
export function findAgents(config: Config, env: Environment): AgentHere[] {
  const names = [...new Set([...KNOWN, ...Object.keys(config.agents)])].filter((name) => name !== "demo");
  return names.map((name) => {
    const settings = config.agents[name];
    const command = settings?.command ?? name;
    const path = Bun.which(command, { PATH: env.PATH ?? "" });
    const found = { name, command, path, isConfigured: settings !== undefined };
    if (name !== "claude" || path === null) return { ...found, version: null, login: null };
    return { ...found, version: claudeVersion(path, env), login: claudeLogin(settings, env) };
  });
}

function claudeVersion(path: string, env: Environment): string | null {
  const clean = { ...env };
  scrubEnvironment(clean);
  const answer = Bun.spawnSync([path, "--version"], { env: clean, stdin: "ignore", stderr: "ignore", timeout: VERSION_MS });
  return versionIn(answer.stdout.toString());
}

/** Where a login is, by its name alone: what is in it is nobody's business here. */
function claudeLogin(settings: AgentSettings | undefined, env: Environment): string | null {
  const variable = LOGIN_VARIABLES.find((name) => settings?.env[name]);
  if (variable) return `agents.claude.env.${variable}`;
  const folder = env.CLAUDE_CONFIG_DIR || join(env.HOME ?? "/", ".claude");
  const file = join(folder, ".credentials.json");
  return existsSync(file) ? file : null;
}
