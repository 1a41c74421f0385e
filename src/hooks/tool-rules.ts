// Rules on tools in claude's syntax: `Bash(git push:*)`, `WebFetch`, `mcp__server__*`. Pure.
import { jsonOf } from "../kernel/json.ts";

/** A tool's name, perhaps with what its calls are about in parentheses. */
export const TOOL_RULE = /^([\w*-]+)(?:\((.*)\))?$/s;

/** Whether a rule is about a call of this tool that is about one of these subjects. A rule without parentheses is about every call. */
export function matchesRule(rule: string, tool: string, subjects: readonly string[]): boolean {
  const [, name = "", about] = TOOL_RULE.exec(rule.trim()) ?? [];
  if (name === "" || !wildcard(name).test(tool)) return false;
  if (about === undefined) return true;
  const pattern = wildcard(about.endsWith(":*") ? `${about.slice(0, -2)}*` : about);
  return subjects.some((subject) => pattern.test(subject));
}

/** What calls of tools other than shells are about. */
export function subjectsOf(input: unknown): string[] {
  const { file_path, notebook_path, absolute_path, url, path, query } = jsonOf(input);
  return [file_path, notebook_path, absolute_path, url, path, query].filter((value) => typeof value === "string");
}

function wildcard(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}
