// Checks of the agents on this machine, and of the windows on them.
import { agentsHere, canHaveWindows, heldAgents } from "../agents/actions.ts";
import type { AgentHere } from "../agents/schema.ts";
import type { Config, Ctx } from "../kernel/context.ts";
import type { Paths } from "../kernel/paths.ts";
import { dateOf, timeOfDay } from "../kernel/time-text.ts";
import { checkOptional, ok } from "./checks.ts";
import type { Check } from "./schema.ts";
import { countVerdicts } from "./table.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A line for each agent that is installed or configured; without one it says how to come by one. */
export async function checkAgents(config: Config, env: Environment): Promise<Check[]> {
  const agents = await agentsHere(config, env);
  const checks = agents.filter((agent) => agent.path !== null || agent.isConfigured).map((agent) => checkAgent(agent, env));
  if (checks.length > 0) return checks;
  const hint = "Install claude, or name an agent of your own: ccm config set agents.NAME.command PROGRAM";
  return [{ name: "agents", verdict: "warn", text: 'No coding agent is installed, only the built-in "demo".', hint }];
}

function checkAgent(agent: AgentHere, env: Environment): Check {
  const name = `agent ${agent.name}`;
  if (agent.path === null) {
    const hint = `\`ccm config get agents.${agent.name}\` shows its settings.`;
    return { name, verdict: "fail", text: `Configured, and not there: "${agent.command}".`, hint };
  }
  if (agent.claude) return checkClaude(agent.name, agent.path, agent.claude, env);
  if (agent.driver === "custom") return ok(name, agent.path);
  return checkOther(agent, agent.path);
}

/** One that is known by its name: it can be an agent of a person's own. */
function checkOther({ name, other }: AgentHere, path: string): Check {
  const login = other?.login ? `login: ${other.login}` : "no login found";
  const text = `${path}, ${other?.version ?? "it does not tell its version"}; ${login}`;
  const hint = `Its driver comes later; as an agent of your own: ccm config set agents.${name}.command ${name}`;
  return { name: `agent ${name}`, verdict: "warn", text, hint };
}

/** Whether somebody is logged in is looked for by the names of what a login leaves, and not by what is in there. */
function checkClaude(agent: string, path: string, claude: NonNullable<AgentHere["claude"]>, env: Environment): Check {
  const { standing, login } = claude;
  const name = `agent ${agent}`;
  const text = `${path}, ${claude.text}; ${login === null ? "no login found" : `login: ${login}`}`;
  if (standing === "old" || standing === "older") return { name, verdict: "warn", text, hint: `Update it: ${path} update` };
  if (login === null) return { name, verdict: "warn", text, hint: loginHint(agent, env) };
  if (standing !== "tested") return { name, verdict: "warn", text, hint: "What ccm does not know of its output is kept and left aside." };
  return ok(name, text);
}

/** Agents get nothing of a person's environment that is not configured for them. */
function loginHint(agent: string, env: Environment): string {
  const variable = ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"].find((name) => env[name]);
  if (!variable) return "Start claude once and log in, or give it a key: ccm config set agents.claude.env.ANTHROPIC_API_KEY KEY";
  return `Agents get nothing of your environment: ccm config set agents.${agent}.env.${variable} "$${variable}"`;
}

/** Agents that nothing is started with for now, each with why and until when. */
export function checkHeld(ctx: Ctx): Check[] {
  return heldAgents(ctx).map(({ agent, text, retryAt }) => {
    const until = retryAt === null ? "" : ` It is tried again at ${dateOf(retryAt)} ${timeOfDay(retryAt)}.`;
    return { name: `agent ${agent}`, verdict: "warn", text: `It ${text}${until}`, hint: "`ccm plan` shows which tasks wait for it." };
  });
}

const DAY_MS = 86_400_000;

/** What guards refused and asked about within a day; nothing where there was nothing. Calls that nobody judged in time are a warning. */
export function checkGuards(ctx: Ctx): Check[] {
  const { denied, asked, late } = countVerdicts(ctx.db, ctx.clock.now() - DAY_MS);
  if (denied + asked === 0) return [];
  const text = `Within 24 h, ${calls(denied)} refused, and ${calls(asked)} asked of a person.`;
  if (late === 0) return [ok("guards", text)];
  const hint = "An automation takes longer than 2 s: `ccm automations logs` shows which one.";
  return [{ name: "guards", verdict: "warn", text: `${text} ${calls(late)} refused because nobody judged in time.`, hint }];
}

function calls(count: number): string {
  return count === 1 ? "1 call was" : `${count} calls were`;
}

/** tmux is for people who look; nothing of ccm's own needs it. */
export async function checkTmux(config: Config, paths: Paths): Promise<Check> {
  const check = checkOptional("tmux", "Then there are no windows on agents; `ccm attach` shows one without.", ["-V"]);
  if (check.verdict !== "ok") return check;
  if (config.windows.tmux === "off") return ok("tmux", `${check.text}; windows are off (windows.tmux).`);
  if (await canHaveWindows(paths)) return check;
  return {
    name: "tmux",
    verdict: "warn",
    text: `The path of "${paths.home}" is too long for windows.`,
    hint: "A CCM_HOME with a shorter path has them.",
  };
}
