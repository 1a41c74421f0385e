// How the lines of `--output-format stream-json` read, as claude 2.1 prints them; objects of other shapes stay in the events only.
import { costText, percentText, tokensText } from "../kernel/number-text.ts";
import { dateOf, timeOfDay } from "../kernel/time-text.ts";
import { folded, indented, type Line, line, lines, shortened } from "./lines.ts";
import { answerLines, callLines } from "./tool-lines.ts";

type Json = Record<string, unknown>;

/** Lines of what the agent thinks, and of what a program told it, that are shown. */
const ASIDE_LINES = 3;
/** Characters of a message that the agent has taken: enough to know which it was. */
const HEARD_CHARACTERS = 60;
/** Calls whose answers have not come; an agent has a handful, and one that never answers must not be kept for ever. */
const OPEN_CALLS = 200;

/** Reads a stream's lines in order: an answer is told by what its call was, a result by what was said last. */
export function createStreamReader(): (json: unknown) => Line[] {
  const calls = new Map<string, string>();
  const turn = { said: "", interrupted: false };

  function block(item: unknown, frame: Json): Line[] {
    if (!isJson(item)) return [];
    if (item.type === "text" && typeof item.text === "string") return frame.type === "user" ? told(frame, item.text) : say(item.text);
    if (item.type === "thinking" && typeof item.thinking === "string") return folded(lines("faint", item.thinking.trim()), ASIDE_LINES);
    if (item.type === "tool_use" || item.type === "server_tool_use") return call(item);
    if (item.type === "tool_result") return answer(item);
    return [];
  }

  function say(text: string): Line[] {
    turn.said = text;
    return lines("plain", text);
  }

  function call(item: Json): Line[] {
    if (calls.size >= OPEN_CALLS) calls.clear();
    calls.set(String(item.id), String(item.name));
    return callLines(String(item.name), item.input);
  }

  function answer(item: Json): Line[] {
    const tool = calls.get(String(item.tool_use_id)) ?? "";
    calls.delete(String(item.tool_use_id));
    return answerLines(tool, item.content, item.is_error === true ? "error" : "ok");
  }

  function told(frame: Json, text: string): Line[] {
    if (text.startsWith("[Request interrupted by user")) {
      turn.interrupted = true;
      return [];
    }
    const first = text.trim().split("\n", 1)[0] ?? "";
    if (frame.isReplay === true) return [line("faint", `✓ the agent has read: ${shortened(first, HEARD_CHARACTERS)}`)];
    return folded(lines("faint", text.trim()), ASIDE_LINES);
  }

  function result(frame: Json): Line[] {
    const { said, interrupted } = turn;
    Object.assign(turn, { said: "", interrupted: false });
    const text = typeof frame.result === "string" ? frame.result.trim() : "";
    if (interrupted) return [line("warn", `● The turn was interrupted${figures(frame)}`)];
    if (frame.is_error === true) return failed(frame, text === said.trim() ? "" : text);
    const repeated = text === "" || text === said.trim() ? [] : lines("good", text);
    const how = frame.terminal_reason === "tool_deferred" ? "The turn waits for an answer" : "Turn ended";
    return [...repeated, line("faint", `● ${how}${figures(frame)}`)];
  }

  return (json) => {
    if (!isJson(json)) return [];
    if (json.type === "system") return systemLines(json);
    if (json.type === "rate_limit_event") return limitLines(json.rate_limit_info);
    if (json.type === "result") return result(json);
    if (json.type !== "assistant" && json.type !== "user") return [];
    const shown = contentOf(json).flatMap((item) => block(item, json));
    return typeof json.parent_tool_use_id === "string" ? indented(shown, "│ ") : shown;
  };
}

/** API errors come as a result with `is_error`, whatever its `subtype` says. */
function failed(frame: Json, text: string): Line[] {
  const errors = Array.isArray(frame.errors) ? frame.errors.map(String) : [];
  const status = typeof frame.api_error_status === "number" ? `, the provider answered ${frame.api_error_status}` : "";
  const shown = [text, ...errors].filter((one) => one !== "").flatMap((one) => lines("bad", one));
  const what = String(frame.subtype ?? "").startsWith("error_") ? ` (${String(frame.subtype).slice(6).replaceAll("_", " ")})` : "";
  return [...shown, line("bad", `● The turn failed${what}${status}${figures(frame)}`)];
}

/** `: 4 steps in 12 s, $0.015 so far, 52 k tokens`, as far as the result says it. */
function figures(frame: Json): string {
  const { num_turns: steps, duration_ms: ms, total_cost_usd: cost } = frame;
  const parts = [
    typeof steps === "number" && typeof ms === "number" ? `${steps} ${steps === 1 ? "step" : "steps"} in ${seconds(ms)}` : "",
    typeof cost === "number" && cost > 0 ? `${costText(cost)} so far` : "",
    tokens(frame.usage),
  ].filter((part) => part !== "");
  return parts.length > 0 ? `: ${parts.join(", ")}` : "";
}

function tokens(usage: unknown): string {
  if (!isJson(usage)) return "";
  const names = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"];
  const sum = names.reduce((total, name) => total + (typeof usage[name] === "number" ? usage[name] : 0), 0);
  return sum > 0 ? `${tokensText(sum)} tokens` : "";
}

function systemLines(frame: Json): Line[] {
  switch (frame.subtype) {
    case "init": {
      const version = typeof frame.claude_code_version === "string" ? `, claude ${frame.claude_code_version}` : "";
      return [line("faint", `model ${String(frame.model ?? "unknown")}${version}`)];
    }
    case "api_retry":
      return [line("warn", retryText(frame))];
    case "model_fallback":
      return [
        line("warn", `! Goes on with ${String(frame.fallback_model)} instead of ${String(frame.original_model)}${because(frame.content)}`),
      ];
    case "compact_boundary":
      return [line("warn", compactText(frame.compact_metadata))];
    case "informational":
    case "notification": {
      const text = frame.content ?? frame.text ?? frame.message;
      return typeof text === "string" ? [line("faint", text)] : [];
    }
    default:
      return [];
  }
}

const REFUSALS: Record<string, string> = {
  overloaded: "is overloaded",
  rate_limit: "refuses for now: too many requests",
  server_error: "has an error",
  timeout: "did not answer in time",
};

function retryText(frame: Json): string {
  const error = String(frame.error ?? "");
  const status = typeof frame.error_status === "number" ? ` (${frame.error_status})` : "";
  const what = REFUSALS[error] ?? (error && error !== "unknown" ? `did not answer: ${error.replaceAll("_", " ")}` : "did not answer");
  const wait = typeof frame.retry_delay_ms === "number" ? ` in ${seconds(frame.retry_delay_ms)}` : "";
  return `! The provider ${what}${status}; the agent tries again${wait} (${Number(frame.attempt)} of ${Number(frame.max_retries)})`;
}

function compactText(metadata: unknown): string {
  const { trigger, pre_tokens: before } = isJson(metadata) ? metadata : {};
  const by = trigger === "manual" ? "on request" : "because it was nearly full";
  return `! The context was summarised ${by}${typeof before === "number" ? `, it held ${tokensText(before)} tokens` : ""}`;
}

const WINDOWS: Record<string, string> = { five_hour: "five-hour limit", seven_day: "weekly limit" };

/** Nothing while everything is allowed: it is said with every answer. */
function limitLines(reading: unknown): Line[] {
  if (!isJson(reading) || reading.status === "allowed") return [];
  const window = WINDOWS[String(reading.rateLimitType)] ?? `limit ${String(reading.rateLimitType ?? "").replaceAll("_", " ")}`.trim();
  const again = typeof reading.resetsAt === "number" ? `; it starts anew on ${momentText(reading.resetsAt * 1_000)}` : "";
  if (reading.status === "rejected") return [line("bad", `! The account's ${window} is used up${again}`)];
  const used = typeof reading.utilization === "number" ? `${percentText(reading.utilization)} of the` : "Much of the";
  return [line("warn", `! ${used} account's ${window} is used${again}`)];
}

function momentText(at: number): string {
  return `${dateOf(at)} at ${timeOfDay(at).slice(0, 5)}`;
}

function because(text: unknown): string {
  return typeof text === "string" && text !== "" ? `: ${text}` : "";
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(ms < 9_950 ? 1 : 0)} s` : `${Math.round(ms / 60_000)} min`;
}

function contentOf(frame: Json): unknown[] {
  const content = isJson(frame.message) ? frame.message.content : undefined;
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content : [];
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
