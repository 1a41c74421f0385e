// Rules on tools in claude's syntax, as far as ccm itself needs them: `Bash(git push:*)`, `WebFetch`, `mcp__server__*`. Pure.

import { TOOL_RULE } from "../hooks/rules.ts";
import { jsonOf } from "../kernel/json.ts";

/** A call of a tool with its input as the agent gives it. */
export type AskedCall = { tool: string; input: unknown };

/** What separates commands in a line for a shell. A courtesy to people: the sandbox is what holds a determined agent. */
const SEPARATORS = /&&|\|\||[;|\n&]/;

/** Whether a rule is about this call. For Bash, `prefix:*` and `*` in the rule are matched with each command of the line. */
export function matchesRule(rule: string, { tool, input }: AskedCall): boolean {
  const [, name = "", about] = TOOL_RULE.exec(rule.trim()) ?? [];
  if (!wildcard(name).test(tool)) return false;
  if (about === undefined) return true;
  const pattern = wildcard(about.endsWith(":*") ? `${about.slice(0, -2)}*` : about);
  return subjects(tool, input).some((subject) => pattern.test(subject));
}

function subjects(tool: string, input: unknown): string[] {
  const fields = jsonOf(input);
  if (tool === "Bash" && typeof fields.command === "string") return fields.command.split(SEPARATORS).map((command) => command.trim());
  return [fields.file_path, fields.notebook_path, fields.url, fields.path, fields.query].filter((value) => typeof value === "string");
}

function wildcard(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
