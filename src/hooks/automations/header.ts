// The first lines of an automation, in which it says what it is for and when it is to run. Pure.
import { didYouMean } from "../../kernel/nearest.ts";
import { COMMANDED_EVENTS, POSTED_EVENTS } from "../claude-settings.ts";
import type { AutomationHeader } from "../schema.ts";

/** How long an automation may take when it does not say: what an agent's call of a tool may be held up at all. */
const DEADLINE_MS = 2_000;
/** Longer work belongs into a task; an agent waits for the answer. */
const LONGEST_MS = 60_000;
const SHORTEST_MS = 50;
/** Events of agents without a stream of their own, as they name them: https://geminicli.com/docs/hooks/reference. */
const OTHER_EVENTS = ["BeforeAgent", "AfterAgent", "BeforeModel", "AfterModel", "BeforeTool", "AfterTool", "PreCompress"];
/** Many a second, for screens: a process for each would slow every agent down. */
const TOO_OFTEN = "MessageDisplay";
const EVENTS: readonly string[] = [...COMMANDED_EVENTS, ...POSTED_EVENTS.filter((event) => event !== TOO_OFTEN), ...OTHER_EVENTS];

const KEYS = ["events", "matcher", "deadline", "failure", "secrets"];
/** A comment of a shell, Python or Ruby, of JavaScript or Go, of Lua or SQL. */
const COMMENT = /^\s*(?:#|\/\/|--)[#/-]*\s?(.*?)\s*$/;
const SETTING = /^ccm-([a-z]+):\s*(.*)$/;
/** A variable's name, as that of every stored secret is. */
const SECRET_NAME = /^[A-Za-z_]\w{0,63}$/;

/**
 * Reads the comments at the top of an automation: the first line of words says what it is for, and lines such as
 * `# ccm-events: PreToolUse PostToolUse` when it runs. A text instead of a header says what is wrong with it.
 */
export function readHeader(text: string): AutomationHeader | string {
  const lines = comments(text);
  const settings = new Map<string, string>();
  for (const line of lines) {
    const [, key, value = ""] = SETTING.exec(line) ?? [];
    if (key === undefined) continue;
    if (!KEYS.includes(key))
      return `"ccm-${key}" is nothing that it can say. ${didYouMean(key, KEYS, `Known: ${KEYS.map((one) => `ccm-${one}`).join(", ")}.`)}`;
    settings.set(key, value);
  }
  const about = lines.find((line) => line !== "" && !SETTING.test(line)) ?? "";
  return headerOf(about, (key) => settings.get(key) ?? "");
}

function headerOf(about: string, said: (key: string) => string): AutomationHeader | string {
  const events = words(said("events"));
  if (events.length === 0) return 'it does not say when to run. A line such as "# ccm-events: PreToolUse" at its top does.';
  const unknown = events.find((event) => !EVENTS.includes(event));
  if (unknown === TOO_OFTEN) return `"${TOO_OFTEN}" comes many times a second; no process is started for it.`;
  if (unknown !== undefined) return `"${unknown}" is no event. ${didYouMean(unknown, EVENTS, `Known: ${EVENTS.join(", ")}.`)}`;
  if (said("matcher") !== "" && patternOf(said("matcher")) === null)
    return `"${said("matcher")}" is no pattern of tools, such as "Write|Edit".`;
  const deadlineMs = said("deadline") === "" ? DEADLINE_MS : millisecondsOf(said("deadline"));
  if (deadlineMs === null)
    return `"${said("deadline")}" is no deadline from ${SHORTEST_MS} ms to ${LONGEST_MS / 1_000} s, such as "500 ms" or "10 s".`;
  const failure = said("failure") || "allow";
  if (failure !== "allow" && failure !== "deny") return `"${failure}" is nothing that can follow its failure: allow or deny.`;
  const secrets = words(said("secrets"));
  const odd = secrets.find((name) => !SECRET_NAME.test(name));
  if (odd !== undefined) return `"${odd}" is no name of a secret.`;
  return { about, events, matcher: said("matcher"), deadlineMs, failure, secrets };
}

function comments(text: string): string[] {
  const found: string[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (at === 0 && line.startsWith("#!")) continue;
    const comment = COMMENT.exec(line);
    if (!comment && line.trim() !== "") break;
    found.push(comment?.[1] ?? "");
  }
  return found;
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}

function millisecondsOf(text: string): number | null {
  const [, amount, unit] = /^(\d{1,6}(?:\.\d{1,3})?)\s*(ms|s)$/.exec(text) ?? [];
  const ms = Math.round(Number(amount) * (unit === "s" ? 1_000 : 1));
  return ms >= SHORTEST_MS && ms <= LONGEST_MS ? ms : null;
}

/** Tools as an agent's own hooks match them: the whole name, `|` between several, `*` or nothing for all. Null for what is no pattern. */
export function patternOf(matcher: string): RegExp | null {
  if (matcher === "" || matcher === "*") return /^/;
  try {
    return new RegExp(`^(?:${matcher})$`);
  } catch {
    return null;
  }
}
