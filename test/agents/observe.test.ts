// What signs add up to: cost, progress, circles, work beside the turn.
import { describe, expect, test } from "bun:test";
import { lastBill } from "../../src/agents/signs/bill.ts";
import { fresh, observe } from "../../src/agents/signs/observe.ts";
import type { Observed, Sign } from "../../src/agents/signs/signs.ts";
import { answerMark, toolCall } from "../../src/agents/signs/tool-calls.ts";
import { observedAfter, readSession } from "./sessions.ts";

/** A call and its answer. */
function called(known: Observed, command: string, answer: string, at = 0, parent: string | null = null): Observed {
  const key = `${known.toolCalls}`;
  const signs: Sign[] = [
    { kind: "tool-started", call: toolCall({ key, tool: "Bash", input: { command }, parent }) },
    { kind: "tool-ended", key, isError: false, answer: answerMark(answer) },
  ];
  return signs.reduce((all, sign) => observe(all, sign, at), known);
}

describe("a session", () => {
  test("of one process costs what its last result says, not the sum of them", () => {
    const known = observedAfter(readSession("two-turns"));
    expect(known.turns).toBe(2);
    expect(known.costUsd).toBeCloseTo(0.01875, 6);
    expect(known.usage).toEqual({ input: 3_000, output: 150, cacheRead: 0, cacheWrite: 0 });
    expect(known.context).toEqual({ used: 1_000, size: 1_000_000 });
  });

  test("that is resumed counts from nothing again", () => {
    expect(observedAfter(readSession("resumed")).costUsd).toBeCloseTo(0.0125, 6);
  });

  test("that is resumed by a newer program counts on, and only what it adds is its own", () => {
    const before = observedAfter(readSession("two-turns-newer"));
    const carried = lastBill(before);
    expect(before.costUsd).toBeCloseTo(0.015, 6);
    const known = observedAfter(readSession("resumed-newer"), carried);
    expect(known.costUsd).toBeCloseTo(0.01, 6);
    expect(known.usage).toEqual({ input: 2_000, output: 100, cacheRead: 0, cacheWrite: 0 });
    expect(lastBill(known)?.costUsd).toBeCloseTo(0.025, 6);
  });

  test("that an older program resumes counts from nothing, whatever it had cost", () => {
    const known = observedAfter(readSession("resumed"), lastBill(observedAfter(readSession("two-turns"))));
    expect(known.costUsd).toBeCloseTo(0.0125, 6);
    expect(known.usage.input).toBe(2_000);
  });

  test("that was resumed and ended without an answer still knows what it had cost", () => {
    const carried = lastBill(observedAfter(readSession("two-turns")));
    const known = observedAfter(readSession("resumed").slice(0, 3), carried);
    expect(known.costUsd).toBe(0);
    expect(lastBill(known)).toEqual(carried);
  });

  test("keeps its cost when its last turn was interrupted", () => {
    expect(observedAfter(readSession("interrupt").slice(0, 10))).toMatchObject({
      turns: 1,
      lastEnd: { isError: true, reason: "aborted_tools" },
    });
    expect(observedAfter(readSession("interrupt")).costUsd).toBeCloseTo(0.0125, 6);
  });

  test("counts calls, failures and edits", () => {
    expect(observedAfter(readSession("ok"))).toMatchObject({
      toolCalls: 3,
      failedCalls: 1,
      edits: 1,
      openTools: [],
      lastSaid: "All done.",
    });
  });

  test("counts what its sub-agents cost", () => {
    expect(observedAfter(readSession("subagent"))).toMatchObject({ costUsd: 0.025, toolCalls: 2, subagents: [] });
  });

  test("knows what runs beside it", () => {
    const events = readSession("background");
    expect(observedAfter(events.slice(0, 9)).background).toMatchObject([{ text: "server" }]);
    expect(observedAfter(events).background).toEqual([]);
  });

  test("knows the provider's word for its end", () => {
    expect(observedAfter(readSession("billing")).lastEnd).toMatchObject({ error: "billing_error", status: 400 });
    expect(observedAfter(readSession("limit")).lastEnd).toMatchObject({ error: "rate_limit", status: 429 });
    expect(observedAfter(readSession("server-error")).lastEnd).toMatchObject({ error: "server_error", status: 500 });
  });
});

describe("a circle", () => {
  test("is the same call with the same answer", () => {
    let known = fresh(0);
    for (let i = 0; i < 8; i++) known = called(known, "npm test", "1 failed", i);
    expect(known.repeated).toEqual({ tool: "Bash", subject: "npm test", count: 8, calls: 1 });
    expect(known.lastProgressAt).toBe(0);
    expect(called(known, "npm test", "all passed", 9).repeated).toBeNull();
    expect(called(known, "npm test", "all passed", 9).lastProgressAt).toBe(9);
  });

  test("may have up to three calls", () => {
    let known = fresh(0);
    for (let i = 0; i < 5; i++) for (const command of ["a", "b", "c"]) known = called(known, command, "same");
    expect(known.repeated).toEqual({ tool: "Bash", subject: "c", count: 5, calls: 3 });
  });

  test("is none while something else is done in between, or the answers differ", () => {
    let known = fresh(0);
    for (let i = 0; i < 8; i++) known = called(called(known, "npm test", "1 failed"), `edit ${i}`, "done");
    expect(known.repeated).toBeNull();
    for (let i = 0; i < 8; i++) known = called(known, "git status", `${i} files`);
    expect(known.repeated).toBeNull();
  });

  test("is kept apart for each sub-agent", () => {
    let known = fresh(0);
    for (let i = 0; i < 4; i++) known = called(called(known, "npm test", "same", 0, "one"), `step ${i}`, "done", 0, "two");
    expect(known.repeated).toMatchObject({ count: 4, calls: 1 });
    const started: Sign = { kind: "tool-started", call: toolCall({ key: "one", tool: "Task", input: {}, parent: null }) };
    const ended: Sign = { kind: "tool-ended", key: "one", isError: false, answer: "" };
    expect(observe(observe(known, started, 1), ended, 2).repeated).toBeNull();
  });

  test("begins anew after somebody spoke", () => {
    let known = fresh(0);
    for (let i = 0; i < 8; i++) known = called(known, "npm test", "1 failed");
    known = observe(known, { kind: "told", text: "Look at the log." }, 1);
    expect(known.repeated).toBeNull();
    expect(called(known, "npm test", "1 failed").repeated).toBeNull();
  });
});

describe("a word to an agent", () => {
  const hanging = { ...fresh(0), inTurn: true };

  test("at work is no sign of its own", () => {
    expect(observe(hanging, { kind: "told", text: "Go on." }, 9).lastSignAt).toBe(0);
    expect(observe(hanging, { kind: "interrupted" }, 9).lastSignAt).toBe(0);
    expect(observe(hanging, { kind: "heard", text: "Go on." }, 9).lastSignAt).toBe(9);
  });

  test("between turns is what its silence counts from", () => {
    expect(observe(fresh(0), { kind: "told", text: "Go on." }, 9)).toMatchObject({ lastSignAt: 9, inTurn: true, unheard: 1 });
  });
});

describe("a question", () => {
  const question = { key: "k", tool: "Bash", input: { command: "git push" }, why: "" };
  const asked = observe(fresh(0), { kind: "asked", question }, 5);

  test("is open until it is answered or its call ends", () => {
    expect(asked.question).toEqual({ ...question, askedAt: 5 });
    expect(observe(asked, { kind: "asked", question }, 9).question?.askedAt).toBe(5);
    expect(observe(asked, { kind: "answered", key: "other" }, 9).question).not.toBeNull();
    expect(observe(asked, { kind: "answered", key: "k" }, 9).question).toBeNull();
    expect(observe(asked, { kind: "tool-ended", key: "k", isError: true, answer: "" }, 9).question).toBeNull();
  });

  test("outlives the turn only when the agent was stopped at it", () => {
    expect(observedAfter(readSession("defer")).question).toMatchObject({ tool: "Bash" });
    expect(observedAfter(readSession("permission")).question).toBeNull();
  });
});
