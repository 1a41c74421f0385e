// What is done about a live agent that does not get on, as a table of rungs.
import { describe, expect, test } from "bun:test";
import { actOn, HEAR_MS, type LiveFacts, LONG_WAIT_MS } from "../../src/agents/recovery/live-recovery.ts";
import { fresh } from "../../src/agents/signs/observe.ts";
import { ACTIVITIES, type Activity } from "../../src/agents/signs/signs.ts";

const NOW = Date.UTC(2030, 0, 1);

const facts = (activity: Activity, part: Partial<LiveFacts> = {}): LiveFacts => ({
  verdict: { activity, text: "in words", since: NOW - 900_000 },
  observed: fresh(NOW),
  acts: 0,
  actedAt: null,
  now: NOW,
  ...part,
});

describe("the rungs", () => {
  test("of an agent that shows no sign of life: a word, an interrupt, the end of its run", () => {
    const acts = [0, 1, 2, 9].map((done) => actOn(facts("stalled", { acts: done })).act);
    expect(acts).toEqual(["nudge", "interrupt", "end", "end"]);
  });

  test("of an agent that goes in circles: a word that names the circle, then the end of its run", () => {
    const repeated = { tool: "Bash", subject: "npm test", count: 12, calls: 1 };
    expect(actOn(facts("looping", { observed: { ...fresh(NOW), repeated } }))).toMatchObject({
      act: "nudge",
      text: expect.stringContaining("the same Bash call 12 times"),
    });
    expect(actOn(facts("looping", { acts: 1 }))).toEqual({ act: "end", why: "it did the same again and again" });
  });

  test("are climbed only when the agent had time to hear", () => {
    expect(actOn(facts("stalled", { acts: 1, actedAt: NOW - HEAR_MS + 1 })).act).toBe("leave");
    expect(actOn(facts("stalled", { acts: 1, actedAt: NOW - HEAR_MS })).act).toBe("interrupt");
  });

  test("are climbed when the clock was set back, too", () => {
    expect(actOn(facts("stalled", { acts: 1, actedAt: NOW + 3_600_000 })).act).toBe("interrupt");
  });
});

test.each(ACTIVITIES.filter((activity) => activity !== "stalled" && activity !== "looping"))(
  "an agent that is %s is left alone",
  (activity) => {
    expect(actOn(facts(activity))).toEqual({ act: "leave" });
  },
);

describe("a long wait is waited out without a process", () => {
  const limit = (resetsAt: number | null) => ({
    ...fresh(NOW),
    limit: { status: "rejected" as const, window: "five_hour", used: null, resetsAt },
  });
  const retrying = (until: number) => ({
    ...fresh(NOW),
    retrying: { attempt: 1, attempts: 10, status: 429, error: "rate_limit", since: NOW, until },
  });

  test.each([
    ["a limit that ends soon", "limited", limit(NOW + LONG_WAIT_MS), "leave"],
    ["a limit that ends late", "limited", limit(NOW + LONG_WAIT_MS + 1), "wait-out"],
    ["a limit whose end nobody knows", "limited", limit(null), "leave"],
    ["another try in a moment", "overloaded", retrying(NOW + 2_000), "leave"],
    ["another try in an hour", "overloaded", retrying(NOW + 3_600_000), "wait-out"],
  ] as const)("%s", (_, activity, observed, act) => {
    expect(actOn(facts(activity, { observed })).act).toBe(act);
  });
});
