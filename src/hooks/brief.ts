// A hook's body as the small record that the event log keeps of it. Pure, and takes anything: bodies are claims.
import { type Json, jsonOf } from "../kernel/json.ts";
import { pathIn } from "./bodies.ts";
import { oneLine } from "./one-line.ts";
import type { HookBrief } from "./schema.ts";
import { toolBrief } from "./tool-brief.ts";

/** Bytes in JSON of a name, of a subject, of a text: together with everything else less than the 2 kB of a brief. */
const NAME_BYTES = 60;
const TEXT_BYTES = 600;

type Brief = Omit<HookBrief, "event">;

/**
 * What a hook was about: tool, subject, outcome, lines, time. Texts are cut and on one line, paths relative to the body's
 * own `cwd`. The body must be without secrets already, since a cut may take a secret's shape and leave the secret.
 */
export function briefOf(event: string, body: unknown): HookBrief {
  const fields = jsonOf(body);
  const details = detailsOf(event, fields);
  const brief: Brief = { agentType: agentTypeOf(event, fields), ...details, text: details.text || text(fields.note) };
  const kept = Object.entries(brief).filter(([, value]) => value !== undefined && value !== "");
  return { event: oneLine(event, NAME_BYTES) || "unnamed", ...Object.fromEntries(kept) };
}

function detailsOf(event: string, body: Json): Brief {
  if (TOOL_EVENTS.has(event)) return toolBrief(event, body);
  return Object.hasOwn(DETAILS, event) ? (DETAILS[event]?.(body) ?? {}) : unknownBrief(body);
}

/** Events about a single call of a tool; the names of Claude Code and Codex, then those of Gemini. */
const TOOL_EVENTS = new Set("PreToolUse PostToolUse PostToolUseFailure PermissionRequest PermissionDenied BeforeTool AfterTool".split(" "));

/** A sub-agent's own events name it; where there is no `agent_id`, the main agent speaks. */
function agentTypeOf(event: string, body: Json): string {
  const speaks = body.agent_id !== undefined || event.startsWith("Subagent");
  return speaks ? name(body.agent_type) : "";
}

const prompt = (body: Json): Brief => ({ text: text(body.prompt) });
const compaction = (body: Json): Brief => ({ reason: name(body.trigger), text: text(body.compact_summary ?? body.custom_instructions) });
const turnEnd = (body: Json): Brief => ({
  text: text(body.last_assistant_message ?? body.prompt_response),
  count: count(body.background_tasks),
});
const listed = (body: Json): Brief => ({ subject: text(body.task_subject) || name(body.task_id) });
const sessionStart = (body: Json): Brief => ({ reason: name(body.source), model: name(body.model) });
const model = (body: Json): Brief => ({ model: name(jsonOf(body.llm_request).model), text: text(jsonOf(body.llm_response).text) });
const modelSwitch = (body: Json): Brief => ({ subject: name(body.from_model), model: name(body.to_model), reason: name(body.source) });
const file = (key: string, reason: string) => (body: Json) => ({ subject: text(pathIn(body.cwd, body[key])), reason: name(body[reason]) });

/** By the schemas of `schema.ts`, where the sources are. */
const DETAILS: Record<string, (body: Json) => Brief> = {
  PostToolBatch: (body) => ({ count: count(body.tool_calls) }),
  Notification: (body) => ({ reason: name(body.notification_type), text: text(body.message) }),
  UserPromptSubmit: prompt,
  UserPromptExpansion: (body) => ({ subject: name(body.command_name), text: text(body.prompt) }),
  SessionStart: sessionStart,
  SessionEnd: (body) => ({ reason: name(body.reason) }),
  Stop: turnEnd,
  StopFailure: (body) => ({ reason: name(body.error), text: text(body.last_assistant_message ?? body.error_details) }),
  SubagentStart: () => ({}),
  SubagentStop: turnEnd,
  PreCompact: compaction,
  PostCompact: compaction,
  PreModelSwitch: modelSwitch,
  PostModelSwitch: modelSwitch,
  Setup: (body) => ({ reason: name(body.trigger) }),
  TeammateIdle: (body) => ({ subject: name(body.teammate_name) }),
  TaskCreated: listed,
  TaskCompleted: listed,
  Elicitation: (body) => ({ subject: name(body.mcp_server_name), text: text(body.message) }),
  ElicitationResult: (body) => ({ subject: name(body.mcp_server_name), reason: name(body.action) }),
  ConfigChange: file("file_path", "source"),
  WorktreeCreate: (body) => ({ subject: name(body.name) }),
  WorktreeRemove: file("worktree_path", "reason"),
  InstructionsLoaded: file("file_path", "load_reason"),
  CwdChanged: (body) => ({ subject: text(pathIn(body.old_cwd, body.new_cwd)) }),
  FileChanged: file("file_path", "event"),
  DirectoryAdded: file("directory", "source"),
  MessageDisplay: (body) => ({ text: text(body.delta) }),
  BeforeAgent: prompt,
  AfterAgent: turnEnd,
  BeforeModel: model,
  AfterModel: model,
  BeforeToolSelection: model,
  PreCompress: compaction,
};

/** Of an event that came after this was written: what such events usually have. */
function unknownBrief(body: Json): Brief {
  return {
    tool: name(body.tool_name),
    subject: text(pathIn(body.cwd, body.file_path)),
    reason: name(body.reason ?? body.source ?? body.trigger),
    text: text(body.message),
  };
}

function name(value: unknown): string {
  return oneLine(value, NAME_BYTES);
}

function text(value: unknown): string {
  return oneLine(value, TEXT_BYTES);
}

function count(value: unknown): number | undefined {
  return Array.isArray(value) && value.length > 0 ? value.length : undefined;
}
