// What an agent's stream and hooks show, in ccm's own words: each driver reads its agent's frames as signs, and signs add up to what is known of a run.
import type { Question } from "../schema.ts";

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
  /** Of this turn alone, without what sub-agents used. */
  turnUsage: Usage;
} & Bill;

/**
 * Cost and tokens of an agent's process so far, of all its turns and sub-agents, as it says. One that resumes a session
 * begins at nothing (Claude Code 2.1.197), or counts on from where the session was (2.1.330).
 */
export type Bill = { costUsd: number; usage: Usage };

/**
 * A call of a tool. `subject` is the argument that says most; `signature` is the same for the same tool with the same
 * input, and empty where asking again and again is no loop. `edits`: it changes files. `parent`: the call that started
 * the sub-agent whose call this is.
 */
export type ToolCall = { key: string; tool: string; subject: string; signature: string; edits: boolean; parent: string | null };

/** One thing that a line of the stream, or a hook, showed. */
export type Sign =
  | { kind: "session"; session: string; model: string | null; version: string | null }
  | { kind: "said"; text: string; parent: string | null }
  | { kind: "tool-started"; call: ToolCall }
  /** `answer` is the same for the same answer, times and ids in it aside. */
  | { kind: "tool-ended"; key: string; isError: boolean; answer: string }
  /** The provider's last answer was a refusal, in its word: `rate_limit`, `server_error`, `billing_error`, `authentication_failed`. */
  | { kind: "refused"; error: string }
  | { kind: "retrying"; attempt: number; attempts: number; delayMs: number; status: number | null; error: string }
  | { kind: "limited"; limit: LimitReading }
  | { kind: "fell-back"; from: string; to: string; why: string }
  | { kind: "asked"; question: Question }
  | { kind: "answered"; key: string }
  /** A person, or ccm, has said something that the agent has yet to take. */
  | { kind: "told"; text: string }
  /** The agent has taken a message of a person. */
  | { kind: "heard"; text: string }
  | { kind: "interrupted" }
  | { kind: "compacted"; trigger: string }
  | { kind: "subagent-started"; key: string; type: string }
  | { kind: "subagent-ended"; key: string }
  /** Work that goes on beside the turn: a shell or an agent in the background. */
  | { kind: "background-started"; key: string; text: string }
  | { kind: "background-ended"; key: string }
  /** Tokens in the agent's context, and how many fit; null is not known by this sign. */
  | { kind: "context"; used: number | null; size: number | null }
  | { kind: "notified"; text: string }
  | { kind: "turn-ended"; end: TurnEnd }
  /** Something that the driver does not know: kept in the events, and a sign of life. */
  | { kind: "unknown"; name: string };

/** A tool call that has not ended, and when it began. */
export type OpenTool = ToolCall & { since: number };

/** Work beside the turn: a sub-agent, a shell in the background. */
export type Beside = { key: string; text: string; since: number };

/** The newest calls of one agent, oldest first; `runs[p - 1]` counts calls in a row that were the same as the one p before. */
export type Trail = { parent: string | null; calls: { mark: string; tool: string }[]; runs: number[]; circle: Circle | null };

/** The same call with the same answer, or `calls` of them in turn, `count` times. `tool` names them: "Bash", "Read and Bash". */
export type Circle = { tool: string; subject: string; count: number; calls: number };

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
  /** Messages that were given to the agent's process and that it has yet to take. */
  unheard: number;
  openTools: OpenTool[];
  /** What the agent, or a sub-agent at work, does again and again. */
  repeated: Circle | null;
  /** What of the newest calls is kept to notice that; one for the agent, one for each sub-agent. */
  trails: Trail[];
  toolCalls: number;
  failedCalls: number;
  edits: number;
  subagents: Beside[];
  background: Beside[];
  /** A request that is made again: since when in a row, and until when the agent waits before the next try. */
  retrying: { attempt: number; attempts: number; status: number | null; error: string; since: number; until: number } | null;
  limit: LimitReading | null;
  question: (Question & { askedAt: number }) | null;
  /** The provider's last word to a request that it refused; null once it answered one. */
  refusal: string | null;
  interruptedAt: number | null;
  compactions: number;
  /** The last bill of the agent's process, and what of it earlier runs of the session had used; null for nothing. */
  billed: Bill;
  carried: Bill | null;
  /** Cost and tokens of the run so far, as of the end of its last turn. */
  costUsd: number;
  usage: Usage;
  context: { used: number | null; size: number | null };
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

/** What the machine shows of a run beside its signs. Times are epoch ms, null when unknown. */
export type Pulse = {
  /** A host holds the run's lock. */
  isLive: boolean;
  /** Since when the processes below the host are looked at. */
  watchedAt: number | null;
  /** When they last took more processor time than an agent that waits. */
  busyAt: number | null;
  /** When the private git directory last changed. */
  gitAt: number | null;
};

/** What an agent is doing, and in words for people, without the time that it has gone on for: since `since`. */
export type Verdict = { activity: Activity; text: string; since: number };

/** From when on an agent's silence or repetition counts as trouble. */
export type LivenessSettings = { stallMs: number; loopCalls: number };
