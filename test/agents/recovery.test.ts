// What follows from each way a run can end: one policy each, and its bounds, as a table.
import { describe, expect, test } from "bun:test";
import { ENDINGS, type EndingKind } from "../../src/agents/recovery/failure.ts";
import { judgeRun, RESUME_EVERY_MS, type RunFacts, SETBACK_MS, SETBACKS } from "../../src/agents/recovery/recovery.ts";
import { exitRecord } from "../support/exit-record.ts";

const NOW = Date.UTC(2030, 0, 1);

const facts = (kind: EndingKind, part: Partial<RunFacts> = {}): RunFacts => ({
  kind: "agent",
  name: "claude",
  exit: exitRecord({ code: kind === "ok" ? 0 : 1 }),
  ending: { kind, text: `ended so (${kind}).`, resetsAt: null },
  before: null,
  changed: true,
  stopWanted: null,
  attempts: 0,
  allowedAttempts: 4,
  setbacks: 0,
  setbackSince: null,
  lostPlace: null,
  now: NOW,
  random: 0,
  ...part,
});

describe("each ending has its policy", () => {
  const cases: Record<EndingKind, string> = {
    ok: "advance",
    parked: "park",
    stopped: "retry",
    interrupted: "ask",
    stalled: "retry resume",
    looping: "retry fresh",
    limited: "setback limit",
    overloaded: "setback provider",
    unreachable: "setback provider",
    billing: "setback login",
    login: "setback login",
    crashed: "retry resume",
    died: "retry resume",
    rebooted: "setback retry",
    limit: "fail limit",
    unstarted: "fail unavailable",
    missing: "fail unavailable",
    too_old: "fail unavailable",
    model: "fail invalid",
    turns: "fail limit",
    budget: "fail limit",
    context: "retry fresh",
    session: "retry fresh",
    agent: "retry resume",
  };
  for (const kind of ENDINGS) {
    test(`${kind}: ${cases[kind]}`, () => {
      const verdict = judgeRun(facts(kind));
      const more = verdict.kind === "retry" ? verdict.session : verdict.kind === "setback" ? verdict.reason : "";
      const said = `${verdict.kind} ${verdict.kind === "fail" ? verdict.error.code : more}`.trim();
      expect(said).toStartWith(cases[kind]);
    });
  }
});

describe("an agent that says its work is done", () => {
  test("goes on to the next stage with it", () => expect(judgeRun(facts("ok"))).toEqual({ kind: "advance" }));
  test("and changed nothing ends the task, whatever it claims", () => {
    expect(judgeRun(facts("ok", { changed: false }))).toEqual({ kind: "no_change" });
  });
  test("runs again with what a person said and it could not hear", () => {
    const exit = exitRecord({ code: 0, undelivered: ["Use tabs."] });
    expect(judgeRun(facts("ok", { exit }))).toEqual({ kind: "heed", messages: ["Use tabs."] });
  });
  test("is not asked of set-up, which need not change anything", () => {
    expect(judgeRun(facts("ok", { kind: "setup", changed: false }))).toEqual({ kind: "advance" });
  });
});

describe("the task's own failures", () => {
  test("are tried again after 2, 4 and 8 s, the last time in a fresh session, then fail with the last sentence", () => {
    const verdicts = [0, 1, 2].map((attempts) => judgeRun(facts("agent", { attempts })));
    expect(verdicts).toMatchObject([
      { kind: "retry", delayMs: 2_000, session: "resume" },
      { kind: "retry", delayMs: 4_000, session: "resume" },
      { kind: "retry", delayMs: 8_000, session: "fresh" },
    ]);
    expect(judgeRun(facts("agent", { attempts: 3 }))).toMatchObject({
      kind: "fail",
      error: { code: "failed", text: 'The agent "claude" ended so (agent). That was try 4 of 4.' },
    });
  });

  test.each(["stalled", "looping", "context"] as const)("%s twice in a row fails: a third time would end the same way", (kind) => {
    expect(judgeRun(facts(kind, { attempts: 1, before: kind }))).toMatchObject({
      kind: "fail",
      error: { code: "failed", text: `The agent "claude" ended so (${kind}). It was so the last time, too.` },
    });
    expect(judgeRun(facts(kind, { attempts: 1, before: "crashed" })).kind).toBe("retry");
  });

  test("a stop that somebody asked ccm for is none", () => {
    expect(judgeRun(facts("stopped", { stopWanted: "restart" }))).toEqual({ kind: "again", cause: "restart" });
  });

  test("a command that cannot start fails at once and says why", () => {
    const exit = exitRecord({ reason: "unstarted", tail: 'first\nThe program "x" is not there.' });
    expect(judgeRun(facts("unstarted", { exit }))).toMatchObject({
      kind: "fail",
      error: { text: 'The agent "claude" ended so (unstarted). The program "x" is not there.' },
    });
  });
});

describe("what is no fault of the task", () => {
  const NO_FAULT = ["limited", "overloaded", "unreachable", "billing", "login", "rebooted"] as const;

  test.each(NO_FAULT)("%s uses up no try, however often it was", (kind) => {
    expect(judgeRun(facts(kind, { attempts: 3, setbacks: 50, setbackSince: NOW - 3_600_000 })).kind).toBe("setback");
  });

  test.each(NO_FAULT)("%s has an end all the same: by count and by time", (kind) => {
    expect(judgeRun(facts(kind, { setbacks: SETBACKS - 1, setbackSince: NOW })).kind).toBe("fail");
    expect(judgeRun(facts(kind, { setbacks: 1, setbackSince: NOW - SETBACK_MS }))).toMatchObject({
      kind: "fail",
      error: { code: "unavailable", text: `The agent "claude" ended so (${kind}). That was so 2 times in a row.` },
    });
  });

  test("waits longer each time, up to a minute, half of it at random", () => {
    const delays = (random: number) =>
      [0, 1, 2, 3, 20].map((setbacks) => {
        const verdict = judgeRun(facts("overloaded", { setbacks, random }));
        return verdict.kind === "setback" && verdict.delayMs;
      });
    expect(delays(0)).toEqual([5_000, 10_000, 20_000, 30_000, 30_000]);
    expect(delays(1)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });
});

describe("runs that were lost with their machine", () => {
  test("go on in their order, one every two seconds, a minute later at most", () => {
    const delays = [0, 1, 5, 100].map((lostPlace) => judgeRun(facts("rebooted", { lostPlace })));
    expect(delays.map((verdict) => verdict.kind === "setback" && verdict.delayMs)).toEqual([
      0,
      RESUME_EVERY_MS,
      5 * RESUME_EVERY_MS,
      60_000,
    ]);
  });

  test("are known by many hosts that die in one moment, too; one that dies alone is the task's own failure", () => {
    expect(judgeRun(facts("died", { lostPlace: 2 }))).toMatchObject({ kind: "setback", delayMs: 2 * RESUME_EVERY_MS });
    expect(judgeRun(facts("died", { lostPlace: null }))).toMatchObject({ kind: "retry", attempts: 1 });
  });
});
