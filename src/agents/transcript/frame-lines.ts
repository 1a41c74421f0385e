// How the lines of a stream read that are no conversation: results with their figures, retries, limits, the program's own notes.

import { type Json, jsonOf, listOf, numberOf } from "../../kernel/json.ts";
import { costText, percentText, tokensText } from "../../kernel/number-text.ts";
import { dateOf, timeOfDay } from "../../kernel/time-text.ts";
import { type Line, line, lines } from "./lines.ts";

/** What a turn came to; `said` is what the agent said last, which its result says again. */
export function resultLines(frame: Json, said: string): Line[] {
  const text = typeof frame.result === "string" ? frame.result.trim() : "";
  const told = text === said.trim() ? "" : text;
  if (frame.is_error === true) return failed(frame, told);
  const how = frame.terminal_reason === "tool_deferred" ? "The turn waits for an answer" : "Turn ended";
  return [...(told === "" ? [] : lines("good", told)), line("faint", `● ${how}${figures(frame)}`)];
}

/** A turn that a person ended has an error for its result. */
export function interruptedLines(frame: Json): Line[] {
  return [line("warn", `● The turn was interrupted${figures(frame)}`)];
}

/** API errors come as a result with `is_error`, whatever its `subtype` says. */
function failed(frame: Json, text: string): Line[] {
  const errors = listOf(frame.errors).map(String);
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

function tokens(given: unknown): string {
  const usage = jsonOf(given);
  const names = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"];
  const sum = names.reduce((total, name) => total + (numberOf(usage[name]) ?? 0), 0);
  return sum > 0 ? `${tokensText(sum)} tokens` : "";
}

/** What the agent's program says of itself. */
export function systemLines(frame: Json): Line[] {
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
  const { trigger, pre_tokens: before } = jsonOf(metadata);
  const by = trigger === "manual" ? "on request" : "because it was nearly full";
  return `! The context was summarised ${by}${typeof before === "number" ? `, it held ${tokensText(before)} tokens` : ""}`;
}

const WINDOWS: Record<string, string> = { five_hour: "five-hour limit", seven_day: "weekly limit" };

/** Nothing while everything is allowed: it is said with every answer. */
export function limitLines(given: unknown): Line[] {
  const reading = jsonOf(given);
  if (reading.status === undefined || reading.status === "allowed") return [];
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
