// Claude Code as ccm starts it: one process a run over stream-json in both directions. Pure.
import type { AgentSettings } from "../config.ts";

/** What the words of a claude are made from. `settingsJson` is for `--settings`, which user settings cannot switch off. */
export type ClaudeOrder = {
  settings: Partial<AgentSettings>;
  settingsJson: string;
  session: string;
  resumed: boolean;
};

/**
 * The command line, checked with 2.1.197 and 2.1.330: `--verbose` is needed for stream-json, `--replay-user-messages`
 * acknowledges each message, `--permission-prompt-tool stdio` asks on the stream what would else be refused.
 */
export function claudeWords({ settings, settingsJson, session, resumed }: ClaudeOrder): string[] {
  const each = (flag: string, values: readonly string[] | undefined) => (values?.length ? [flag, ...values] : []);
  const one = (flag: string, value: string | number | undefined) => (value === undefined ? [] : [flag, String(value)]);
  return [
    settings.command ?? "claude",
    "-p",
    ...["--input-format", "stream-json", "--output-format", "stream-json", "--verbose", "--replay-user-messages"],
    ...["--permission-prompt-tool", "stdio", "--permission-mode", settings.permissionMode ?? "bypassPermissions"],
    ...(resumed ? ["--resume", session] : ["--session-id", session]),
    ...["--settings", settingsJson],
    ...one("--model", settings.model),
    ...one("--fallback-model", settings.fallbackModel),
    ...one("--max-turns", settings.maxTurns),
    ...one("--max-budget-usd", settings.maxBudgetUsd),
    ...each("--allowedTools", settings.allowedTools),
    ...each("--disallowedTools", settings.disallowedTools),
    ...each("--add-dir", settings.extraDirectories),
    ...(settings.mcpServers ? ["--mcp-config", JSON.stringify({ mcpServers: settings.mcpServers })] : []),
    ...(settings.args ?? []),
  ];
}

/**
 * Variables of a claude, below what the person configures. IS_SANDBOX says what is true, and lets root skip permissions,
 * which claude refuses otherwise. Updates are the person's business, not that of ten agents at once in a sandbox.
 */
export function claudeEnvironment(sandboxed: "sandboxed" | "open"): Record<string, string> {
  return { DISABLE_AUTOUPDATER: "1", ...(sandboxed === "sandboxed" ? { IS_SANDBOX: "1" } : {}) };
}
