// Which coding agents are on this machine, and whether they could be started with what is there.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../kernel/context.ts";
import { scrubEnvironment } from "../kernel/environment.ts";
import { Fault } from "../kernel/fault.ts";
import { loginFile } from "./claude/home.ts";
import { standingOf, standingText, versionIn } from "./claude/versions.ts";
import type { AgentSettings } from "./config.ts";
import { driverOf } from "./drivers.ts";
import type { AgentHere } from "./schema.ts";

/** `claude --version` answers in 0.1 s; one that waits for something hangs. */
const VERSION_MS = 10_000;
/** What has no driver is only named, and nobody waits long for that. */
const OTHER_VERSION_MS = 1_000;
/**
 * Agents without a driver that are looked for without being configured, and what their logins leave in a person's home:
 * https://github.com/google-gemini/gemini-cli, https://developers.openai.com/codex/auth.
 */
const OTHERS: Readonly<Record<string, string>> = { gemini: ".gemini/oauth_creds.json", codex: ".codex/auth.json" };
/** Variables that log claude in, or say that somebody else does: https://docs.anthropic.com/en/docs/claude-code/settings. */
const LOGIN_VARIABLES = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
];

type Environment = Readonly<Record<string, string | undefined>>;

/** The known agents and those that the configuration names. Asks them for their versions, all at once, and reads no login. */
export async function findAgents(config: Config, env: Environment): Promise<AgentHere[]> {
  const names = [...new Set(["claude", ...Object.keys(OTHERS), ...Object.keys(config.agents)])];
  const found = await Promise.all(names.map((name) => findAgent(name, config, env)));
  return found.filter((agent) => agent !== null);
}

/** Null for the built-in one, which is everywhere. */
async function findAgent(name: string, config: Config, env: Environment): Promise<AgentHere | null> {
  const settings = config.agents[name];
  const driver = driverOf(name, config.agents);
  if (driver === "demo" && settings?.command === undefined) return null;
  const command = settings?.command ?? (driver === "claude" ? "claude" : name);
  const path = Bun.which(command, { PATH: env.PATH ?? "" });
  const isClaude = driver === "claude" && path !== null;
  const isOther = driver instanceof Fault && path !== null;
  return {
    ...{ name, command, path, isConfigured: settings !== undefined },
    driver: driver instanceof Fault ? null : driver === "claude" ? driver : "custom",
    claude: isClaude ? { ...(await claudeVersion(path, env)), login: claudeLogin(name, settings, env) } : null,
    other: isOther ? { version: await otherVersion(path, env), login: otherLogin(name, env) } : null,
  };
}

async function claudeVersion(
  path: string,
  env: Environment,
): Promise<Pick<NonNullable<AgentHere["claude"]>, "version" | "standing" | "text">> {
  const version = versionIn(await answerOf(path, env, VERSION_MS));
  return { version, standing: standingOf(version), text: standingText(version) };
}

/** `0.9.0`, `codex-cli 0.58.0`: the number alone. */
async function otherVersion(path: string, env: Environment): Promise<string | null> {
  return /\d+(?:\.\d+)+/.exec(await answerOf(path, env, OTHER_VERSION_MS))?.[0] ?? null;
}

/** What `--version` prints; nothing when the program does not start, or is ended because it takes too long. */
async function answerOf(path: string, env: Environment, timeout: number): Promise<string> {
  const clean = { ...env };
  scrubEnvironment(clean);
  // A file, because what the program has started may hold a pipe open for as long as it likes.
  const file = join(mkdtempSync(join(tmpdir(), "ccm-version-")), "answer");
  try {
    const stdio = ["ignore", Bun.file(file), "ignore"] as const;
    await Bun.spawn([path, "--version"], { env: clean, stdio: [...stdio], timeout, killSignal: "SIGKILL" }).exited;
    return readFileSync(file, "utf8");
  } catch {
    return "";
  } finally {
    rmSync(dirname(file), { recursive: true, force: true });
  }
}

function otherLogin(name: string, env: Environment): string | null {
  const file = join(env.HOME ?? "/", OTHERS[name] ?? "");
  return OTHERS[name] !== undefined && existsSync(file) ? file : null;
}

/** Where a login is, by its name alone: what is in it is nobody's business here. */
function claudeLogin(name: string, settings: AgentSettings | undefined, env: Environment): string | null {
  const variable = LOGIN_VARIABLES.find((one) => settings?.env[one]);
  if (variable) return `agents.${name}.env.${variable}`;
  const folder = settings?.env.CLAUDE_CONFIG_DIR ?? env.CLAUDE_CONFIG_DIR ?? join(env.HOME ?? "/", ".claude");
  return existsSync(loginFile(folder)) ? loginFile(folder) : null;
}
