// Rules on tools in claude's syntax: `Bash(git push:*)`, `WebFetch`, `mcp__server__*`. Pure.
import { jsonOf } from "../../kernel/json.ts";

/** A tool's name, perhaps with what its calls are about in parentheses. */
export const TOOL_RULE = /^([\w*-]+)(?:\((.*)\))?$/s;

/** Whether a rule is about a call of this tool that is about one of these subjects. A rule without parentheses is about every call. */
export function matchesRule(rule: string, tool: string, subjects: readonly string[]): boolean {
  const [, name = "", about] = TOOL_RULE.exec(rule.trim()) ?? [];
  if (name === "" || !matchesWildcard(name, tool)) return false;
  if (about === undefined) return true;
  const pattern = about.endsWith(":*") ? `${about.slice(0, -2)}*` : about;
  return subjects.some((subject) => matchesWildcard(pattern, subject));
}

/** What calls of tools other than shells are about. */
export function subjectsOf(input: unknown): string[] {
  const { file_path, notebook_path, absolute_path, url, path, query } = jsonOf(input);
  return [file_path, notebook_path, absolute_path, url, path, query].filter((value) => typeof value === "string");
}

/** `*` stands for anything. By hand: a regular expression with ten stars takes for ever on a text that an agent may choose. */
function matchesWildcard(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let i = 0; i < text.length; ) {
    if (pattern[at] === "*") [star, resume, at] = [at, i, at + 1];
    else if (pattern[at] === text[i]) [at, i] = [at + 1, i + 1];
    else if (star >= 0) [at, i, resume] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
