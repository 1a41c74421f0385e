// Which hosts an agent must reach to work at all: what `model` stands for in a list of hosts. Pure.
import type { Driver } from "./drivers.ts";

type Environment = Readonly<Record<string, string>>;

/** Where Claude Code 2.1 goes without further settings: its model, and where its login is renewed. */
const ANTHROPIC = ["api.anthropic.com:443", "platform.claude.com:443"];

/** The list with `model` filled in. `env` is what the agent's processes get. */
export function reachedHosts(hosts: readonly string[], driver: Driver, env: Environment): string[] {
  return [...new Set(hosts.flatMap((host) => (host === "model" ? modelHosts(driver, env) : [host])))];
}

/** An address that somebody has set goes before what an agent would take by itself; only claude's own is known. */
function modelHosts(driver: Driver, env: Environment): string[] {
  const set = Object.entries(env).flatMap(([name, value]) => (/_(?:BASE_URL|API_BASE)$/.test(name) ? hostOf(value) : []));
  if (set.length > 0 || driver !== "claude") return set;
  return cloudHosts(env) ?? ANTHROPIC;
}

/** Claude Code with the models of a cloud: https://code.claude.com/docs/en/third-party-integrations */
function cloudHosts(env: Environment): string[] | null {
  const [aws, google] = [env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1", env.CLOUD_ML_REGION ?? "global"];
  if (isOn(env.CLAUDE_CODE_USE_BEDROCK)) return ["bedrock-runtime", "bedrock", "sts"].map((name) => `${name}.${aws}.amazonaws.com:443`);
  if (isOn(env.CLAUDE_CODE_USE_VERTEX))
    return [`${google === "global" ? "" : `${google}-`}aiplatform.googleapis.com:443`, "oauth2.googleapis.com:443"];
  if (isOn(env.CLAUDE_CODE_USE_FOUNDRY))
    return [`${env.ANTHROPIC_FOUNDRY_RESOURCE ?? "*"}.services.ai.azure.com:443`, "login.microsoftonline.com:443"];
  return null;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false", "no", "off"].includes(value.toLowerCase());
}

/** Nothing for what is no web address, or one in numbers of IPv6, which lists cannot name. */
function hostOf(value: string): string[] {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname.startsWith("[")) return [];
  return [`${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`];
}
