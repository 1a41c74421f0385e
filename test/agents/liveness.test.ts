// What an agent is said to be doing, at named moments of sessions that were recorded with the real program.
import { describe, expect, test } from "bun:test";
import { classify, lasting, told } from "../../src/agents/signs/liveness.ts";
import type { Activity, Pulse } from "../../src/agents/signs/signs.ts";
import { observedAfter, readSession } from "./sessions.ts";

const MINUTE = 60_000;
const SETTINGS = { stallMs: 10 * MINUTE, loopCalls: 8 };
const QUIET: Pulse = { isLive: true, watchedAt: null, busyAt: null, gitAt: null };

/** `after` is the seq of the last line that was read, `laterMs` how long after it somebody looks. */
type Moment = { file: string; after: number; laterMs?: number; activity: Activity; text: string | RegExp };

const moments: Moment[] = [
  { file: "ok", after: 2, activity: "starting", text: "starts" },
  { file: "ok", after: 3, activity: "working", text: "thinks" },
  { file: "ok", after: 6, activity: "working", text: "writes /home/dev/app/add.js" },
  { file: "ok", after: 10, laterMs: 5 * MINUTE, activity: "working", text: "runs sleep 2; exit 3" },
  { file: "ok", after: 10, laterMs: 11 * MINUTE, activity: "stalled", text: "runs sleep 2; exit 3, which shows no sign of life" },
  { file: "ok", after: 11, activity: "working", text: "thinks" },
  { file: "ok", after: 13, activity: "idle", text: "its turn is over" },
  { file: "ok", after: 13, laterMs: 60 * MINUTE, activity: "idle", text: "its turn is over" },
  { file: "two-turns", after: 8, activity: "idle", text: "its turn is over" },
  { file: "two-turns", after: 9, activity: "working", text: "thinks" },
  { file: "two-turns", after: 9, laterMs: 11 * MINUTE, activity: "stalled", text: "nothing heard" },
  { file: "resumed", after: 3, activity: "working", text: "thinks" },
  { file: "server-error", after: 4, activity: "overloaded", text: "the provider has a fault (500), tries again (1 of 3)" },
  { file: "server-error", after: 6, activity: "overloaded", text: "the provider has a fault (500), tries again (3 of 3)" },
  { file: "server-error", after: 6, laterMs: 11 * MINUTE, activity: "stalled", text: "nothing heard since it tried again" },
  {
    file: "server-error",
    after: 9,
    activity: "overloaded",
    text: /^the provider has a fault \(500\): API Error: 500 Internal server error/,
  },
  { file: "overloaded-then-ok", after: 6, activity: "overloaded", text: "the provider is overloaded, tries again (3 of 10)" },
  { file: "overloaded-then-ok", after: 8, activity: "working", text: "runs echo back" },
  { file: "rate-limited-then-ok", after: 5, activity: "overloaded", text: "too many requests for the provider, tries again (2 of 10)" },
  { file: "rate-limited-then-ok", after: 8, activity: "idle", text: "its turn is over" },
  { file: "limit", after: 4, activity: "limited", text: /^the usage limit \(five hour\) is reached, until \d\d:\d\d$/ },
  { file: "limit", after: 7, activity: "limited", text: /^the usage limit \(five hour\) is reached, until \d\d:\d\d$/ },
  { file: "limit", after: 7, laterMs: 240 * MINUTE, activity: "idle", text: "the usage limit that ended its turn is over" },
  { file: "limit-warning", after: 6, activity: "working", text: "runs echo hello" },
  { file: "billing", after: 6, activity: "broken", text: "the provider asks for payment: Credit balance is too low" },
  { file: "login", after: 6, activity: "broken", text: "the provider refuses the login, tries again (3 of 10)" },
  { file: "hang", after: 6, activity: "working", text: "thinks" },
  { file: "hang", after: 6, laterMs: 9 * MINUTE, activity: "working", text: "thinks" },
  { file: "hang", after: 6, laterMs: 10 * MINUTE, activity: "stalled", text: "nothing heard" },
  { file: "hang-mid", after: 3, laterMs: 10 * MINUTE, activity: "stalled", text: "nothing heard" },
  { file: "disconnect", after: 6, activity: "idle", text: "its turn is over" },
  { file: "loop", after: 18, activity: "working", text: "thinks" },
  { file: "loop", after: 20, activity: "looping", text: "the same Bash call 8 times with the same answer" },
  { file: "loop", after: 44, activity: "looping", text: /^the same Bash call \d+ times with the same answer$/ },
  { file: "loop-alternating", after: 34, activity: "working", text: /^(?:runs|thinks)/ },
  { file: "loop-alternating", after: 60, activity: "looping", text: /^the same 2 calls \(Bash\) \d+ times in turn with the same answers$/ },
  { file: "interrupt", after: 5, activity: "working", text: "runs sleep 20" },
  { file: "interrupt", after: 10, activity: "idle", text: "its turn was interrupted" },
  { file: "interrupt", after: 14, activity: "working", text: "thinks" },
  { file: "question", after: 7, laterMs: 60 * MINUTE, activity: "waiting", text: "waits for you: Which colour? (Blue / Red)" },
  { file: "question", after: 8, activity: "working", text: /^uses AskUserQuestion/ },
  {
    file: "permission",
    after: 6,
    laterMs: 60 * MINUTE,
    activity: "waiting",
    text: /^waits for you: May it use Bash: git push origin main\?/,
  },
  { file: "permission", after: 8, activity: "working", text: "runs git push origin main" },
  { file: "subagent", after: 6, activity: "working", text: "has a sub-agent at work: look around" },
  { file: "subagent", after: 9, activity: "working", text: "a sub-agent runs sleep 1; echo from the sub-agent" },
  { file: "subagent", after: 15, activity: "idle", text: "its turn is over" },
  { file: "subagent-beside", after: 9, activity: "working", text: "its sub-agent works: general-purpose" },
  { file: "subagent-beside", after: 12, activity: "working", text: "a sub-agent runs sleep 1; echo from the sub-agent" },
  {
    file: "subagent-beside",
    after: 12,
    laterMs: 11 * MINUTE,
    activity: "stalled",
    text: /^a sub-agent runs sleep 1; echo from the sub-agent, which/,
  },
  { file: "subagent-beside", after: 14, activity: "working", text: "its sub-agent works: general-purpose" },
  { file: "subagent-beside", after: 17, activity: "idle", text: "its turn is over" },
  { file: "subagent-beside", after: 18, activity: "working", text: "thinks" },
  { file: "subagent-beside", after: 20, activity: "idle", text: "its turn is over" },
  {
    file: "server-error-newer",
    after: 9,
    activity: "overloaded",
    text: /^the provider has a fault \(500\): API Error: 500 Internal server error/,
  },
  { file: "background", after: 9, activity: "idle", text: "its turn is over; in the background: server" },
  { file: "background", after: 12, activity: "working", text: "thinks" },
  { file: "background", after: 14, activity: "idle", text: "its turn is over" },
  { file: "compaction", after: 34, activity: "idle", text: "its turn is over" },
  { file: "max-turns", after: 9, activity: "broken", text: "stopped: Reached maximum number of turns (2)" },
  { file: "resume-unknown", after: 4, activity: "broken", text: /^its turn ended with an error: No conversation found with session ID/ },
  { file: "defer", after: 6, laterMs: 60 * MINUTE, activity: "waiting", text: "waits for you: May it use Bash: git push origin main?" },
  { file: "deferred-resumed", after: 5, activity: "working", text: "thinks" },
  { file: "fallback", after: 4, activity: "overloaded", text: "the provider is overloaded, tries again (2 of 4)" },
  { file: "fallback", after: 6, activity: "working", text: "thinks" },
];

describe("an agent", () => {
  test.each(moments)("$file after line $after: $activity", ({ file, after, laterMs = 0, activity, text }) => {
    const events = readSession(file).filter(({ seq }) => seq <= after);
    const now = (events.at(-1)?.at ?? 0) + laterMs;
    const verdict = classify(observedAfter(events), QUIET, SETTINGS, now);
    expect({ activity: verdict.activity, text: verdict.text }).toEqual({
      activity,
      text: typeof text === "string" ? text : expect.stringMatching(text),
    });
  });
});

describe("what the machine shows", () => {
  const events = readSession("ok").filter(({ seq }) => seq <= 10);
  const observed = observedAfter(events);
  const at = (minutes: number) => (events.at(-1)?.at ?? 0) + minutes * MINUTE;
  const activityOf = (pulse: Partial<Pulse>, minutes: number) => classify(observed, { ...QUIET, ...pulse }, SETTINGS, at(minutes)).activity;

  test("a tool whose processes take processor time is at work, however long it takes", () => {
    expect(activityOf({ busyAt: at(59) }, 60)).toBe("working");
    expect(activityOf({ busyAt: at(49) }, 60)).toBe("stalled");
  });

  test("a machine that slept, or a daemon that was away, gives an agent a minute to show itself", () => {
    const hanging = readSession("hang").filter(({ seq }) => seq <= 6);
    const now = (hanging.at(-1)?.at ?? 0) + 480 * MINUTE;
    const activity = (watchedAt: number) => classify(observedAfter(hanging), { ...QUIET, watchedAt }, SETTINGS, now).activity;
    expect(activity(now - 30_000)).toBe("working");
    expect(activity(now - 60_000)).toBe("stalled");
  });

  test("a tool is not called idle before it was watched for a minute", () => {
    expect(activityOf({ watchedAt: at(60) - 30_000 }, 60)).toBe("working");
    expect(activityOf({ watchedAt: at(59) }, 60)).toBe("stalled");
  });

  test("a commit is a sign of life", () => {
    expect(activityOf({ gitAt: at(55) }, 60)).toBe("working");
  });

  test("processor time without a tool hides no request that hangs", () => {
    const hanging = readSession("hang").filter(({ seq }) => seq <= 6);
    const now = (hanging.at(-1)?.at ?? 0) + 20 * MINUTE;
    expect(classify(observedAfter(hanging), { ...QUIET, busyAt: now }, SETTINGS, now).activity).toBe("stalled");
  });

  test("an agent that gives no signs of its own is at work while its processes are", () => {
    const silent = observedAfter([{ seq: 1, at: 0, kind: "started", text: "my-agent" }]);
    expect(classify(silent, { ...QUIET, busyAt: 60 * MINUTE }, SETTINGS, 61 * MINUTE).activity).toBe("starting");
    expect(classify(silent, QUIET, SETTINGS, 61 * MINUTE).activity).toBe("stalled");
    const speaking = observedAfter([
      { seq: 1, at: 0, kind: "started", text: "my-agent" },
      { seq: 2, at: 1_000, kind: "output", text: "Step 1 of 3" },
    ]);
    expect(classify(speaking, QUIET, SETTINGS, 2_000)).toEqual({ activity: "working", text: "says: Step 1 of 3", since: 1_000 });
  });

  test("without its host a run is finished", () => {
    expect(activityOf({ isLive: false }, 0)).toBe("finished");
  });
});

describe("a verdict with its time", () => {
  const verdict = (activity: Activity, text: string) => ({ activity, text, since: 0 });

  test("says the time from a minute on", () => {
    expect(told(verdict("working", "runs npm test"), 59_000)).toBe("runs npm test");
    expect(told(verdict("working", "runs npm test"), 12 * MINUTE)).toBe("runs npm test for 12 min");
    expect(told(verdict("stalled", "nothing heard"), 11 * MINUTE)).toBe("nothing heard for 11 min");
    expect(told(verdict("waiting", "waits for you: Which colour?"), 65 * MINUTE)).toBe("waits for you: Which colour? (for 1 h 5 min)");
    expect(told(verdict("finished", "has ended"), 65 * MINUTE)).toBe("has ended");
  });

  test("is no news while it may pass within seconds", () => {
    expect(lasting("working", verdict("overloaded", "tries again"), 2_000)).toBe("working");
    expect(lasting("working", verdict("overloaded", "tries again"), 10_000)).toBe("overloaded");
    expect(lasting("working", verdict("idle", "its turn is over"), 2_000)).toBe("working");
    expect(lasting("idle", verdict("idle", "its turn is over"), 2_000)).toBe("idle");
    expect(lasting("working", verdict("waiting", "waits for you"), 0)).toBe("waiting");
  });
});
