// Which of a run's recorded events the event log tells, and what it says of them. Pure.

import { type Json, jsonOf } from "../../kernel/json.ts";
import type { RunEvent } from "../schema.ts";
import { refusalText } from "./liveness.ts";
import type { LimitReading, Observed, Sign } from "./signs.ts";

/** An entry of the event log. What an agent says of itself is its claim; the rest a host, or the provider through it, did. */
export type LogEntry = { name: string; source: "agent" | "host"; data: Record<string, unknown> };

/** Characters of a message, or of the last words of a turn, that the log keeps; all of it is in the run folder. */
const TEXT_CHARACTERS = 500;

/** What a host did itself. Hooks and questions have their own ways into the log. */
export function hostEntry(event: RunEvent): LogEntry | null {
  if (event.kind === "verdict") return verdictEntry(jsonOf(event.json));
  if (event.kind === "refused") return { name: "network.refused", source: "host", data: jsonOf(event.json) };
  if (event.kind === "automation") return automationEntry(jsonOf(event.json));
  if (event.kind !== "message") return null;
  const isDelivered = jsonOf(event.json).delivered !== false;
  return { name: "message.sent", source: "host", data: { text: cut(event.text ?? ""), delivered: isDelivered } };
}

/** A call that was judged and not just allowed. */
function verdictEntry(verdict: Json): LogEntry {
  return { name: verdict.verdict === "deny" ? "guard.denied" : "guard.asked", source: "host", data: verdict };
}

function automationEntry(record: Json): LogEntry {
  return { name: record.ok === true ? "automation.ran" : "automation.failed", source: "host", data: record };
}

/** What a sign means, by what was known before and is known after it. What only repeats what was known is left out. */
export function signEntry(sign: Sign, before: Observed, after: Observed): LogEntry | null {
  switch (sign.kind) {
    case "retrying": {
      const { kind: _, ...said } = sign;
      return { name: "request.retried", source: "agent", data: { ...said, text: refusalText(sign.error, sign.status) } };
    }
    case "limited":
      return isNews(before.limit, sign.limit) ? { name: "limit.reported", source: "agent", data: sign.limit } : null;
    case "fell-back":
      return { name: "model.changed", source: "agent", data: { from: sign.from, to: sign.to, why: sign.why } };
    case "heard":
      return before.unheard > 0 ? { name: "message.heard", source: "agent", data: { text: cut(sign.text) } } : null;
    case "interrupted":
      return before.interruptedAt === null ? { name: "turn.interrupted", source: "host", data: {} } : null;
    case "compacted":
      return { name: "context.compacted", source: "agent", data: { trigger: sign.trigger } };
    case "turn-ended":
      return turnEntry(before, after);
    default:
      return null;
  }
}

/** `costUsd` is what this turn cost; the agent's own figure is of the whole process. */
function turnEntry(before: Observed, after: Observed): LogEntry {
  const end = after.lastEnd;
  const data = {
    turn: after.turns,
    isError: end?.isError ?? false,
    reason: end?.reason ?? null,
    status: end?.status ?? null,
    error: end?.error ?? null,
    text: cut(end?.text ?? ""),
    costUsd: after.costUsd - before.costUsd,
  };
  return { name: "turn.ended", source: "agent", data };
}

/** Providers repeat their limits with many answers. */
function isNews(before: LimitReading | null, now: LimitReading): boolean {
  if (now.status === "allowed") return before !== null && before.status !== "allowed";
  return before?.status !== now.status || before.window !== now.window || before.resetsAt !== now.resetsAt || before.used !== now.used;
}

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}…` : text;
}
