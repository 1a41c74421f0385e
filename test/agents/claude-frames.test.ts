// Lines of claude's stream, and bodies of hooks, as signs: what each shows, and that nothing an agent writes breaks the reading.
import { describe, expect, test } from "bun:test";
import { claudeSigns } from "../../src/agents/claude/frames.ts";
import { eventSigns } from "../../src/agents/event-signs.ts";
import type { RunEvent } from "../../src/agents/schema.ts";
import { hookSigns } from "../../src/agents/signs/hook-signs.ts";
import { fresh, observe } from "../../src/agents/signs/observe.ts";
import { answerMark, toolCall } from "../../src/agents/signs/tool-calls.ts";
import { observedAfter, readSession } from "./sessions.ts";

describe("a line of the stream", () => {
  test("of a limit gives its time in milliseconds, and its use when a threshold is passed", () => {
    const frames = readSession("limit-warning").flatMap((event) => eventSigns(event));
    expect(frames).toContainEqual({
      kind: "limited",
      limit: { status: "warning", window: "five_hour", used: 0.83, resetsAt: 1_795_280_400_000 },
    });
  });

  test("of another model says why it was taken", () => {
    expect(readSession("fallback").flatMap((event) => eventSigns(event))).toContainEqual({
      kind: "fell-back",
      from: "claude-opus-4-8",
      to: "claude-sonnet-5",
      why: "overloaded",
    });
  });

  test("of a message shows that the agent has taken it; its own words to itself are none", () => {
    const heard = readSession("interrupt")
      .flatMap((event) => eventSigns(event))
      .filter(({ kind }) => kind === "heard" || kind === "interrupted");
    expect(heard).toEqual([
      { kind: "heard", text: "take your time" },
      { kind: "interrupted" }, // The host's own note, and the agent's words for it.
      { kind: "interrupted" },
      { kind: "heard", text: "second message" },
    ]);
  });

  test("of a compaction says who asked for it", () => {
    expect(readSession("compaction").flatMap((event) => eventSigns(event))).toContainEqual({ kind: "compacted", trigger: "manual" });
  });

  test("of unknown shape is a sign of life with a short name", () => {
    expect(claudeSigns({ type: "system", subtype: "hook_started" })).toEqual([{ kind: "unknown", name: "system hook_started" }]);
    expect(claudeSigns("text")).toEqual([{ kind: "unknown", name: "none" }]);
    expect(claudeSigns({ type: "x".repeat(10_000) })).toEqual([{ kind: "unknown", name: "x".repeat(40) }]);
  });
});

describe("the same call", () => {
  const call = (input: unknown, tool = "Bash") => toolCall({ key: "a", tool, input, parent: null });

  test("is known by tool and input, whatever the order and the description", () => {
    expect(call({ command: "ls", timeout: 5, description: "look" }).signature).toBe(call({ timeout: 5, command: "ls" }).signature);
    expect(call({ command: "ls" }).signature).not.toBe(call({ command: "ls -l" }).signature);
    expect(call({ command: "ls" }).signature).not.toBe(call({ command: "ls" }, "Other").signature);
  });

  test("about work in the background is no circle", () => {
    expect(call({ task_id: "b1" }, "TaskOutput").signature).toBe("");
  });

  test("has the same answer when only times and ids in it differ", () => {
    const answer = (time: string, failed: number) => `${failed} failed in ${time} at 2030-01-01T10:00:0${failed}Z`;
    expect(answerMark(answer("1.23 s", 3))).toBe(answerMark(answer("4 s", 3)));
    expect(answerMark(answer("1.23 s", 3))).not.toBe(answerMark(answer("1.23 s", 2)));
    expect(answerMark([{ type: "text", text: "a" }])).toBe(answerMark([{ text: "a", type: "text" }]));
  });
});

describe("a hook", () => {
  const subagent = { agent_id: "a6f8", agent_type: "general-purpose" };

  test("adds to a stream what is not in it", () => {
    expect(hookSigns("SubagentStart", subagent, "streamed")).toEqual([{ kind: "subagent-started", key: "a6f8", type: "general-purpose" }]);
    expect(hookSigns("Notification", { message: "Claude needs your permission" }, "streamed")).toEqual([
      { kind: "notified", text: "Claude needs your permission" },
    ]);
    expect(hookSigns("StopFailure", { error: "billing_error" }, "streamed")).toEqual([{ kind: "refused", error: "billing_error" }]);
  });

  test("about a tool counts only where there is no stream", () => {
    const body = { tool_name: "Bash", tool_input: { command: "npm test" }, tool_use_id: "call_1", tool_response: "ok" };
    expect(hookSigns("PreToolUse", body, "streamed")).toEqual([{ kind: "unknown", name: "hook PreToolUse" }]);
    expect(hookSigns("PreToolUse", body, "unstreamed")).toMatchObject([
      { kind: "tool-started", call: { key: "call_1", subject: "npm test" } },
    ]);
    expect(hookSigns("PostToolUse", body, "unstreamed")).toMatchObject([{ kind: "tool-ended", key: "call_1", isError: false }]);
    expect(hookSigns("PostToolUseFailure", body, "unstreamed")).toMatchObject([{ kind: "tool-ended", isError: true }]);
  });

  test("of an agent that numbers no calls still pairs begin and end", () => {
    const body = { tool_name: "write_file", tool_input: { file_path: "add.js", content: "1" } };
    const signs = [...hookSigns("BeforeTool", body, "unstreamed"), ...hookSigns("AfterTool", { ...body, tool_response: {} }, "unstreamed")];
    const known = signs.reduce((all, sign) => observe(all, sign, 5), fresh(0));
    expect(known).toMatchObject({ openTools: [], toolCalls: 1, edits: 1 });
  });

  test("and the stream together count a sub-agent once", () => {
    const events = readSession("subagent");
    const start: RunEvent = {
      seq: 0,
      at: 1,
      kind: "hook",
      text: "SubagentStart",
      json: { agent_id: "a0ac3d9db4f602df6", agent_type: "x" },
    };
    const at = events.findIndex(({ json }) => (json as { subtype?: string })?.subtype === "task_started") + 1;
    expect(observedAfter([...events.slice(0, at), start]).subagents).toHaveLength(1);
    expect(observedAfter(events).subagents).toEqual([]);
  });
});

describe("what anything could write", () => {
  /** A small generator of its own, so that a failure can be repeated by its seed. */
  function randomOf(seed: number): () => number {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
  }

  const WORDS = readSession("ok").concat(readSession("subagent"), readSession("limit"), readSession("permission"));
  const STRANGE = [null, true, 0, -1, 1e308, "", "[Request interrupted by user]", [], {}, [[]], "x".repeat(70_000), "__proto__", "\u0000"];

  /** A copy with some of its parts replaced by others, moved, or gone. */
  function mutated(value: unknown, random: () => number): unknown {
    if (random() < 0.04) return STRANGE[Math.floor(random() * STRANGE.length)];
    if (Array.isArray(value)) return value.map((one) => mutated(one, random));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(() => random() > 0.03);
    return Object.fromEntries(entries.map(([key, one]) => [random() < 0.02 ? "type" : key, mutated(one, random)]));
  }

  test("is read without an error, and what is known of a run stays small", () => {
    const random = randomOf(7);
    let known = fresh(0);
    for (let round = 0; round < 20_000; round++) {
      const event = mutated(WORDS[round % WORDS.length], random);
      const kind = (event as RunEvent | null)?.kind;
      const signs = typeof kind === "string" ? eventSigns(event as RunEvent) : claudeSigns(event);
      for (const sign of [...signs, ...hookSigns("SubagentStart", event, "unstreamed"), ...hookSigns("PreToolUse", event, "unstreamed")])
        known = observe(known, sign, round);
    }
    expect(JSON.parse(JSON.stringify(known))).toEqual(known);
    expect(JSON.stringify(known).length).toBeLessThan(100_000);
  });
});
