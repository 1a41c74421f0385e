// When nothing more is started with an agent, and until when: one breaker an agent, moved by how its runs end. Pure.

import type { Breaker, BreakerKind } from "../schema.ts";
import type { Ending, EndingKind } from "./failure.ts";

export type BreakerFacts = {
  agent: string;
  ending: Ending;
  /** When the run that ended was given its slot: what was decided before the breaker opened says nothing about now. */
  claimedAt: number;
  now: number;
  /** In [0, 1). */
  random: number;
  /** What program and login look like now. */
  fingerprint: string;
};

/** `set`: the row is to be this. `close`: the provider answers, and the row goes. */
export type BreakerMove = { kind: "keep" } | { kind: "set"; breaker: Breaker } | { kind: "close" };

const TROUBLE: Partial<Record<EndingKind, BreakerKind>> = {
  overloaded: "provider",
  unreachable: "provider",
  limited: "limit",
  login: "login",
  billing: "billing",
  missing: "missing",
  too_old: "missing",
};

/** Ends that a run comes to only with a provider that answers and takes its login. Others say nothing about it. */
const ANSWERED: ReadonlySet<EndingKind> = new Set(["ok", "parked", "turns", "budget", "context"]);

/** Failures in a row, of any tasks, before the provider counts as down: a single one is often a single request. */
const PROVIDER_FAILURES = 2;

export function afterEnding(breaker: Breaker | null, facts: BreakerFacts): BreakerMove {
  const { ending, claimedAt } = facts;
  const kind = TROUBLE[ending.kind];
  const isLate = breaker?.openedAt != null && claimedAt < breaker.openedAt;
  if (!kind) return breaker && ANSWERED.has(ending.kind) && !isLate ? { kind: "close" } : { kind: "keep" };
  // A provider that says why it refuses is not down; runs that were at work when the breaker opened only say the same once more.
  if (breaker && isLate && (kind === breaker.kind || kind === "provider")) return { kind: "keep" };
  const failures = breaker?.kind === kind ? breaker.failures + 1 : 1;
  return { kind: "set", breaker: { ...opened(kind, failures, facts), text: ending.text } };
}

/** A breaker that opens for a reason known before any run ended: an agent at work was told to come back later. */
export function openUntil(agent: string, kind: BreakerKind, about: { until: number; text: string; now: number; random: number }): Breaker {
  const retryAt = about.until + Math.round(about.random * LIMIT_SPREAD_MS);
  return { agent, kind, failures: 1, text: about.text, openedAt: about.now, retryAt, fingerprint: null };
}

function opened(kind: BreakerKind, failures: number, facts: BreakerFacts): Omit<Breaker, "text"> {
  const { agent, now, fingerprint } = facts;
  const isOpen = kind !== "provider" || failures >= PROVIDER_FAILURES;
  return {
    agent,
    kind,
    failures,
    openedAt: isOpen ? now : null,
    retryAt: isOpen ? retryAtOf(kind, failures, facts) : null,
    fingerprint: kind === "provider" || kind === "limit" ? null : fingerprint,
  };
}

const MINUTE_MS = 60_000;
/** Between tries of a provider that is down: after that, another quarter of an hour is no loss. */
const PROVIDER_MINUTES = [1, 2, 4, 8, 15] as const;
/** Of the wait, what is added at random at most: several homes and machines wait for the same provider. */
const JITTER_PART = 0.25;
/** After a limit has ended, the time in which all who waited for it come back. */
const LIMIT_SPREAD_MS = 30_000;
/** Where a limit is reported without its end: 5 minutes, then twice as long each time, an hour at most. */
const LIMIT_MINUTES = [5, 10, 20, 40, 60] as const;
/** A longer limit than of a week, and a day, is a wrong reading. */
const LONGEST_LIMIT_MS = 8 * 24 * 60 * MINUTE_MS;
/** A login, or a bill, that nobody was seen to mend is tried this often: it may have been mended elsewhere. */
const PROBE_MINUTES = 30;

/** Null: a program does not come by itself, and each try would fail another task. */
function retryAtOf(kind: BreakerKind, failures: number, { ending, now, random }: BreakerFacts): number | null {
  const jittered = (minutes: number) => now + Math.round(minutes * MINUTE_MS * (1 + random * JITTER_PART));
  switch (kind) {
    case "provider":
      return jittered(at(PROVIDER_MINUTES, failures - PROVIDER_FAILURES));
    case "limit": {
      const { resetsAt } = ending;
      const isKnown = resetsAt !== null && resetsAt > now && resetsAt - now < LONGEST_LIMIT_MS;
      return isKnown ? resetsAt + Math.round(random * LIMIT_SPREAD_MS) : jittered(at(LIMIT_MINUTES, failures - 1));
    }
    case "login":
    case "billing":
      return now + PROBE_MINUTES * MINUTE_MS;
    case "missing":
      return null;
  }
}

function at(steps: readonly number[], index: number): number {
  return steps[Math.min(Math.max(index, 0), steps.length - 1)] ?? 1;
}
