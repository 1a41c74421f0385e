// When an agent's breaker opens, until when, and what closes it.
import { describe, expect, test } from "bun:test";
import { afterEnding, type BreakerFacts, openUntil } from "../../src/agents/recovery/breaker.ts";
import type { EndingKind } from "../../src/agents/recovery/failure.ts";
import type { Breaker } from "../../src/agents/schema.ts";

const NOW = Date.UTC(2030, 0, 1);
const MINUTE_MS = 60_000;

const facts = (kind: EndingKind, part: Partial<BreakerFacts> & { resetsAt?: number } = {}): BreakerFacts => ({
  agent: "claude",
  ending: { kind, text: "did so.", resetsAt: part.resetsAt ?? null },
  claimedAt: NOW - 1_000,
  now: NOW,
  random: 0,
  fingerprint: "a",
  ...part,
});

/** The breaker after ends of that kind, each of a run that was claimed a second before it, at the time that was due. */
function after(kinds: readonly EndingKind[]): Breaker | null {
  let now = NOW;
  return kinds.reduce<Breaker | null>((breaker, kind) => {
    now = Math.max(now + 1_000, breaker?.retryAt ?? 0);
    const move = afterEnding(breaker, facts(kind, { now, claimedAt: now }));
    return move.kind === "set" ? move.breaker : move.kind === "close" ? null : breaker;
  }, null);
}

const minutesOpen = ({ openedAt, retryAt }: Breaker) => ((retryAt ?? 0) - (openedAt ?? 0)) / MINUTE_MS;

describe("a provider that is down", () => {
  test("opens it with the second failure in a row, whatever tasks they were of", () => {
    expect(after(["overloaded"])).toMatchObject({ kind: "provider", failures: 1, openedAt: null, retryAt: null });
    expect(after(["overloaded", "unreachable"])).toMatchObject({ kind: "provider", failures: 2, openedAt: expect.any(Number) });
  });

  test("is tried after 1, 2, 4, 8 and then every 15 minutes", () => {
    const minutes = [2, 3, 4, 5, 6, 9].map((count) => minutesOpen(after(Array(count).fill("overloaded")) as Breaker));
    expect(minutes).toEqual([1, 2, 4, 8, 15, 15]);
  });

  test("is waited for with up to a quarter more, at random", () => {
    const before = after(["overloaded"]);
    const move = afterEnding(before, facts("overloaded", { random: 1 }));
    expect(move.kind === "set" && minutesOpen(move.breaker)).toBe(1.25);
  });

  test("counts from the beginning after an answer; what says nothing about it changes nothing", () => {
    expect(after(["overloaded", "ok", "overloaded"])).toMatchObject({ failures: 1, openedAt: null });
    expect(after(["overloaded", "crashed", "overloaded"])).toMatchObject({ failures: 2 });
  });

  test("is not further down because runs that were at work when it opened fail, too", () => {
    const open = after(["overloaded", "overloaded"]) as Breaker;
    expect(afterEnding(open, facts("overloaded", { claimedAt: (open.openedAt ?? 0) - 1 }))).toEqual({ kind: "keep" });
    expect(afterEnding(open, facts("ok", { claimedAt: (open.openedAt ?? 0) - 1 }))).toEqual({ kind: "keep" });
    expect(afterEnding(open, facts("ok", { claimedAt: open.openedAt ?? 0 }))).toEqual({ kind: "close" });
  });
});

describe("a limit of the account", () => {
  test("opens it at once, until the limit ends and up to half a minute longer", () => {
    const resetsAt = NOW + 3 * 3_600_000;
    const move = (random: number) => afterEnding(null, facts("limited", { resetsAt, random }));
    expect(move(0)).toMatchObject({ breaker: { kind: "limit", retryAt: resetsAt, openedAt: NOW } });
    expect(move(1)).toMatchObject({ breaker: { retryAt: resetsAt + 30_000 } });
  });

  test.each([
    ["not said", undefined],
    ["over", NOW - 1],
    ["a wrong reading", NOW + 400 * 24 * 3_600_000],
  ])("whose end is %s is tried after 5 minutes, and later each time", (_, resetsAt) => {
    const first = afterEnding(null, facts("limited", resetsAt === undefined ? {} : { resetsAt }));
    expect(first.kind === "set" && minutesOpen(first.breaker)).toBe(5);
    expect(minutesOpen(after(["limited", "limited", "limited"]) as Breaker)).toBe(20);
  });

  test("that a live agent reports opens it, too", () => {
    const about = { until: NOW + 3_600_000, text: "waits.", now: NOW, random: 0.5 };
    expect(openUntil("claude", "limit", about)).toMatchObject({ kind: "limit", openedAt: NOW, retryAt: NOW + 3_615_000 });
  });

  test("is what counts while the provider seemed down", () => {
    const open = after(["overloaded", "overloaded"]) as Breaker;
    const late = { claimedAt: (open.openedAt ?? 0) - 1, resetsAt: NOW + 3_600_000 };
    expect(afterEnding(open, facts("limited", late))).toMatchObject({ breaker: { kind: "limit" } });
  });
});

describe("a login, or a bill", () => {
  test.each(["login", "billing"] as const)(
    "(%s) opens it at once, with what the login looked like, and is tried every half hour",
    (kind) => {
      const breaker = after([kind, kind, kind]) as Breaker;
      expect(breaker).toMatchObject({ kind, failures: 3, fingerprint: "a" });
      expect(minutesOpen(breaker)).toBe(30);
    },
  );

  test("is not hidden by a provider that fails afterwards", () => {
    const open = after(["login"]) as Breaker;
    expect(afterEnding(open, facts("overloaded", { claimedAt: (open.openedAt ?? 0) - 1 }))).toEqual({ kind: "keep" });
  });
});

test("an agent that is missing, or too old, opens it at once and until there is another one", () => {
  for (const kind of ["missing", "too_old"] as const) {
    const move = afterEnding(null, facts(kind, { fingerprint: "none" }));
    expect(move).toMatchObject({
      kind: "set",
      breaker: { kind: "missing", openedAt: expect.any(Number), retryAt: null, fingerprint: "none" },
    });
  }
});

test.each(["crashed", "died", "rebooted", "stopped", "session", "agent", "unstarted", "limit"] as const)(
  "%s says nothing about the provider",
  (kind) => {
    expect(afterEnding(null, facts(kind))).toEqual({ kind: "keep" });
    expect(afterEnding(after(["overloaded", "overloaded"]), facts(kind))).toEqual({ kind: "keep" });
  },
);
