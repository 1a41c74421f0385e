// What an agent is doing, judged by its signs and the machine, in words that a person understands. Pure.
import { dateOf, duration, timeOfDay } from "../../kernel/time-text.ts";
import { questionText } from "../question-text.ts";
import type { Activity, LimitReading, LivenessSettings, Observed, OpenTool, Pulse, TurnEnd, Verdict } from "./signs.ts";

/** A provider's words for a refusal that no waiting ends: a person must act. */
const REFUSED_FOR_GOOD = new Set([
  "authentication_failed",
  "billing_error",
  "invalid_request",
  "permission_denied",
  "oauth_org_not_allowed",
]);
/** HTTP statuses of the same. */
const STATUSES_FOR_GOOD = new Set([400, 401, 402, 403, 404]);
/** Characters of a command or a message that a line of a list shows. */
const SHOWN_CHARACTERS = 120;
const DAY_MS = 24 * 60 * 60_000;
/** What passes sooner is no news: most retries succeed within seconds, and between two turns an agent is idle for a moment. */
const PASSING_MS = 10_000;
/** A run must have been watched for this long before it is called silent: after a daemon's start, or a machine's sleep, nothing is known of it. */
const WATCH_MS = 60_000;
/** A time below this is not worth its words. */
const TOLD_MS = 60_000;

/**
 * Judged in this order: what is over; what waits for a person, or for a limit; what goes wrong; what goes on. `since`
 * is when that began; `told` says it with the time. Processor time counts while a tool is under way, and for agents that
 * give no other signs: a conversation that hangs would be hidden by what the agent's own process takes.
 */
export function classify(observed: Observed, pulse: Pulse, settings: LivenessSettings, now: number): Verdict {
  const { question, retrying, lastEnd } = observed;
  if (!pulse.isLive) return { activity: "finished", text: finishedText(lastEnd), since: observed.lastSignAt };
  if (question) return { activity: "waiting", text: `waits for you: ${short(questionText(question))}`, since: question.askedAt };
  if (observed.limit && isUsedUp(observed.limit, now)) return limited(observed, observed.limit, now);
  if (retrying && !isSilent(observed, pulse, settings, now)) return retryVerdict(retrying);
  if (!observed.inTurn && observed.subagents.length === 0) return betweenTurns(observed);
  if (isSilent(observed, pulse, settings, now)) return stalled(observed);
  const { repeated } = observed;
  if (repeated && repeated.count >= settings.loopCalls)
    return { activity: "looping", text: repeatedText(repeated), since: observed.lastProgressAt };
  return working(observed);
}

/** A verdict in words with its time: "runs npm test for 12 min". */
export function told({ activity, text, since }: Verdict, now: number): string {
  const ms = now - since;
  if (ms < TOLD_MS || activity === "finished") return text;
  return activity === "working" || activity === "stalled" || activity === "starting"
    ? `${text} for ${duration(ms)}`
    : `${text} (for ${duration(ms)})`;
}

/** The activity that is reported after `before`: work is over only once what follows it lasts, where it mostly passes within seconds. */
export function lasting(before: Activity, { activity, since }: Verdict, now: number): Activity {
  const isPassing = activity === "overloaded" || activity === "idle";
  return isPassing && before === "working" && now - since < PASSING_MS ? before : activity;
}

function finishedText(end: TurnEnd | null): string {
  return end?.isError ? `has ended: ${short(end.text || "with an error")}` : "has ended";
}

/** A limit that was reported with a time counts until then. */
function isUsedUp({ status, resetsAt }: LimitReading, now: number): boolean {
  return status === "rejected" && (resetsAt === null || resetsAt > now);
}

function limited(observed: Observed, { resetsAt, window }: LimitReading, now: number): Verdict {
  const day = resetsAt !== null && resetsAt - now > DAY_MS ? `${dateOf(resetsAt)} ` : "";
  const until = resetsAt === null ? "" : `, until ${day}${timeOfDay(resetsAt).slice(0, 5)}`;
  return { activity: "limited", text: `the usage limit (${window.replaceAll("_", " ")}) is reached${until}`, since: observed.lastSignAt };
}

function retryVerdict({ error, status, attempt, attempts, since }: NonNullable<Observed["retrying"]>): Verdict {
  const text = `${refusalText(error, status)}, tries again (${attempt} of ${attempts})`;
  return { activity: isForGood(error, status) ? "broken" : "overloaded", text, since };
}

function betweenTurns(observed: Observed): Verdict {
  const { lastEnd, lastSignAt: since, background } = observed;
  if (!lastEnd && !observed.session) return { activity: "starting", text: "starts", since: observed.startedAt };
  if (observed.interruptedAt !== null) return { activity: "idle", text: "its turn was interrupted", since: observed.interruptedAt };
  if (lastEnd?.isError && observed.limit?.status === "rejected")
    return { activity: "idle", text: "the usage limit that ended its turn is over", since };
  if (lastEnd?.isError) return failedTurn(lastEnd, since);
  if (lastEnd?.reason === "tool_deferred") return { activity: "waiting", text: "waits for you to allow a call", since };
  const beside = background.map(({ text }) => text).join(", ");
  return { activity: "idle", text: beside ? `its turn is over; in the background: ${short(beside)}` : "its turn is over", since };
}

function failedTurn(end: TurnEnd, since: number): Verdict {
  const { error, status, text, reason } = end;
  if (reason === "max_turns" || reason === "max_budget_usd" || reason?.startsWith("error_max"))
    return { activity: "broken", text: `stopped: ${short(text || reason)}`, since };
  if (isForGood(error, status)) return { activity: "broken", text: `${refusalText(error, status)}: ${short(text)}`, since };
  if (error !== null || status !== null) return { activity: "overloaded", text: `${refusalText(error, status)}: ${short(text)}`, since };
  return { activity: "broken", text: `its turn ended with an error: ${short(text || reason || "no reason given")}`, since };
}

function isForGood(error: string | null, status: number | null): boolean {
  return (error !== null && REFUSED_FOR_GOOD.has(error)) || (status !== null && STATUSES_FOR_GOOD.has(status));
}

/** What a provider's refusal means: its own word and HTTP status, either may be missing. */
export function refusalText(error: string | null, status: number | null): string {
  if (error === "billing_error" || status === 402) return "the provider asks for payment";
  if (error === "authentication_failed" || status === 401 || status === 403) return "the provider refuses the login";
  if (isForGood(error, status)) return "the provider refuses the request";
  if (error === "overloaded" || status === 529) return "the provider is overloaded";
  if (error === "rate_limit" || status === 429) return "too many requests for the provider";
  return status === null ? "the provider does not answer" : `the provider has a fault (${status})`;
}

/** Nothing was heard, and nothing under way took processor time, for longer than an agent needs to think. */
function isSilent(observed: Observed, pulse: Pulse, { stallMs }: LivenessSettings, now: number): boolean {
  if (pulse.watchedAt !== null && now - pulse.watchedAt < WATCH_MS) return false;
  const countsBusy = observed.openTools.length > 0 || observed.session === null;
  const busyAt = countsBusy ? (pulse.busyAt ?? 0) : 0;
  return now - Math.max(lastHeardAt(observed), busyAt, pulse.gitAt ?? 0) >= stallMs;
}

/** A retry that was announced for later is no silence until then. */
function lastHeardAt({ lastSignAt, retrying }: Observed): number {
  return Math.max(lastSignAt, retrying?.until ?? 0);
}

function stalled(observed: Observed): Verdict {
  const tool = innermost(observed.openTools);
  if (tool) return { activity: "stalled", text: `${toolText(tool)}, which shows no sign of life`, since: observed.lastSignAt };
  if (observed.retrying) return { activity: "stalled", text: "nothing heard since it tried again", since: observed.lastSignAt };
  return { activity: "stalled", text: "nothing heard", since: observed.lastSignAt };
}

function repeatedText({ tool, count, calls }: NonNullable<Observed["repeated"]>): string {
  return calls === 1
    ? `the same ${tool} call ${count} times with the same answer`
    : `the same ${calls} calls (${tool}) ${count} times in turn with the same answers`;
}

function working(observed: Observed): Verdict {
  const tool = innermost(observed.openTools);
  if (tool) return { activity: "working", text: toolText(tool), since: tool.since };
  const [subagent] = observed.subagents;
  if (subagent) return { activity: "working", text: `its sub-agent works: ${short(subagent.text)}`, since: subagent.since };
  const isSilentAgent = observed.session === null;
  if (isSilentAgent && observed.lastSaid === "") return { activity: "starting", text: "starts", since: observed.startedAt };
  const text = isSilentAgent ? `says: ${short(observed.lastSaid)}` : "thinks";
  return { activity: "working", text, since: observed.lastSignAt };
}

/** Of a sub-agent's call and the call that started it, the sub-agent's says more. */
function innermost(tools: readonly OpenTool[]): OpenTool | undefined {
  return tools.findLast(({ parent }) => parent !== null) ?? tools.at(-1);
}

const TOOL_VERBS: Record<string, string> = {
  Bash: "runs",
  Read: "reads",
  Write: "writes",
  Edit: "edits",
  MultiEdit: "edits",
  NotebookEdit: "edits",
  Grep: "searches for",
  Glob: "looks for",
  WebFetch: "opens",
  WebSearch: "searches the web for",
  Task: "has a sub-agent at work:",
  Agent: "has a sub-agent at work:",
};

function toolText({ tool, subject, parent }: OpenTool): string {
  const verb = TOOL_VERBS[tool];
  const text = verb ? `${verb} ${short(subject)}` : `uses ${tool}${subject ? `: ${short(subject)}` : ""}`;
  return parent === null ? text.trimEnd() : `a sub-agent ${text.trimEnd()}`;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}
