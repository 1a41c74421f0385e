// Claude Code's stream (`--output-format stream-json --verbose`) as signs: one line of it in, what it shows out. Pure, and takes anything.

import { type Json, jsonOf, listOf, numberOf, textOf } from "../../kernel/json.ts";
import { CHOICE_TOOL } from "../question-text.ts";
import type { LimitReading, Sign, TurnEnd, Usage } from "../signs/signs.ts";
import { answerMark, toolCall } from "../signs/tool-calls.ts";

/** Characters of what an agent said that are kept: a paragraph. */
const SAID_CHARACTERS = 2_000;
/** Claude writes this model on messages that it made up itself, to tell of an error. */
const OWN_WORDS = "<synthetic>";
/** A turn that was ended from outside leaves this in its history, with or without " for tool use". */
const INTERRUPTED = "[Request interrupted by user";

/**
 * The signs of one line; none for what shows nothing. Shapes: Claude Code 2.1.197, each recorded from the real program.
 * A sub-agent's lines have `parent_tool_use_id`, the call that started it. Lines of unknown shape are a sign of life.
 */
export function claudeSigns(line: unknown): Sign[] {
  const frame = jsonOf(line);
  switch (frame.type) {
    case "system":
      return systemSigns(frame);
    case "assistant":
      return assistantSigns(frame);
    case "user":
      return userSigns(frame);
    case "result":
      return resultSigns(frame);
    case "rate_limit_event":
      return [{ kind: "limited", limit: limitOf(jsonOf(frame.rate_limit_info)) }];
    case "control_request":
      return questionSigns(jsonOf(frame.request));
    default:
      return [unknown(frame)];
  }
}

function systemSigns(frame: Json): Sign[] {
  const key = textOf(frame.task_id) ?? "";
  switch (frame.subtype) {
    case "init": {
      const session = textOf(frame.session_id) ?? "";
      return [{ kind: "session", session, model: textOf(frame.model), version: textOf(frame.claude_code_version) }];
    }
    case "api_retry":
      return [retrying(frame)];
    case "model_fallback":
      return [fellBack(frame)];
    case "compact_boundary":
      return [{ kind: "compacted", trigger: textOf(jsonOf(frame.compact_metadata).trigger) ?? "auto" }];
    case "task_started":
      return [taskStarted(frame, key)];
    case "task_notification":
      // Which of the two it was, this line does not say; ending what never began changes nothing.
      return [
        { kind: "subagent-ended", key },
        { kind: "background-ended", key },
      ];
    case "notification":
    case "informational":
      return [{ kind: "notified", text: cut(textOf(frame.content) ?? textOf(frame.message) ?? textOf(frame.text) ?? "") }];
    default:
      return [unknown(frame)];
  }
}

function retrying(frame: Json): Sign {
  return {
    kind: "retrying",
    attempt: numberOf(frame.attempt) ?? 1,
    attempts: numberOf(frame.max_retries) ?? 0,
    delayMs: Math.round(numberOf(frame.retry_delay_ms) ?? 0),
    status: numberOf(frame.error_status),
    error: textOf(frame.error) ?? "unknown",
  };
}

function fellBack(frame: Json): Sign {
  return {
    kind: "fell-back",
    from: textOf(frame.original_model) ?? "",
    to: textOf(frame.fallback_model) ?? "",
    why: textOf(frame.trigger) ?? "",
  };
}

function taskStarted(frame: Json, key: string): Sign {
  const text = cut(textOf(frame.description) ?? "");
  if (frame.task_type === "local_agent") return { kind: "subagent-started", key, type: textOf(frame.subagent_type) ?? text };
  return { kind: "background-started", key, text };
}

/** What one request took in is what the context holds; `output_tokens` is a placeholder in these lines. */
function assistantSigns(frame: Json): Sign[] {
  const message = jsonOf(frame.message);
  const parent = textOf(frame.parent_tool_use_id);
  const refusal = textOf(frame.error);
  const used = parent === null && message.model !== OWN_WORDS ? contextUsed(jsonOf(message.usage)) : 0;
  return [
    ...(refusal === null ? [] : [{ kind: "refused", error: refusal } satisfies Sign]),
    ...contentOf(message).flatMap((block) => spokenSigns(block, parent)),
    ...(used > 0 ? [{ kind: "context", used, size: null } satisfies Sign] : []),
  ];
}

function spokenSigns(block: Json, parent: string | null): Sign[] {
  if (block.type === "text") return [{ kind: "said", text: cut(textOf(block.text) ?? ""), parent }];
  if (block.type !== "tool_use") return [{ kind: "unknown", name: name(block.type) }];
  const call = toolCall({ key: textOf(block.id) ?? "", tool: textOf(block.name) ?? "", input: block.input, parent });
  return [{ kind: "tool-started", call }];
}

function contextUsed(usage: Json): number {
  const parts = [usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens];
  return parts.reduce((sum: number, part) => sum + (numberOf(part) ?? 0), 0);
}

/** Answers of tools, messages that were taken (`isReplay`), and an interruption; the rest is what claude tells itself. */
function userSigns(frame: Json): Sign[] {
  const parent = textOf(frame.parent_tool_use_id);
  const blocks = contentOf(jsonOf(frame.message));
  const answers = blocks.filter(({ type }) => type === "tool_result").map(toolEnded);
  if (answers.length > 0) return answers;
  const text = blocks.map((block) => textOf(block.text) ?? "").join("\n");
  if (parent === null && text.startsWith(INTERRUPTED)) return [{ kind: "interrupted" }];
  return frame.isReplay === true ? [{ kind: "heard", text: cut(text) }] : [unknown(frame)];
}

function toolEnded(block: Json): Sign {
  const isError = block.is_error === true;
  return { kind: "tool-ended", key: textOf(block.tool_use_id) ?? "", isError, answer: answerMark(block.content) };
}

/** One at the end of each turn. `subtype` says "success" for errors, too. */
function resultSigns(frame: Json): Sign[] {
  const models = Object.values(jsonOf(frame.modelUsage)).map(jsonOf);
  const size = Math.max(0, ...models.map((model) => numberOf(model.contextWindow) ?? 0));
  const end: TurnEnd = {
    isError: frame.is_error === true,
    reason: textOf(frame.terminal_reason) ?? (frame.is_error === true ? textOf(frame.subtype) : null),
    status: numberOf(frame.api_error_status),
    error: null,
    text: cut(
      textOf(frame.result) ??
        listOf(frame.errors)
          .filter((one) => typeof one === "string")
          .join("\n"),
    ),
    costUsd: numberOf(frame.total_cost_usd) ?? 0,
    usage: usageOf(models),
    turnUsage: turnUsageOf(jsonOf(frame.usage)),
  };
  return [
    ...(size > 0 ? [{ kind: "context", used: null, size } satisfies Sign] : []),
    ...deferred(jsonOf(frame.deferred_tool_use)),
    { kind: "turn-ended", end },
  ];
}

/** The call at which a hook ended the turn, for a person to allow. */
function deferred({ id, name: tool, input }: Json): Sign[] {
  return typeof id === "string" && typeof tool === "string" ? [{ kind: "asked", question: { key: id, tool, input, why: "" } }] : [];
}

/** `modelUsage` counts all turns and sub-agents of the process, `usage` only the last turn. */
function usageOf(models: readonly Json[]): Usage {
  const sum = (field: string) => models.reduce((all, model) => all + (numberOf(model[field]) ?? 0), 0);
  return {
    input: sum("inputTokens"),
    output: sum("outputTokens"),
    cacheRead: sum("cacheReadInputTokens"),
    cacheWrite: sum("cacheCreationInputTokens"),
  };
}

function turnUsageOf(usage: Json): Usage {
  return {
    input: numberOf(usage.input_tokens) ?? 0,
    output: numberOf(usage.output_tokens) ?? 0,
    cacheRead: numberOf(usage.cache_read_input_tokens) ?? 0,
    cacheWrite: numberOf(usage.cache_creation_input_tokens) ?? 0,
  };
}

/** `resetsAt` is epoch seconds in the frame; `utilization` is only there once a threshold is passed. */
function limitOf(given: Json): LimitReading {
  const status = given.status === "rejected" ? "rejected" : given.status === "allowed_warning" ? "warning" : "allowed";
  const resetsAt = numberOf(given.resetsAt);
  return {
    status,
    window: textOf(given.rateLimitType) ?? "unknown",
    used: numberOf(given.utilization),
    resetsAt: resetsAt === null ? null : resetsAt * 1_000,
  };
}

/** Everything else that claude asks of its host by control requests is no question to a person. */
function questionSigns(request: Json): Sign[] {
  const key = textOf(request.tool_use_id);
  const tool = textOf(request.tool_name);
  if (request.subtype !== "can_use_tool" || key === null || tool === null)
    return [{ kind: "unknown", name: `control_request ${name(request.subtype)}` }];
  const why = tool === CHOICE_TOOL ? "" : (textOf(request.decision_reason) ?? "");
  return [{ kind: "asked", question: { key, tool, input: request.input, why } }];
}

function contentOf(message: Json): Json[] {
  const text = textOf(message.content);
  return text === null ? listOf(message.content).map(jsonOf) : [{ type: "text", text }];
}

function unknown(frame: Json): Sign {
  return { kind: "unknown", name: [name(frame.type), ...(typeof frame.subtype === "string" ? [name(frame.subtype)] : [])].join(" ") };
}

/** Names of kinds are short; anything else would let a strange line grow what is kept. */
function name(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 40) : "none";
}

function cut(text: string): string {
  return text.slice(0, SAID_CHARACTERS);
}
