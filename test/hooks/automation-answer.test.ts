// What automations print becomes what the agent is answered, by the protocol of Claude Code's hooks.
import { describe, expect, test } from "bun:test";
import { type Ended, hookAnswer, NOTHING_SAID, readAnswer, withSaid } from "../../src/hooks/automations/answer.ts";
import { automationSentence } from "../../src/hooks/rules.ts";
import type { AutomationsOutcome } from "../../src/hooks/schema.ts";

const ended = (output: unknown, code = 0, errors = ""): Ended => ({
  ...{ code, signal: null, isLate: false, errors: { text: errors } },
  output: { text: typeof output === "string" ? output : JSON.stringify(output), isCut: false },
});
const specific = (fields: object) => ({ hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } });
const NOTHING: AutomationsOutcome = { ...NOTHING_SAID, by: "", late: null };

describe("what is read", () => {
  test.each([
    ["PreToolUse", "", {}],
    ["PreToolUse", "just words", {}],
    ["UserPromptSubmit", "  words for the agent\n", { context: "words for the agent" }],
    ["SessionStart", "words for the agent", { context: "words for the agent" }],
    ["PreToolUse", specific({ permissionDecision: "deny", permissionDecisionReason: "No." }), { verdict: "deny", reason: "No." }],
    ["PreToolUse", specific({ permissionDecision: "ask" }), { verdict: "ask", reason: expect.stringContaining('"own" refuses it') }],
    ["PreToolUse", specific({ permissionDecision: "defer", permissionDecisionReason: "Hm." }), { verdict: "ask", reason: "Hm." }],
    ["PreToolUse", specific({ permissionDecision: "allow" }), { verdict: "allow" }],
    ["PreToolUse", { decision: "block", reason: "No." }, { verdict: "deny", reason: "No." }],
    ["PreToolUse", { decision: "approve" }, { verdict: "allow" }],
    ["PreToolUse", specific({ updatedInput: { command: "ls" } }), { updatedInput: { command: "ls" } }],
    ["PreToolUse", specific({ updatedInput: "ls" }), {}],
    ["PreToolUse", specific({ additionalContext: 5 }), {}],
    ["Stop", { decision: "block", reason: "Look again." }, { verdict: "deny", reason: "Look again." }],
    ["Stop", { decision: "ask", reason: "Hm." }, { reason: "Hm." }],
    ["PostToolUse", { hookSpecificOutput: { updatedToolOutput: { a: 1 } } }, { updatedOutput: { a: 1 } }],
    ["PostToolUse", { continue: false, stopReason: "Enough." }, { stop: "Enough." }],
    ["PostToolUse", { continue: true, suppressOutput: true, systemMessage: "x", unknown: [] }, {}],
    ["PostToolUse", { hookSpecificOutput: null }, {}],
  ])("at %s from %j", (event, output, said) => {
    expect(readAnswer("own", event, ended(output))).toEqual({ ...NOTHING_SAID, ...said } as ReturnType<typeof readAnswer>);
  });

  test("exit code 2 refuses with what is on the error output, whatever else was printed", () => {
    expect(readAnswer("own", "PreToolUse", ended({ decision: "approve" }, 2, "No.\n"))).toMatchObject({ verdict: "deny", reason: "No." });
  });

  test("nothing of it is longer than an agent takes", () => {
    const long = "é".repeat(100_000);
    expect(readAnswer("own", "UserPromptSubmit", ended(long))).toMatchObject({ context: expect.stringMatching(/^é{9999}…$/) });
    expect(readAnswer("own", "PreToolUse", ended("", 2, long))).toMatchObject({ reason: expect.stringMatching(/^é{1999}…$/) });
  });
});

describe("what several say", () => {
  const said = (verdict: "allow" | "ask" | "deny", context = "") => ({ ...NOTHING_SAID, verdict, reason: `${verdict}!`, context });

  test("the most severe holds, with its reason; of two alike the first", () => {
    const asked = withSaid(withSaid(NOTHING, "10", said("allow", "one")), "20", said("ask", "two"));
    expect(withSaid(asked, "30", said("allow"))).toMatchObject({ verdict: "ask", reason: "ask!", by: "20", context: "one\ntwo" });
    expect(withSaid(asked, "30", said("ask"))).toMatchObject({ by: "20" });
    expect(withSaid(asked, "30", said("deny"))).toMatchObject({ verdict: "deny", by: "30" });
  });
});

describe("what the agent is answered", () => {
  const outcome = (part: Partial<AutomationsOutcome>) => ({ ...NOTHING, ...part });

  test.each([
    ["PostToolUse", outcome({}), {}],
    ["Stop", outcome({ verdict: "deny", reason: "Look again." }), { decision: "block", reason: "Look again." }],
    ["Stop", outcome({ verdict: "allow" }), {}],
    ["Stop", outcome({ context: "no place for it" }), {}],
    [
      "UserPromptSubmit",
      outcome({ context: "Mind it." }),
      { hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: "Mind it." } },
    ],
    ["PostToolUse", outcome({ updatedOutput: "x" }), { hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: "x" } }],
    ["PreCompact", outcome({ stop: "Enough." }), { continue: false, stopReason: "Enough." }],
  ])("at %s", (event, given, answer) => {
    expect(hookAnswer(event, given)).toEqual(answer);
  });
});

describe("the sentence about a start", () => {
  const record = { name: "10-own", event: "PreToolUse", tool: "Bash", ok: true };
  test.each([
    [{ ...record, verdict: "deny", reason: "No." }, "automation 10-own at PreToolUse of Bash refused: No."],
    [{ ...record, verdict: "ask", reason: "Hm." }, "automation 10-own at PreToolUse of Bash asks a person: Hm."],
    [{ ...record, context: 12 }, "automation 10-own at PreToolUse of Bash told the agent 12 characters"],
    [{ ...record, tool: "", event: "Stop" }, "automation 10-own at Stop had nothing to say"],
    [{ ...record, ok: false, why: "it exited with 1." }, "automation 10-own at PreToolUse of Bash failed: it exited with 1"],
    [{}, "automation unnamed at an event failed"],
  ])("%j", (data, sentence) => {
    expect(automationSentence(data)).toBe(sentence);
  });
});
