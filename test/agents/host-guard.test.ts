// What a host says to an agent's hooks: judged, asked about, or left alone; and what is written down of it.
import { beforeEach, describe, expect, test } from "bun:test";
import { createGuard, type Guard } from "../../src/agents/host/guard.ts";
import { Asking, type AskingOptions } from "../../src/agents/host/questions.ts";
import type { Answer, GuardVerdict } from "../../src/agents/schema.ts";
import { hookAnswer } from "../../src/hooks/automations/answer.ts";
import { type GuardWish, guardRules } from "../../src/hooks/rules.ts";
import type { AutomationsOutcome } from "../../src/hooks/schema.ts";
import { PLACES } from "../hooks/places.ts";
import { chance } from "../support/random.ts";

let now: number;
let notes: { kind: string; json: unknown }[];
let parked: string[];

beforeEach(() => {
  now = 0;
  notes = [];
  parked = [];
});

type Setting = { wish?: GuardWish; answers?: Answer[]; way?: AskingOptions["way"]; automate?: () => Promise<Partial<AutomationsOutcome>> };

const UNSAID: AutomationsOutcome = {
  ...{ verdict: null, reason: "", by: "", context: "", updatedInput: null, updatedOutput: null, stop: null, late: null },
};

/** Automations that answer every event alike. */
function automationsThat(say: () => Promise<Partial<AutomationsOutcome>>) {
  const run = async () => ({ ...UNSAID, ...(await say()) });
  return { areFor: () => true, run, answer: async (event: string) => hookAnswer(event, await run()) };
}

function guard({ wish, answers = [], way = "defer", automate }: Setting = {}): Guard {
  const recorder = { note: (kind: string, _text: string, json?: unknown) => void notes.push({ kind, json }) };
  const nowMs = () => now;
  const asking = new Asking({
    answers,
    parkMs: 1,
    way,
    input: { send: () => true },
    recorder,
    park: (text) => void parked.push(text),
    nowMs,
  });
  const policy = { rules: guardRules({ ask: ["Bash(git tag:*)"] }, wish), places: PLACES };
  return createGuard({ policy, automations: automate ? automationsThat(automate) : null, asking, recorder, nowMs });
}

const call = (command: string, part: object = {}) => ({ tool_name: "Bash", tool_use_id: "toolu_1", tool_input: { command }, ...part });
const answer = (part: Partial<Answer> = {}): Answer => ({ key: "toolu_1", tool: "Bash", input: {}, verdict: "allow", text: "", ...part });
const verdicts = () => notes.filter(({ kind }) => kind === "verdict").map(({ json }) => json as GuardVerdict);
const said = (reply: object) => (reply as { hookSpecificOutput?: object }).hookSpecificOutput;

describe("a call that nobody minds", () => {
  test.each([
    ["PreToolUse", call("git status")],
    ["PostToolUse", call("git push")],
    ["PreToolUse", "no JSON"],
    ["PreToolUse", null],
    ["Stop", {}],
  ])("%s %j is answered with no opinion, and not written down", async (event, body) => {
    expect(await guard()(event, body)).toEqual({});
    expect(notes).toEqual([]);
  });
});

describe("a call that is refused", () => {
  test("says why to the agent, and the record says by what", async () => {
    const reply = said(await guard()("PreToolUse", call("git push origin main")));
    expect(reply).toMatchObject({ hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason: expect.any(String) });
    expect(verdicts()).toEqual([
      expect.objectContaining({ tool: "Bash", subject: "git push origin main", verdict: "deny", by: "class git", late: false }),
    ]);
  });

  test("so is one that is too large to be judged", async () => {
    const note = { hook_event_name: "PreToolUse", note: "The body of 17000000 bytes was not kept; 16000000 are allowed." };
    expect(said(await guard()("PreToolUse", note))).toMatchObject({ permissionDecision: "deny" });
    expect(verdicts()[0]).toMatchObject({ verdict: "deny", by: "size" });
  });

  test("is refused in Gemini's words, too", async () => {
    const body = { tool_name: "run_shell_command", tool_input: { command: "git push" } };
    expect(await guard()("BeforeTool", body)).toEqual({ decision: "deny", reason: expect.any(String) });
  });
});

describe("a call that a person must allow", () => {
  test("is deferred: the turn ends, and the run is parked without a process", async () => {
    expect(said(await guard()("PreToolUse", call("git tag v1")))).toMatchObject({ permissionDecision: "defer" });
    expect(notes.map(({ kind }) => kind)).toEqual(["question", "verdict"]);
    expect(verdicts()[0]).toMatchObject({ verdict: "ask", by: "ask Bash(git tag:*)" });
  });

  test("goes on with the answer when the session does, and that is no second verdict", async () => {
    expect(said(await guard({ answers: [answer()] })("PreToolUse", call("git tag v1")))).toMatchObject({ permissionDecision: "allow" });
    const refused = guard({ answers: [answer({ verdict: "deny", text: "No." })] });
    expect(said(await refused("PreToolUse", call("git tag v1")))).toMatchObject({
      permissionDecision: "deny",
      permissionDecisionReason: "No.",
    });
    expect(verdicts()).toEqual([]);
  });

  test("of a sub-agent asks on the stream, because only the main session can be resumed at a call", async () => {
    const reply = await guard()("PreToolUse", call("git tag v1", { agent_id: "a1" }));
    expect(said(reply)).toMatchObject({ permissionDecision: "ask" });
  });

  test("of an agent without a session is refused, and the run ends as parked until a person has answered", async () => {
    const reply = await guard({ way: "end" })("PreToolUse", call("git tag v1"));
    expect(said(reply)).toMatchObject({
      permissionDecision: "deny",
      permissionDecisionReason: expect.stringContaining("A person is asked"),
    });
    expect(parked).toEqual(["nobody has answered whether Bash may be used"]);
    const next = guard({ way: "end", answers: [answer({ key: "another", input: { command: "git tag v1" } })] });
    expect(said(await next("PreToolUse", call("git tag v1")))).toMatchObject({ permissionDecision: "allow" });
  });

  test("a choice is made with the person's words: a label, a number, or something else", async () => {
    const input = { questions: [{ question: "Which colour?", options: [{ label: "Red" }, { label: "Blue" }] }] };
    const choice = { tool_name: "AskUserQuestion", tool_use_id: "toolu_1", tool_input: input };
    for (const [text, chosen] of [
      ["Blue", "Blue"],
      ["2", "Blue"],
      ["", "Red"],
      ["Green, please", "Green, please"],
    ]) {
      const one = guard({ answers: [answer({ tool: "AskUserQuestion", text: text ?? "" })] });
      expect(said(await one("PreToolUse", choice))).toMatchObject({
        permissionDecision: "allow",
        updatedInput: { ...input, answers: { "Which colour?": chosen } },
      });
    }
    expect(said(await guard()("PreToolUse", choice))).toMatchObject({ permissionDecision: "defer" });
    expect(verdicts()).toEqual([]);
  });
});

describe("automations", () => {
  test("may make a verdict more severe, and never milder", async () => {
    const strict = guard({ automate: async () => ({ verdict: "deny", reason: "Not on Fridays.", by: "fridays" }) });
    expect(said(await strict("PreToolUse", call("ls")))).toMatchObject({ permissionDecisionReason: "Not on Fridays." });
    expect(verdicts()[0]).toMatchObject({ by: "automation fridays" });
    const mild = guard({ automate: async () => ({ verdict: "allow" }) });
    expect(said(await mild("PreToolUse", call("git push")))).toMatchObject({ permissionDecision: "deny" });
  });

  test("may change a call, which is then judged as what it became", async () => {
    const kind = guard({ automate: async () => ({ updatedInput: { command: "ls -l" }, context: "Mind the gap." }) });
    expect(said(await kind("PreToolUse", call("ls")))).toMatchObject({
      permissionDecision: "allow",
      updatedInput: { command: "ls -l" },
      additionalContext: "Mind the gap.",
    });
    const unkind = guard({ automate: async () => ({ updatedInput: { command: "git push" } }) });
    expect(said(await unkind("PreToolUse", call("ls")))).toMatchObject({ permissionDecision: "deny" });
  });

  test("add context to other events, and may block what an agent can go back from", async () => {
    const one = guard({ automate: async () => ({ verdict: "deny", reason: "The tests fail.", context: "It is late." }) });
    expect(await one("Stop", {})).toEqual({ decision: "block", reason: "The tests fail." });
    expect(await one("PostToolUse", {})).toEqual({
      decision: "block",
      reason: "The tests fail.",
      hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: "It is late." },
    });
  });

  test("that hang make the call refused after 2 s, and the record says that it was late", async () => {
    const began = performance.now();
    const slow = guard({ automate: () => new Promise(() => {}) });
    expect(said(await slow("PreToolUse", call("ls")))).toMatchObject({ permissionDecision: "deny" });
    expect(performance.now() - began).toBeGreaterThan(1_900);
    expect(verdicts()[0]).toMatchObject({ verdict: "deny", by: "deadline", late: true });
  });

  test("that are slow refuse the call even when their answer came in time for the clock", async () => {
    const slow = guard({
      automate: async () => {
        now += 2_500;
        return {};
      },
    });
    expect(said(await slow("PreToolUse", call("ls")))).toMatchObject({ permissionDecision: "deny" });
  });
});

test("a body of any shape gets an answer, and never an error", async () => {
  const source = chance(3);
  const leaf = () => source.one([null, 0, -1, "", "git push", "/etc/x", "\u0000", "\ud800", true, [], {}, "x".repeat(10_000)]);
  const value = (depth: number): unknown => {
    if (depth === 0 || source.happens(40)) return leaf();
    if (source.happens(30)) return Array.from({ length: source.below(4) }, () => value(depth - 1));
    const keys = ["command", "cmd", "file_path", "path", "url", "questions", "question", "options", "__proto__", "toString"];
    return Object.fromEntries(Array.from({ length: source.below(5) }, () => [source.one(keys), value(depth - 1)]));
  };
  const tools = ["Bash", "Write", "Read", "AskUserQuestion", "shell", "mcp__a__b", "", 5, null];
  for (let i = 0; i < 3_000; i++) {
    const body = source.happens(90)
      ? { tool_name: source.one(tools), tool_input: value(3), cwd: leaf(), tool_use_id: leaf(), agent_id: source.one([undefined, "a"]) }
      : value(2);
    const answer = await guard({ way: source.one(["defer", "end"]) })(source.one(["PreToolUse", "BeforeTool", "Stop", ""]), body);
    expect(JSON.parse(JSON.stringify(answer))).toBeObject();
  }
});
