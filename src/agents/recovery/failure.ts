// How a run of an agent ended, and whose trouble that was: read from its exit record and from what was observed of it.
import { exitText } from "../rules.ts";
import type { ExitRecord } from "../schema.ts";
import type { Observed } from "../signs/signs.ts";

/**
 * `ok`: it says that its work is done; git says what came of it. `parked`: a question waits for a person. `stopped`: ccm
 * or a person ended it. `interrupted`: a person ended its turn and said nothing more. `stalled`, `looping`: ccm ended it for
 * that. `limited`, `overloaded`, `unreachable`, `billing`, `login`: its provider, or the account there. `crashed`: the
 * process broke. `died`, `rebooted`: host, or machine. `limit`: one of ccm's. `unstarted`, `missing`, `too_old`, `model`: it cannot
 * work as it is installed or configured. `turns`, `budget`: the person's own bounds. `context`: its conversation grew too
 * long. `session`: there is none of that id, or it is taken. `agent`: it ended with an error of its own.
 */
export const ENDINGS = [
  "ok",
  "parked",
  "stopped",
  "interrupted",
  "stalled",
  "looping",
  "limited",
  "overloaded",
  "unreachable",
  "billing",
  "login",
  "crashed",
  "died",
  "rebooted",
  "limit",
  "unstarted",
  "missing",
  "too_old",
  "model",
  "turns",
  "budget",
  "context",
  "session",
  "agent",
] as const;
export type EndingKind = (typeof ENDINGS)[number];

/** `text` is what follows the agent's name in a sentence; `resetsAt` is when a limit of the account ends, epoch ms. */
export type Ending = { kind: EndingKind; text: string; resetsAt: number | null };

/** `session`: the agent's own, null for an agent that knows none. `stopWanted`: why ccm ended the run, when it did. */
export type EndFacts = { exit: ExitRecord | null; observed: Observed | null; session: string | null; stopWanted: string | null };

/** Why ccm ends a run that does not get on; the words are the mark by which its end is known later. */
export const STUCK = { stalled: "it showed no sign of life", looping: "it did the same again and again" } as const;

/** What kind of end it was. The same facts give the same answer; nothing of it rests on an agent saying that it succeeded. */
export function endingOf(facts: EndFacts): Ending {
  const { exit } = facts;
  switch (exit?.reason) {
    case "exited":
      return exitedEnding(exit, facts);
    case "stopped":
    case undefined:
      return stoppedEnding(facts);
    case "unstarted":
      return ending(isTooOld(exit.tail) ? "too_old" : isMissing(exit.tail) ? "missing" : "unstarted", exitText(exit));
    case "parked":
    case "died":
    case "rebooted":
      return ending(exit.reason, exitText(exit));
    default:
      return ending("limit", exitText(exit));
  }
}

/** One sentence about the end of a run, for people. */
export function describeEnding(who: string, { text }: Ending): string {
  return `${who} ${text}`;
}

function ending(kind: EndingKind, text: string, resetsAt: number | null = null): Ending {
  return { kind, text, resetsAt };
}

function stoppedEnding({ exit, stopWanted }: EndFacts): Ending {
  if (exit && stopWanted === STUCK.stalled) return ending("stalled", `was ended: ${STUCK.stalled}.`);
  if (exit && stopWanted === STUCK.looping) return ending("looping", `was ended: ${STUCK.looping}.`);
  return ending("stopped", exitText(exit));
}

/** Exit codes of a shell or of claude itself for an end by a signal: whatever was said before was said by another turn. */
const SIGNAL_CODE = 128;

function exitedEnding(exit: ExitRecord, { observed, session }: EndFacts): Ending {
  if (exit.signal) return ending("crashed", `was killed by ${exit.signal}.`);
  const code = exit.code ?? 0;
  if (code > SIGNAL_CODE) return ending("crashed", `ended with exit code ${code}.`);
  if (code !== 0 && isMissing(exit.tail)) return ending("missing", "is not there, or cannot be seen from inside the sandbox.");
  if (exit.result) return saidEnding(code, readResult(exit.result, observed), observed);
  if (session === null) return code === 0 ? ending("ok", "ended with exit code 0.") : ending("agent", `ended with exit code ${code}.`);
  return silentEnding(code, exit.tail);
}

/** What claude's last result line says of the end. `subtype` is `success` even for a refused request, so only its errors count. */
type Said = { isError: boolean; reason: string | null; status: number | null; error: string | null; subtype: string; text: string };

function readResult(result: Record<string, unknown>, observed: Observed | null): Said {
  const errors = Array.isArray(result.errors) ? result.errors.filter((one) => typeof one === "string") : [];
  const text = typeof result.result === "string" ? result.result : "";
  return {
    isError: result.is_error === true,
    reason: typeof result.terminal_reason === "string" ? result.terminal_reason : null,
    status: typeof result.api_error_status === "number" ? result.api_error_status : null,
    error: observed?.lastEnd?.error ?? observed?.refusal ?? null,
    subtype: typeof result.subtype === "string" ? result.subtype : "",
    text: [text, ...errors].join(" ").trim(),
  };
}

/** Longest text of an agent that is repeated in a sentence, in characters. */
const QUOTE_CHARS = 200;

function saidEnding(code: number, said: Said, observed: Observed | null): Ending {
  const quoted = said.text.replace(/\s+/g, " ").slice(0, QUOTE_CHARS);
  const saying = quoted ? `: "${quoted}".` : ".";
  if (said.isError) {
    const kind = REFUSALS.find(({ holds }) => holds(said))?.kind ?? "agent";
    const resetsAt = kind === "limited" && observed?.limit?.status === "rejected" ? observed.limit.resetsAt : null;
    return ending(kind, `${REFUSAL_TEXT[kind] ?? `ended with exit code ${code}`}${saying}`, resetsAt);
  }
  if (code !== 0) return ending("crashed", `ended with exit code ${code} after its work.`);
  if (said.reason === "tool_deferred") return ending("parked", "waits for an answer of a person.");
  if (said.reason === null || said.reason === "completed") return ending("ok", "ended with exit code 0.");
  return ending("agent", `was ended by ${said.reason.replaceAll("_", " ")}${saying}`);
}

const REFUSAL_TEXT: Partial<Record<EndingKind, string>> = {
  limited: "has reached a limit of its account",
  overloaded: "could not go on, its provider is in trouble",
  unreachable: "could not reach its provider",
  billing: "was refused by its provider until something is paid",
  login: "was refused by its provider, which does not accept its login",
  model: "was refused the model that it asked for",
  turns: "used all the turns that it may take",
  budget: "used all the money that it may take",
  context: "could not go on, its conversation is too long",
  session: "could not go on with its session",
  interrupted: "was interrupted, and nobody said how to go on",
};

/**
 * What an error was, the first that holds. Words as claude 2.1 has them: `terminal_reason`, the `error` of its last
 * frame (authentication_failed, billing_error, rate_limit, overloaded, …), the HTTP status, and its own sentences.
 */
const REFUSALS: readonly { kind: EndingKind; holds: (said: Said) => boolean }[] = [
  {
    kind: "context",
    holds: ({ reason, text }) =>
      /^(?:prompt_too_long|blocking_limit|rapid_refill_breaker)$/.test(reason ?? "") ||
      /prompt is too long|context window|context limit/i.test(text),
  },
  {
    kind: "turns",
    holds: ({ reason, subtype, text }) => reason === "max_turns" || subtype === "error_max_turns" || /maximum number of turns/i.test(text),
  },
  { kind: "budget", holds: ({ subtype, text }) => subtype === "error_max_budget_usd" || /maximum budget/i.test(text) },
  { kind: "session", holds: ({ text }) => isSessionGone(text) },
  {
    kind: "billing",
    holds: ({ error, status, text }) => error === "billing_error" || status === 402 || /credit balance (?:is )?too low/i.test(text),
  },
  {
    kind: "login",
    holds: ({ error, status, text }) =>
      error === "authentication_failed" || error === "oauth_org_not_allowed" || status === 401 || status === 403 || isLoginRefused(text),
  },
  { kind: "overloaded", holds: ({ text }) => /not your usage limit/i.test(text) },
  {
    kind: "limited",
    holds: ({ error, status, text }) => error === "rate_limit" || status === 429 || /hit your (?:\w+ )?limit|usage limit/i.test(text),
  },
  { kind: "model", holds: ({ error, status }) => error === "model_not_found" || status === 404 },
  { kind: "overloaded", holds: ({ error, status }) => error === "overloaded" || (status ?? 0) >= 500 },
  { kind: "unreachable", holds: ({ error, status, text }) => error === "server_error" || status === 408 || isUnreachable(text) },
  { kind: "interrupted", holds: ({ reason, text }) => /^aborted_/.test(reason ?? "") || /request interrupted by user/i.test(text) },
];

/** An agent that speaks and ended without a result: why it could not even begin is in its last lines, or it broke. */
function silentEnding(code: number, tail: string): Ending {
  const last = tail.trim().split("\n").at(-1)?.trim().slice(0, QUOTE_CHARS) ?? "";
  const saying = last ? `: "${last}".` : ".";
  if (isSessionGone(tail)) return ending("session", `${REFUSAL_TEXT.session}${saying}`);
  if (isTooOld(tail)) return ending("too_old", `is too old${saying}`);
  if (isLoginRefused(tail)) return ending("login", `${REFUSAL_TEXT.login}${saying}`);
  if (isUnreachable(tail)) return ending("unreachable", `${REFUSAL_TEXT.unreachable}${saying}`);
  return code === 0
    ? ending("crashed", "ended without a result.")
    : ending("crashed", `ended with exit code ${code} and without a result.`);
}

function isSessionGone(text: string): boolean {
  return /No conversation found|Session ID \S+ is already in use/i.test(text);
}

/** As a host says it, and as the sandbox does, where the program is but cannot be seen from inside. */
function isMissing(text: string): boolean {
  return /^The program ".*" is not there or not executable\.|^ccm sandbox: ".*" was not found\.$/m.test(text);
}

/** Its provider asks for a newer one, or it does not know an option that ccm gives: what `--help` of 2.1.197 has. */
function isTooOld(text: string): boolean {
  return /needs an update|newer version .{0,80}required|error: unknown option/i.test(text);
}

function isLoginRefused(text: string): boolean {
  return /run \/login|not logged in|invalid (?:api key|x-api-key)|failed to authenticate|oauth token (?:has )?(?:been )?(?:revoked|expired)/i.test(
    text,
  );
}

function isUnreachable(text: string): boolean {
  return /timed out|connection error|unable to connect|fetch failed|socket hang up|E(?:CONN(?:REFUSED|RESET)|NOTFOUND|TIMEDOUT|AI_AGAIN|HOSTUNREACH|PIPE)\b/i.test(
    text,
  );
}
