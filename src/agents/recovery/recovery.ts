// What follows from the end of a run, and from an agent that does not get on: one policy each, with its bounds. Pure.
import { retryDelayMs } from "../../tasks/rules.ts";
import type { TaskError, WaitingReason } from "../../tasks/schema.ts";
import type { ExitRecord } from "../schema.ts";
import { describeEnding, type Ending, type EndingKind } from "./failure.ts";

/** Whether the next run goes on with the agent's session or begins one of its own. */
export type NextSession = "resume" | "fresh";

export type RunFacts = {
  kind: "agent" | "setup";
  name: string;
  exit: ExitRecord | null;
  ending: Ending;
  /** How the agent's run before this one ended, null for the first since somebody began anew. */
  before: EndingKind | null;
  /** The branch holds something that its base does not. */
  changed: boolean;
  /** Why ccm stopped the run, when it did. */
  stopWanted: string | null;
  /** Failed runs in a row before this one, and how many are allowed. */
  attempts: number;
  allowedAttempts: number;
  /** Runs in a row that ended for no fault of the task, and since when. */
  setbacks: number;
  setbackSince: number | null;
  /** Its place among the runs that were lost in one moment with their machine, from 0; null for one that was lost alone. */
  lostPlace: number | null;
  now: number;
  /** In [0, 1): what keeps those that failed together from coming back together. */
  random: number;
};

export type RunVerdict =
  | { kind: "advance" }
  | { kind: "no_change" }
  /** ccm ended the run itself; the next begins at once. */
  | { kind: "again"; cause: string }
  /** The agent's question waits for a person, without a process. */
  | { kind: "park" }
  /** A person said something that did not reach the agent: it runs again with that. */
  | { kind: "heed"; messages: string[] }
  /** No fault of the task: it goes on where it was, and no try is used up. */
  | { kind: "setback"; delayMs: number; why: string; reason: WaitingReason }
  | { kind: "retry"; delayMs: number; attempts: number; why: string; session: NextSession }
  /** Only a person can say how to go on. */
  | { kind: "ask"; why: string }
  | { kind: "fail"; error: TaskError };

type Policy =
  | { act: "judge" | "again" | "park" | "ask" }
  | { act: "setback"; reason: WaitingReason; delay: "backoff" | "place" }
  /** `most`: how many in a row of this kind, where fewer than the allowed attempts make sense. */
  | { act: "retry"; session: NextSession; most?: number }
  | { act: "fail"; code: string; hint: string };

const RAISE = "Raise the limit with `ccm config set`, or make the task smaller; its work is kept on the branch.";
const GO_ON = "`ccm retry-task` goes on where it stopped;";

/** The policy of each ending. What would only end the same way again fails at once. */
const POLICIES: Record<EndingKind, Policy> = {
  ok: { act: "judge" },
  parked: { act: "park" },
  stopped: { act: "again" },
  interrupted: { act: "ask" },
  stalled: { act: "retry", session: "resume", most: 2 },
  looping: { act: "retry", session: "fresh", most: 2 },
  limited: { act: "setback", reason: "limit", delay: "backoff" },
  overloaded: { act: "setback", reason: "provider", delay: "backoff" },
  unreachable: { act: "setback", reason: "provider", delay: "backoff" },
  billing: { act: "setback", reason: "login", delay: "backoff" },
  login: { act: "setback", reason: "login", delay: "backoff" },
  rebooted: { act: "setback", reason: "retry", delay: "place" },
  crashed: { act: "retry", session: "resume" },
  died: { act: "retry", session: "resume" },
  agent: { act: "retry", session: "resume" },
  context: { act: "retry", session: "fresh", most: 2 },
  session: { act: "retry", session: "fresh" },
  limit: { act: "fail", code: "limit", hint: RAISE },
  unstarted: {
    act: "fail",
    code: "unavailable",
    hint: "`ccm doctor` shows which agents are installed; `agents.<name>.command` says what to start.",
  },
  missing: {
    act: "fail",
    code: "unavailable",
    hint: "Install it, or correct `agents.<name>.command` (`ccm doctor` shows what is there), then `ccm retry-task`.",
  },
  too_old: {
    act: "fail",
    code: "unavailable",
    hint: "Update it (`claude update`, or npm), then `ccm retry-task`; `ccm doctor` shows versions.",
  },
  model: { act: "fail", code: "invalid", hint: "`agents.<name>.model` says which model to ask for; without it the agent chooses." },
  turns: { act: "fail", code: "limit", hint: `${GO_ON} \`agents.<name>.maxTurns\` says how many it may take.` },
  budget: { act: "fail", code: "limit", hint: `${GO_ON} \`agents.<name>.maxBudgetUsd\` says how much it may take.` },
};

/**
 * What a finished agent or set-up run means for its task. The task's own failures are tried again after 2, 4 and 8 s, the
 * last time in a fresh session, because a session itself can be what is broken.
 */
export function judgeRun(facts: RunFacts): RunVerdict {
  const policy = policyOf(facts);
  const why = describeEnding(subjectOf(facts), facts.ending);
  switch (policy.act) {
    case "judge":
      return judgeWork(facts);
    case "park":
      return { kind: "park" };
    case "ask":
      return { kind: "ask", why };
    case "again":
      return { kind: "again", cause: facts.stopWanted ?? "the last run was stopped" };
    case "setback":
      return judgeSetback(facts, policy, why);
    case "retry":
      return judgeRetry(facts, policy, why);
    case "fail":
      return { kind: "fail", error: { code: policy.code, text: `${why} ${lastLine(facts)}`.trim(), hint: policy.hint } };
  }
}

/** A stop that ccm did not ask for is the agent's own failure; a host that was lost with the whole machine is not. */
function policyOf({ ending, stopWanted, lostPlace }: RunFacts): Policy {
  if (ending.kind === "stopped" && !stopWanted) return POLICIES.crashed;
  return POLICIES[ending.kind === "died" && lostPlace !== null ? "rebooted" : ending.kind];
}

function judgeWork({ exit, kind, changed }: RunFacts): RunVerdict {
  const messages = exit?.undelivered ?? [];
  if (messages.length > 0) return { kind: "heed", messages };
  return kind === "agent" && !changed ? { kind: "no_change" } : { kind: "advance" };
}

/**
 * Most runs in a row, and longest time, that a task is set back for what is no fault of its own: a weekly limit of an
 * account and a day more, or a login that is tried every half hour for as long.
 */
export const SETBACKS = 400;
export const SETBACK_MS = 8 * 24 * 3_600_000;

function judgeSetback(facts: RunFacts, policy: Policy & { act: "setback" }, why: string): RunVerdict {
  const times = facts.setbacks + 1;
  if (times < SETBACKS && facts.now - (facts.setbackSince ?? facts.now) < SETBACK_MS) {
    const delayMs = policy.delay === "place" ? placeDelayMs(facts.lostPlace ?? 0) : backoffMs(times, facts.random);
    return { kind: "setback", delayMs, why, reason: policy.reason };
  }
  const text = `${why} That was so ${times} times in a row.`;
  return { kind: "fail", error: { code: "unavailable", text, hint: "`ccm doctor` tries the agent; then `ccm retry-task`." } };
}

/** Delay of the first try after the provider's trouble, in ms; each further one waits twice as long, up to the longest. */
const BACKOFF_MS = 10_000;
/** What is longer is the breaker's to wait for, which holds all tasks of the agent at once. */
const LONGEST_BACKOFF_MS = 60_000;

/** Half of the time is jitter, so that tasks which failed together do not come back together. */
function backoffMs(times: number, random: number): number {
  const whole = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** Math.min(times - 1, 10));
  return Math.round(whole * (0.5 + random / 2));
}

/** Between two runs that go on after a restart of the machine, in ms: a claude takes one to start, with a core to itself. */
export const RESUME_EVERY_MS = 2_000;

/** Rows hold no longer delay; beyond it the slots of the machine keep the order. */
function placeDelayMs(place: number): number {
  return Math.min(LONGEST_BACKOFF_MS, place * RESUME_EVERY_MS);
}

function judgeRetry(facts: RunFacts, policy: Policy & { act: "retry" }, why: string): RunVerdict {
  const attempts = facts.attempts + 1;
  const isRepeated = policy.most !== undefined && facts.before === facts.ending.kind;
  if (attempts >= facts.allowedAttempts || isRepeated) {
    const tries = isRepeated ? "It was so the last time, too." : `That was try ${attempts} of ${facts.allowedAttempts}.`;
    const hint = "`ccm logs` shows its output; `ccm retry-task` starts it again.";
    return { kind: "fail", error: { code: "failed", text: `${why} ${tries}`, hint } };
  }
  const isLast = attempts === facts.allowedAttempts - 1;
  return { kind: "retry", delayMs: retryDelayMs(attempts), attempts, why, session: isLast ? "fresh" : policy.session };
}

export function subjectOf({ kind, name }: { kind: string; name: string }): string {
  return kind === "setup" ? "The set-up command" : `The agent "${name}"`;
}

/** A command that could not start says why in its last line. */
function lastLine({ ending, exit }: RunFacts): string {
  return ending.kind === "unstarted" || ending.kind === "missing" || ending.kind === "too_old"
    ? (exit?.tail.trim().split("\n").at(-1) ?? "")
    : "";
}
