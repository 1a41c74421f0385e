// What calls of tools are judged by, and hooks in words that a person understands.
import type { SandboxSpec } from "../sandbox/schema.ts";
import type { AutomationRecord, HookBrief } from "./schema.ts";

/** What a call of a tool may be judged to, the mildest first. `ask`: a person must allow it. */
export const VERDICTS = ["allow", "ask", "deny"] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * What a command of a shell can be, beside harmless. `git`: what ccm does itself (push, other branches, submodules,
 * configuration). `unclear`: nobody can say before it runs what it will run.
 */
export const COMMAND_CLASSES = ["destructive", "network", "privilege", "publish", "credentials", "git", "unclear"] as const;
export type CommandClass = (typeof COMMAND_CLASSES)[number];

/** What somebody says about judging calls of tools; what is left out is as it was said before. */
export type GuardWish = {
  classes?: Partial<Record<CommandClass, Verdict>>;
  /** No milder than this, whatever others say: all that a repository can say of classes. */
  atLeast?: Partial<Record<CommandClass, Verdict>>;
  deny?: string[];
  ask?: string[];
  allow?: string[];
};

/** What two say: of a class the second one's word counts, rules add up. */
export function bothGuards(first: GuardWish = {}, second: GuardWish = {}): GuardWish {
  const both = (key: Verdict) => ({ [key]: [...new Set([...(first[key] ?? []), ...(second[key] ?? [])])] });
  const classes = { ...first.classes, ...second.classes };
  return { classes, atLeast: severest(first.atLeast, second.atLeast), ...both("deny"), ...both("ask"), ...both("allow") };
}

/** What a repository says of itself can only make it stricter. */
export function onlyStricter({ classes = {}, deny = [], ask = [] }: GuardWish): GuardWish {
  return { atLeast: classes, deny, ask };
}

type Verdicts = Partial<Record<CommandClass, Verdict>>;

/** Of each class the more severe of two. */
function severest(first: Verdicts = {}, second: Verdicts = {}): Verdicts {
  const both = COMMAND_CLASSES.map((one) => [one, [first[one], second[one]].filter((verdict) => verdict !== undefined)] as const);
  return Object.fromEntries(both.flatMap(([one, said]) => (said.length > 0 ? [[one, said.toSorted(bySeverity).at(-1)]] : [])));
}

function bySeverity(one: Verdict, other: Verdict): number {
  return VERDICTS.indexOf(one) - VERDICTS.indexOf(other);
}

/** What calls of a run's tools are judged by: the rules, and where in the file system the run is. */
export type GuardPolicy = { rules: GuardRules; places: GuardPlaces };

/** What holds after everybody has spoken. */
export type GuardRules = { classes: Record<CommandClass, Verdict>; deny: string[]; ask: string[]; allow: string[] };

/** A run's places, all absolute, as its sandbox has them. `git` is its private git directory, `home` its own home. */
export type GuardPlaces = Pick<SandboxSpec, "level" | "write" | "protect" | "hide" | "show" | "tmp"> & {
  tree: string;
  git: string;
  home: string;
};

/** A call of a tool as an agent announces it: a claim. `cwd` is the folder that the agent is in. */
export type ToolCall = { tool: string; input: unknown; cwd: string };

/** `reason` is for the agent: why, and what to do instead. `by` names what decided: `deny Bash(curl:*)`, `class git`, `path`. */
export type Judgement = { verdict: Verdict; reason: string; by: string };

/** What holds when nobody said anything: the sandbox is the wall, so that only what never helps is refused. */
const UNSAID: Record<CommandClass, Verdict> = {
  destructive: "deny",
  network: "allow",
  privilege: "deny",
  publish: "ask",
  credentials: "deny",
  git: "deny",
  unclear: "deny",
};

/** What holds when these spoke one after another. */
export function guardRules(...wishes: readonly (GuardWish | undefined)[]): GuardRules {
  const { classes, atLeast, deny = [], ask = [], allow = [] } = wishes.reduce<GuardWish>(bothGuards, {});
  return { classes: { ...UNSAID, ...severest({ ...UNSAID, ...classes }, atLeast) }, deny, ask, allow };
}

/** The one that holds when two judge the same call; of two that are alike, the first. */
export function moreSevere<T extends { verdict: Verdict }>(first: T, second: T): T {
  return VERDICTS.indexOf(second.verdict) > VERDICTS.indexOf(first.verdict) ? second : first;
}

/** What a start of an automation came to, without a full stop, from its record or the log's entry of it. Takes anything. */
export function automationSentence(data: Record<string, unknown> | AutomationRecord): string {
  const told: { [Key in keyof AutomationRecord]?: unknown } = data;
  const who = `automation ${text(told.name) || "unnamed"} at ${text(told.event) || "an event"}${text(told.tool) ? ` of ${text(told.tool)}` : ""}`;
  if (told.ok !== true) return `${who} failed${because(told.why).replace(/\.$/, "")}`;
  const verdict = VERDICTS.find((one) => one === told.verdict);
  if (verdict === "deny" || verdict === "ask") return `${who} ${verdict === "deny" ? "refused" : "asks a person"}${because(told.reason)}`;
  const context = number(told.context) ?? 0;
  return context > 0 ? `${who} told the agent ${context} characters` : `${who} had nothing to say`;
}

/** A brief as it comes out of the event log: nothing is promised about its fields. */
type Told = { [Key in keyof HookBrief]?: unknown };

/**
 * What a hook's brief says, without a full stop: "edited sum.js +1 −1", "ran npm test: exit 1 in 3.2 s". An event that is
 * not known is told by its name. Takes anything.
 */
export function hookSentence(data: Record<string, unknown>): string {
  const told: Told = data;
  const event = text(told.event) || "hook";
  const sentence = Object.hasOwn(SENTENCES, event) ? SENTENCES[event]?.(told) : unknownSentence(event, told);
  const speaker = event.startsWith("Subagent") ? "" : text(told.agentType);
  return `${sentence}${speaker ? ` (${speaker})` : ""}`;
}

/** Events that only say that something begins, or once more what another one says; they are kept, and not shown by default. */
const NOISE = new Set(
  (
    "PreToolUse PostToolBatch MessageDisplay InstructionsLoaded PreModelSwitch " +
    "BeforeTool BeforeModel AfterModel BeforeToolSelection PreCompress"
  ).split(" "),
);

/** Whether people need not see it: what a call did is told when it is done, what is said is in the agent's stream. Takes anything. */
export function isNoise(data: Record<string, unknown>): boolean {
  const event = text(data.event);
  if (event === "PostToolUse" && text(data.tool) === "TaskCreate") return data.ok === true; // TaskCreated tells it.
  if (event.startsWith("Subagent")) return text(data.agentType) === ""; // Claude Code's own, as when it compacts.
  return NOISE.has(event);
}

const SENTENCES: Record<string, (told: Told) => string> = {
  PreToolUse: begun,
  PostToolUse: done,
  PostToolUseFailure: done,
  PostToolBatch: (told) => `finished ${number(told.count) ?? 0} ${told.count === 1 ? "call" : "calls"} of tools`,
  PermissionRequest: (told) => `asks to allow: ${call(told)}`,
  PermissionDenied: (told) => `was not allowed: ${call(told)}${because(told.text)}`,
  Notification: (told) => text(told.text) || `notified${because(told.reason)}`,
  UserPromptSubmit: (told) => `was told${because(told.text)}`,
  UserPromptExpansion: (told) => `was given the command${because(text(told.text) || text(told.subject))}`,
  SessionStart: (told) => `session started${among(told.reason, told.model && `model ${text(told.model)}`)}`,
  SessionEnd: (told) => `session ended${because(told.reason)}`,
  Stop: turnEnded,
  StopFailure: (told) => `turn ended: API error ${text(told.reason) || "unknown"}${among(told.text)}`,
  SubagentStart: (told) => `sub-agent ${text(told.agentType)} started${because(told.text)}`,
  SubagentStop: (told) => `sub-agent ${text(told.agentType)} ended${because(told.text)}`,
  PreCompact: (told) => `context is being compacted${among(told.reason)}`,
  PostCompact: (told) => `context compacted${among(told.reason)}`,
  PreModelSwitch: (told) => `is about to switch from ${text(told.subject)} to ${text(told.model)}${among(told.reason)}`,
  PostModelSwitch: (told) => `switched from ${text(told.subject)} to ${text(told.model)}${among(told.reason)}`,
  Setup: (told) => `was set up${among(told.reason)}`,
  TeammateIdle: (told) => `team-mate ${text(told.subject)} is idle`,
  TaskCreated: (told) => `noted as to be done: ${text(told.subject)}`,
  TaskCompleted: (told) => `noted as done: ${text(told.subject)}`,
  Elicitation: (told) => `MCP server ${text(told.subject)} asks${because(told.text)}`,
  ElicitationResult: (told) => `MCP server ${text(told.subject)} was answered${because(told.reason)}`,
  ConfigChange: (told) => `settings changed${because(text(told.subject) || text(told.reason))}`,
  WorktreeCreate: (told) => `wants a worktree of its own: ${text(told.subject)}`,
  WorktreeRemove: (told) => `removes a worktree of its own: ${text(told.subject)}`,
  InstructionsLoaded: (told) => `loaded ${text(told.subject)}${among(told.reason)}`,
  CwdChanged: (told) => `went to the folder ${text(told.subject)}`,
  FileChanged: (told) => `${text(told.subject)} was ${CHANGES[text(told.reason)] ?? "changed"}`,
  DirectoryAdded: (told) => `may work in ${text(told.subject)}, too${among(told.reason)}`,
  MessageDisplay: (told) => `said${because(told.text)}`,
  BeforeTool: begun,
  AfterTool: done,
  BeforeAgent: (told) => `was told${because(told.text)}`,
  AfterAgent: turnEnded,
  BeforeModel: (told) => `asks the model${among(told.model)}`,
  AfterModel: (told) => `the model answered${because(told.text)}`,
  BeforeToolSelection: (told) => `lets the model choose a tool${among(told.model)}`,
  PreCompress: (told) => `looks whether to compact its context${among(told.reason)}`,
};

/** The events that have a sentence of their own. */
export const TOLD_HOOKS: readonly string[] = Object.keys(SENTENCES);

const CHANGES: Record<string, string> = { add: "added", change: "changed", unlink: "removed" };

/** What tools do, done and to be done: Claude Code's names, then Gemini's and Codex's. */
const VERBS: [tools: string, done: string, base: string][] = [
  ["Bash PowerShell run_shell_command shell exec_command local_shell", "ran", "run"],
  ["Edit MultiEdit NotebookEdit replace apply_patch", "edited", "edit"],
  ["Write write_file", "wrote", "write"],
  ["Read read_file read_many_files view_image", "read", "read"],
  ["Grep search_file_content grep_search", "searched for", "search for"],
  ["Glob glob", "looked for files", "look for files"],
  ["LS list_directory list_dir", "listed", "list"],
  ["WebFetch web_fetch", "fetched", "fetch"],
  ["WebSearch google_web_search web_search", "searched the web for", "search the web for"],
  ["Task Agent", "handed to a sub-agent:", "hand to a sub-agent:"],
  ["TaskCreate", "noted as to be done:", "note as to be done:"],
  ["TaskUpdate TodoWrite write_todos update_plan", "updated its plan:", "update its plan:"],
  ["Skill activate_skill", "used the skill", "use the skill"],
  ["AskUserQuestion ask_user", "asked:", "ask:"],
];
const VERB_BY_TOOL = new Map(VERBS.flatMap(([tools, past, base]) => tools.split(" ").map((tool) => [tool, { past, base }] as const)));

/** A command's time is always told, of other tools only when it is long. */
const LONG_MS = 2_000;

function begun(told: Told): string {
  return `is about to ${base(told)}`;
}

function done(told: Told): string {
  const code = number(told.code);
  const took = duration(told);
  if (told.reason === "interrupted") return `was interrupted when it wanted to ${base(told)}${took}`;
  if (told.reason === "background") return `${past(told)} in the background`;
  if (code !== undefined && code !== 0) return `${past(told)}: exit ${code}${took}`;
  if (told.ok === false) return `could not ${base(told)}${because(told.text)}`;
  const tool = text(told.tool);
  const aside = tool === "Task" || tool === "Agent" ? (told.agentType ? "" : among(told.text)) : among(told.text);
  return `${past(told)}${change(told)}${code === undefined ? "" : `: exit ${code}`}${took}${aside}`;
}

function past(told: Told): string {
  const verb = VERB_BY_TOOL.get(text(told.tool))?.past;
  return verb ? joined(verb, told.subject) : `used ${call(told)}`;
}

function base(told: Told): string {
  const verb = VERB_BY_TOOL.get(text(told.tool))?.base;
  return verb ? joined(verb, told.subject) : `use ${call(told)}`;
}

/** As the agents write it in their rules: Bash(git push). */
function call(told: Told): string {
  const tool = text(told.tool).replace(/^mcp__(.+?)__(.+)$/, "$1: $2") || "a tool";
  return `${tool}${text(told.subject) ? `(${text(told.subject)})` : ""}`;
}

function change(told: Told): string {
  const [lines, added, removed] = [number(told.lines), number(told.added), number(told.removed)];
  if (lines !== undefined) return ` (${lines} ${lines === 1 ? "line" : "lines"})`;
  return added === undefined && removed === undefined ? "" : ` +${added ?? 0} −${removed ?? 0}`;
}

/** 91 ms, 3.2 s, 2 min 5 s; nothing for what was short and no command. */
function duration(told: Told): string {
  const ms = number(told.durationMs);
  if (ms === undefined || (ms < LONG_MS && VERB_BY_TOOL.get(text(told.tool))?.base !== "run")) return "";
  if (ms < 1_000) return ` in ${Math.round(ms)} ms`;
  if (ms < 59_950) return ` in ${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return ` in ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function turnEnded(told: Told): string {
  const count = number(told.count) ?? 0;
  const background = count > 0 ? `, ${count} ${count === 1 ? "task goes" : "tasks go"} on in the background` : "";
  return `turn ended${background}${because(told.text)}`;
}

/** The event's own words: TeamDisbanded is told as "team disbanded". */
function unknownSentence(event: string, told: Told): string {
  const words = event.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  const about = told.tool ? call(told) : text(told.subject);
  return `${joined(words, about)}${among(told.reason)}${because(told.text)}`;
}

function because(value: unknown): string {
  return text(value) ? `: ${text(value)}` : "";
}

function among(...values: unknown[]): string {
  const said = values.map(text).filter(Boolean);
  return said.length > 0 ? ` (${said.join(", ")})` : "";
}

function joined(words: string, subject: unknown): string {
  return text(subject) ? `${words} ${text(subject)}` : words.replace(/:$/, "");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
