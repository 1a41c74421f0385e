// What the agents' hooks send: every event of Claude Code, Gemini CLI and Codex CLI, unknown fields kept.
import * as v from "valibot";
import type { SecretStore } from "../secrets/schema.ts";

const text = v.string();
const maybe = v.optional(v.string());
const anything = v.optional(v.unknown());
const list = v.optional(v.array(v.unknown()));
const number = v.optional(v.number());

type Entries = v.ObjectEntries;
type Schema = v.GenericSchema;

/** A schema an event, each with what all events of that agent have. Words of closed sets are any text: newer versions add some. */
function hooks(shared: Entries, events: Record<string, Entries>): Record<string, Schema> {
  const schemas = Object.entries(events).map(
    ([event, entries]) => [event, v.looseObject({ ...shared, ...entries, hook_event_name: v.literal(event) })] as const,
  );
  return Object.fromEntries(schemas);
}

const session = { session_id: text, transcript_path: text, cwd: text };
const call = { tool_name: text, tool_input: anything };
const task = { task_id: text, task_subject: text, task_description: maybe, teammate_name: maybe };
const modelSwitch = { from_model: text, to_model: text, requested_model: v.nullish(text), source: text };
const ended = { stop_hook_active: v.boolean(), last_assistant_message: maybe, background_tasks: list, session_crons: list };

/** Claude Code 2.1.197 to 2.1.330, from the programs themselves: all they have. `agent_id` is only there when a sub-agent speaks. */
const CLAUDE = hooks(
  { ...session, prompt_id: maybe, permission_mode: maybe, agent_id: maybe, agent_type: maybe, effort: anything },
  {
    PreToolUse: { ...call, tool_use_id: text },
    PostToolUse: { ...call, tool_response: anything, tool_use_id: text, duration_ms: number },
    PostToolUseFailure: { ...call, tool_use_id: text, error: text, is_interrupt: v.optional(v.boolean()), duration_ms: number },
    PostToolBatch: { tool_calls: v.array(v.looseObject({ ...call, tool_use_id: text })) },
    PermissionRequest: { ...call, permission_suggestions: list },
    PermissionDenied: { ...call, tool_use_id: text, reason: text },
    Notification: { message: text, title: maybe, notification_type: text },
    UserPromptSubmit: { prompt: text, session_title: maybe },
    UserPromptExpansion: { expansion_type: text, command_name: text, command_args: text, command_source: maybe, prompt: text },
    SessionStart: { source: text, model: maybe, session_title: maybe },
    SessionEnd: { reason: text },
    Setup: { trigger: text },
    Stop: ended,
    StopFailure: { error: text, error_details: maybe, last_assistant_message: maybe },
    SubagentStart: { agent_id: text, agent_type: text },
    SubagentStop: { ...ended, agent_id: text, agent_type: text, agent_transcript_path: text },
    PreCompact: { trigger: text, custom_instructions: v.nullish(text) },
    PostCompact: { trigger: text, compact_summary: text },
    PreModelSwitch: modelSwitch,
    PostModelSwitch: modelSwitch,
    TeammateIdle: { teammate_name: text, team_name: maybe },
    TaskCreated: task,
    TaskCompleted: task,
    Elicitation: { mcp_server_name: text, message: text, mode: maybe, url: maybe, elicitation_id: maybe, requested_schema: anything },
    ElicitationResult: { mcp_server_name: text, action: text, mode: maybe, elicitation_id: maybe, content: anything },
    ConfigChange: { source: text, file_path: maybe },
    WorktreeCreate: { name: text },
    WorktreeRemove: { worktree_path: text },
    InstructionsLoaded: { file_path: text, memory_type: text, load_reason: text, globs: list },
    CwdChanged: { old_cwd: text, new_cwd: text },
    FileChanged: { file_path: text, event: text },
    DirectoryAdded: { directory: text, source: text },
    MessageDisplay: { turn_id: text, message_id: text, index: v.number(), final: v.boolean(), delta: text },
  },
);

const request = { llm_request: v.looseObject({ model: maybe, messages: list }) };

/** Gemini CLI 0.61.0: https://geminicli.com/docs/hooks/reference, and tried. */
const GEMINI = hooks(
  { ...session, timestamp: text },
  {
    SessionStart: { source: text },
    SessionEnd: { reason: text },
    BeforeAgent: { prompt: text },
    AfterAgent: { prompt: text, prompt_response: text, stop_hook_active: v.boolean() },
    BeforeModel: request,
    AfterModel: { ...request, llm_response: v.looseObject({ text: maybe }) },
    BeforeToolSelection: request,
    BeforeTool: call,
    AfterTool: { ...call, tool_response: anything },
    PreCompress: { trigger: text },
    Notification: { notification_type: text, message: text, details: anything },
  },
);

/** Codex CLI 0.169.0: those that it sent when it was tried. */
const CODEX = hooks(
  { ...session, transcript_path: v.nullish(text), turn_id: maybe, model: maybe, permission_mode: maybe },
  {
    SessionStart: { source: text },
    SessionEnd: { reason: text },
    UserPromptSubmit: { prompt: text },
    PreToolUse: { ...call, tool_use_id: text },
    PostToolUse: { ...call, tool_response: anything, tool_use_id: text },
    Stop: { stop_hook_active: v.boolean(), last_assistant_message: v.nullish(text) },
  },
);

export const HOOKS: { claude: Record<string, Schema>; gemini: Record<string, Schema>; codex: Record<string, Schema> } = {
  claude: CLAUDE,
  gemini: GEMINI,
  codex: CODEX,
};

/**
 * How a hook differs from what every agent is known to send: `unknown event`, or the field that is not as it was; null for
 * one that is as known. Nothing is refused for it: it says that an agent is newer than this program.
 */
export function oddityOf(event: string, body: unknown): string | null {
  const schemas = Object.values(HOOKS).flatMap((known) => (Object.hasOwn(known, event) ? [known[event] as Schema] : []));
  if (schemas.length === 0) return "unknown event";
  const [first, ...others] = schemas.map((schema) => v.safeParse(schema, body, { abortEarly: true }));
  if (!first || first.success || others.some(({ success }) => success)) return null;
  const [issue] = first.issues;
  return `${v.getDotPath(issue) ?? "body"} is ${issue.received === "undefined" ? "missing" : `not ${issue.expected ?? "as expected"}`}`;
}

/** What the event log keeps of a hook: at most 2 kB of JSON, every text cut and on one line. A claim of the agent. */
export type HookBrief = {
  event: string;
  tool?: string | undefined;
  /** A file as seen from the agent's folder, a command, a pattern, a sub-task, a server's name. */
  subject?: string | undefined;
  /** Whether the call of a tool worked, where the hook says it. */
  ok?: boolean | undefined;
  /** Exit code of a command, where the hook says it. */
  code?: number | undefined;
  /** Lines of a new file. */
  lines?: number | undefined;
  added?: number | undefined;
  removed?: number | undefined;
  durationMs?: number | undefined;
  /** The sub-agent that the hook is from or about. */
  agentType?: string | undefined;
  /** The agent's own word for why: a trigger, a source, an error, `interrupted`. */
  reason?: string | undefined;
  model?: string | undefined;
  /** Calls of a batch, or tasks that go on in the background. */
  count?: number | undefined;
  text?: string | undefined;
  /** How the hook differs from what is known, see `oddityOf`. */
  odd?: string | undefined;
};

/** What an automation says of itself at its top. `matcher` is a pattern of tools; empty for all. */
export type AutomationHeader = {
  about: string;
  events: string[];
  matcher: string;
  deadlineMs: number;
  /** What its failing means for a call of a tool that it was to judge. */
  failure: "allow" | "deny";
  /** Names of stored secrets that it gets as variables. */
  secrets: string[];
};

/** One that a run's host is to start. `path` is its entry in `enabled`; without it there, it is off. */
export type AutomationOrder = Omit<AutomationHeader, "about" | "secrets"> & { name: string; path: string; secrets: AutomationSecret[] };

/** A secret that it says it needs; `store` is null when nobody has allowed it to have that one. */
export type AutomationSecret = { name: string; store: SecretStore | null };

/** One as it is there. `trouble` says why it is not run, whatever it says of itself. */
export type Automation = {
  name: string;
  path: string;
  isEnabled: boolean;
  /** Of those that came with ccm: whether the person has changed it, and so gets no newer one. */
  shipped: "as shipped" | "changed" | null;
  header: AutomationHeader | null;
  trouble: string | null;
};

/** What one automation said to one event; null: nothing. */
export type AutomationSaid = {
  verdict: "allow" | "ask" | "deny" | null;
  reason: string;
  /** For the agent to know. */
  context: string;
  updatedInput: Record<string, unknown> | null;
  updatedOutput: unknown;
  /** Why the agent is to end its turn. */
  stop: string | null;
};

/** What all that ran for an event came to: the most severe verdict, and whose it is. */
export type AutomationsOutcome = AutomationSaid & {
  by: string;
  /** The one at which the time for all of them was over; what came after it has not been asked. */
  late: string | null;
};

/** What a host writes down of one start. `code` is null for one that did not end by itself, or never began. */
export type AutomationRecord = {
  name: string;
  event: string;
  tool: string;
  ok: boolean;
  /** Of a failure: what went wrong. */
  why: string;
  verdict: AutomationSaid["verdict"];
  reason: string;
  /** Characters of context that it gave the agent. */
  context: number;
  code: number | null;
  tookMs: number;
  /** The last it said on its error output. */
  said: string;
};

/** Where and for whom automations run. `stateFolder` is theirs to keep things in for as long as the run is known. */
export type AutomationPlace = {
  home: string;
  stateFolder: string;
  tree: string;
  /** Null for one that a person tries outside of any run. */
  taskId: number | null;
  runId: number | null;
  record(record: AutomationRecord): void;
};

/** What runs the automations of one run; see `openAutomations`. */
export type Automations = {
  /** Whether any is there for the event at all. */
  areFor(event: string): boolean;
  /** Runs those for the event, for `budgetMs` together. Never throws. A refusal ends it: nothing later is asked. */
  run(event: string, body: unknown, budgetMs: number): Promise<AutomationsOutcome>;
  /** The same for an event that holds up no call, with what the agent is answered. */
  answer(event: string, body: unknown): Promise<object>;
  /** Processes that are children of this one and whose end Bun collects. */
  pids(): ReadonlySet<number>;
  /** Waits until none is at work. */
  settled(): Promise<void>;
};
