// Bodies of hooks as signs, where they add to an agent's stream, or stand for it. Pure, and takes anything.

import { type Json, jsonOf, textOf } from "../../kernel/json.ts";
import type { Sign, TurnEnd } from "./signs.ts";
import { answerMark, toolCall } from "./tool-calls.ts";

const NOTHING = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
/** Characters of a notification, or of a last message, that are kept. */
const TEXT_CHARACTERS = 2_000;

/**
 * The signs of a hook; at least a sign of life. `streamed`: the agent's own stream is read, too, and tells of tools and
 * turns. Names and bodies: Claude Code 2.1.197, Gemini CLI 0.61, Codex CLI 0.169.
 */
export function hookSigns(event: string, body: unknown, from: "streamed" | "unstreamed"): Sign[] {
  const hook = jsonOf(body);
  const signs = besideStream(event, hook) ?? (from === "unstreamed" ? insteadOfStream(event, hook) : undefined);
  return signs ?? [{ kind: "unknown", name: `hook ${event.slice(0, 40)}` }];
}

/** A sub-agent has the same id here as in the stream, so that it counts once. */
function besideStream(event: string, hook: Json): Sign[] | undefined {
  switch (event) {
    case "SubagentStart":
      return [{ kind: "subagent-started", key: textOf(hook.agent_id) ?? "", type: textOf(hook.agent_type) ?? "" }];
    case "SubagentStop":
      return [{ kind: "subagent-ended", key: textOf(hook.agent_id) ?? "" }];
    case "Notification":
      return [{ kind: "notified", text: cut(hook.message) }];
    case "StopFailure":
      return [{ kind: "refused", error: textOf(hook.error) ?? "unknown" }];
    default:
      return undefined;
  }
}

function insteadOfStream(event: string, hook: Json): Sign[] | undefined {
  switch (event) {
    case "SessionStart":
      return [{ kind: "session", session: textOf(hook.session_id) ?? "", model: textOf(hook.model), version: null }];
    case "UserPromptSubmit":
    case "BeforeAgent":
      return [{ kind: "heard", text: cut(hook.prompt) }];
    case "PreToolUse":
    case "BeforeTool":
      return [{ kind: "tool-started", call: callOf(hook) }];
    case "PostToolUse":
    case "AfterTool":
      return [{ kind: "tool-ended", key: callOf(hook).key, isError: false, answer: answerMark(hook.tool_response) }];
    case "PostToolUseFailure":
      return [{ kind: "tool-ended", key: callOf(hook).key, isError: true, answer: answerMark(hook.error) }];
    case "PostCompact":
      return [{ kind: "compacted", trigger: textOf(hook.trigger) ?? "auto" }];
    case "Stop":
    case "AfterAgent":
      return [{ kind: "turn-ended", end: endOf(hook) }];
    default:
      return undefined;
  }
}

/** Gemini gives calls no id; two that are alike and under way at once then count as one. */
function callOf(hook: Json) {
  const call = toolCall({
    key: textOf(hook.tool_use_id) ?? "",
    tool: textOf(hook.tool_name) ?? "",
    input: hook.tool_input,
    parent: textOf(hook.agent_id),
  });
  return call.key === "" ? { ...call, key: `${call.tool} ${call.signature}` } : call;
}

function endOf(hook: Json): TurnEnd {
  return {
    isError: false,
    reason: "completed",
    status: null,
    error: null,
    text: cut(hook.last_assistant_message ?? hook.prompt_response),
    costUsd: 0,
    usage: NOTHING,
    turnUsage: NOTHING,
  };
}

function cut(text: unknown): string {
  return (textOf(text) ?? "").slice(0, TEXT_CHARACTERS);
}
