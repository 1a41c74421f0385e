// What an agent's stream and hooks show, in ccm's own words: each driver reads its agent's frames as signs, and signs add up to what is known of a run.
import type { Question } from "./schema.ts";

/** How many tokens a run has used; each figure is what the agent's provider said. */
export type Usage = { input: number; output: number; cacheRead: number; cacheWrite: number };

/** A limit of the account, as the provider reported it: `used` is a part of 1, times are epoch ms, both null when not said. */
export type LimitReading = { status: "allowed" | "warning" | "rejected"; window: string; used: number | null; resetsAt: number | null };

/** How an agent's turn ended, as its own result line says it. */
export type TurnEnd = {
  isError: boolean;
  /** Claude's `terminal_reason`: `completed`, `tool_deferred`, `hook_stopped`, `max_turns`; null when it gave none. */
  reason: string | null;
  /** HTTP status of the provider's refusal, or null. */
  status: number | null;
  /** The provider's word for what went wrong: `rate_limit`, `server_error`, `billing_error`, `authentication_failed`. */
  error: string | null;
  text: string;
  costUsd: number;
  usage: Usage;
};

/** One thing that a line of the stream, or a hook, showed. */
export type Sign =
  | { kind: "session"; session: string; model: string | null; version: string | null }
  | { kind: "said"; text: string; parent: string | null }
  /** `signature` is the same for the same tool with the same input. */
  | { kind: "tool-started"; key: string; tool: string; subject: string; signature: string; parent: string | null }
  /** `answer` is the same for the same answer. `edits`: the tool changes files. */
  | { kind: "tool-ended"; key: string; isError: boolean; answer: string; edits: boolean }
  | { kind: "retrying"; attempt: number; attempts: number; delayMs: number; status: number | null; error: string }
  | { kind: "limited"; limit: LimitReading }
  | { kind: "fell-back"; from: string; to: string; why: string }
  | { kind: "asked"; question: Question }
  | { kind: "answered"; key: string }
  /** The agent has taken a message of a person. */
  | { kind: "heard"; text: string }
  | { kind: "interrupted" }
  | { kind: "compacted"; trigger: string }
  | { kind: "subagent-started"; key: string; type: string }
  | { kind: "subagent-ended"; key: string }
  /** Work that goes on beside the turn: a shell or an agent in the background. */
  | { kind: "background-started"; key: string; text: string }
  | { kind: "background-ended"; key: string }
  | { kind: "context"; used: number; size: number | null }
  | { kind: "notified"; text: string }
  | { kind: "turn-ended"; end: TurnEnd }
  /** Something that the driver does not know: kept in the events, and a sign of life. */
  | { kind: "unknown"; name: string };

/** A tool call that has not ended. */
export type OpenTool = { key: string; tool: string; subject: string; since: number; parent: string | null };

/** All that is known of a run by its signs. Bounded: what grows is cut. Times are epoch ms. */
export type Observed = {
  session: string | null;
  model: string | null;
  version: string | null;
  startedAt: number;
  /** The last sign of any kind, and the last that something was got done: a file changed, a new answer, a new text. */
  lastSignAt: number;
  lastProgressAt: number;
  /** A turn is under way: between a message that the agent took and its result. */
  inTurn: boolean;
  turns: number;
  openTools: OpenTool[];
  /** The same call with the same answer, again and again. */
  repeated: { signature: string; tool: string; subject: string; count: number } | null;
  toolCalls: number;
  failedCalls: number;
  edits: number;
  subagents: string[];
  background: string[];
  retrying: { attempt: number; attempts: number; status: number | null; error: string; until: number } | null;
  limit: LimitReading | null;
  question: Question | null;
  interruptedAt: number | null;
  compactions: number;
  /** Cost and tokens of the run so far: of all its turns. */
  costUsd: number;
  usage: Usage;
  context: { used: number; size: number | null } | null;
  lastEnd: TurnEnd | null;
  lastSaid: string;
};

/** What an agent is doing, as facts show it. */
export const ACTIVITIES = [
  "starting",
  "working",
  "waiting",
  "idle",
  "stalled",
  "looping",
  "limited",
  "overloaded",
  "broken",
  "finished",
] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** What the machine shows of a run beside its signs. */
export type Pulse = {
  /** A host holds the run's lock. */
  isLive: boolean;
  /** Processes below the host, and the processor time they took since the last look. */
  processes: number;
  cpuMs: number;
  /** When the private git directory last changed, epoch ms; null when unknown. */
  gitAt: number | null;
};
