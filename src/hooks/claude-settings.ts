// The settings that make Claude Code tell its host everything: the value of its `--settings`. Pure.

import type { AutomationOrder } from "./schema.ts";

/**
 * Events that are posted to the host. Names and what each does: Claude Code 2.1.197 and 2.1.330, tried with all of them
 * hooked; an answer of `{}` is no opinion, so hooking these changes nothing that the agent does, and a name that a version
 * does not know is passed over. Three are left out on purpose: WorktreeCreate, since a hook there replaces the making of
 * the worktree; WorktreeRemove, where an answer says that the worktree was removed; PreModelSwitch, where none in time
 * refuses the switch.
 */
export const POSTED_EVENTS = [
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "Notification",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "SessionEnd",
  "Stop",
  "StopFailure",
  "SubagentStart",
  "SubagentStop",
  "PreCompact",
  "PostCompact",
  "PostModelSwitch",
  "PermissionRequest",
  "PermissionDenied",
  "TeammateIdle",
  "TaskCreated",
  "TaskCompleted",
  "Elicitation",
  "ElicitationResult",
  "ConfigChange",
  "InstructionsLoaded",
  "CwdChanged",
  "FileChanged",
  "DirectoryAdded",
  "MessageDisplay",
] as const;

/** Claude Code skips http hooks for these without a word. */
export const COMMANDED_EVENTS = ["SessionStart", "Setup"] as const;

/** Events for which the agent waits as long as its host wants to think, as for a person's answer. */
const HELD_EVENTS: readonly string[] = ["PreToolUse", "PermissionRequest"];
/** The host answers in milliseconds; a host that does not must not hold up the agent at every step. */
const TIMEOUT_SECONDS = 5;
/** FileChanged needs files to watch: those that change what commands of the project do. */
const WATCHED_FILES = ".env|.envrc";

/** A program of 6 ms has no use for compilers: without them a hook takes 1.4 times an empty program, not 1.6 times. */
export const HOOK_ENGINE = { BUN_JSC_useJIT: "0" };

export type ClaudeHooks = {
  /** The words that start ccm, see `ownCommand`. */
  ccm: readonly string[];
  /** How long the host may hold back its answer to PreToolUse and PermissionRequest, in seconds. */
  answerSeconds: number;
  /** The run's automations: at their events the agent waits for all of them. */
  automations?: readonly Pick<AutomationOrder, "events" | "deadlineMs">[];
};

/**
 * JSON for `--settings`, which adds to the person's own hooks. `{runUrl}` in it is for the host to fill in, and the token
 * stays in the environment. A person's `disableAllHooks` would switch off these, too; said here, it does not.
 * Source: https://code.claude.com/docs/en/hooks.
 */
export function claudeSettings({ ccm, answerSeconds, automations = [] }: ClaudeHooks): string {
  const secondsFor = (event: string) => (HELD_EVENTS.includes(event) ? answerSeconds : TIMEOUT_SECONDS + secondsOf(automations, event));
  const posted = POSTED_EVENTS.map((event) => [event, [postHook(event, secondsFor(event))]]);
  const commanded = COMMANDED_EVENTS.map((event) => [event, [commandHook(event, ccm, secondsFor(event))]]);
  return JSON.stringify({ disableAllHooks: false, hooks: Object.fromEntries([...commanded, ...posted]) });
}

/** Automations run one after another. */
function secondsOf(automations: readonly Pick<AutomationOrder, "events" | "deadlineMs">[], event: string): number {
  const deadlines = automations.filter(({ events }) => events.includes(event)).map(({ deadlineMs }) => deadlineMs);
  return Math.ceil(deadlines.reduce((sum, ms) => sum + ms, 0) / 1_000);
}

function postHook(event: string, timeout: number) {
  const headers = { Authorization: "Bearer $CCM_RUN_TOKEN" };
  const hook = { type: "http", url: `{runUrl}/hook/${event}`, timeout, headers, allowedEnvVars: ["CCM_RUN_TOKEN"] };
  return event === "FileChanged" ? { matcher: WATCHED_FILES, hooks: [hook] } : { hooks: [hook] };
}

function commandHook(event: string, ccm: readonly string[], timeout: number) {
  const engine = Object.entries(HOOK_ENGINE).map((pair) => pair.join("="));
  const command = [...engine, ...[...ccm, "hook", event].map(quoted)].join(" ");
  return { hooks: [{ type: "command", command, timeout }] };
}

/** One word of a POSIX shell, whatever is in it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
