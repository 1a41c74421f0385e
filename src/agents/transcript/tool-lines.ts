// How a tool's call and its answer read: the call as a headline, an edit as a small diff, a long answer folded.

import { type Json, jsonOf, listOf } from "../../kernel/json.ts";
import { CHOICE_TOOL, choicesOf } from "../question-text.ts";
import { folded, indented, type Line, line, lines, shortened } from "./lines.ts";

/** Lines of an answer that are shown; of what was only read, fewer: it is in the tree for everybody. */
const ANSWER_LINES = 6;
const READ_LINES = 3;
/** Lines of a diff that are shown. */
const DIFF_LINES = 16;
/** Lines of a command below its first. */
const COMMAND_LINES = 4;
/** Characters of a headline: three lines of a terminal. */
const HEADLINE_CHARACTERS = 240;

/** What claude puts in the place of an empty answer. */
const NO_OUTPUT = "(Bash completed with no output)";
/** What claude adds to a sub-agent's answer for the agent: how to go on with it, and its figures. */
const TRAILER = /\n?agentId: \w+ \(use SendMessage [\s\S]*$/;
const READERS = new Set(["Read", "Grep", "Glob", "LS", "WebFetch", "WebSearch"]);
/** Their calls say it all; that it worked is the rule. */
const SILENT = new Set(["Edit", "MultiEdit", "Write", "NotebookEdit", "TodoWrite", "TaskCreate", "TaskUpdate"]);

/** A call as claude names it: https://docs.anthropic.com/en/docs/claude-code/settings lists the tools, `mcp__server__tool` are others. */
export function callLines(tool: string, input: unknown): Line[] {
  const given = jsonOf(input);
  if (tool === "Bash" && typeof given.command === "string") return commandLines(given.command);
  if (tool === CHOICE_TOOL) return [headline(nameOf(tool), choicesOf(input)[0]?.question ?? "")];
  if (tool === "TodoWrite" && Array.isArray(given.todos)) return [headline("Todo", ""), ...todoLines(given.todos)];
  const changes = changesOf(given);
  if (changes.length === 0) return [headline(nameOf(tool), subjectOf(given))];
  const diff = changes.flatMap(diffLines);
  const count = (tone: Line["tone"]) => diff.filter((one) => one.tone === tone).length;
  const size = [count("added") > 0 ? `+${count("added")}` : "", count("removed") > 0 ? `−${count("removed")}` : ""];
  return [headline(nameOf(tool), [subjectOf(given), ...size].filter(Boolean).join(" ")), ...indented(folded(diff, DIFF_LINES), "  ")];
}

/** What the tool answered; `tool` is empty when its call was not seen. */
export function answerLines(tool: string, content: unknown, outcome: "ok" | "error"): Line[] {
  if (outcome === "ok" && SILENT.has(tool)) return [];
  const text = textOf(content).replace(TRAILER, "").trimEnd();
  if (text === "" || text === NO_OUTPUT) return [];
  const all = lines(outcome === "error" ? "bad" : "faint", outcome === "error" ? unwrapped(text) : text);
  return indented(folded(all, READERS.has(tool) && outcome === "ok" ? READ_LINES : ANSWER_LINES), "  ");
}

/** What a call is about, in few words: the one argument that says most, else all of them as JSON. */
function subjectOf(input: Json): string {
  const telling = input.command ?? input.file_path ?? input.notebook_path ?? input.pattern ?? input.subject ?? input.description;
  const text = typeof telling === "string" ? telling : (input.url ?? input.query ?? JSON.stringify(input));
  return text === "{}" ? "" : inTree(String(text));
}

/** `mcp__server__tool` is how claude names a tool of an MCP server. */
function nameOf(tool: string): string {
  const [, server, name] = /^mcp__(.+?)__(.+)$/.exec(tool) ?? [];
  return server ? `${server}: ${name}` : tool;
}

function headline(name: string, subject: string): Line {
  return line("tool", shortened(`▸ ${name} ${subject}`.trimEnd(), HEADLINE_CHARACTERS));
}

function commandLines(command: string): Line[] {
  const [first = "", ...rest] = inTree(command.trim()).split("\n");
  const below = rest.flatMap((one) => lines("tool", one));
  return [headline("Bash", first), ...indented(folded(below, COMMAND_LINES), "    ")];
}

/** Where a task's tree is says nothing to people who look at that very task: its files are named from there. */
function inTree(text: string): string {
  return text
    .replace(/(?:\/[^\s"'`:;|&()]+)?\/tasks\/[1-9]\d*\/tree(?:\/(?=\w)|\b)/g, (tree) => (tree.endsWith("/") ? "" : "."))
    .replace(/^cd \. && /, "");
}

type Change = { old: string; new: string };

/** Inputs of Edit, MultiEdit, Write and NotebookEdit. */
function changesOf(input: Json): Change[] {
  if (Array.isArray(input.edits)) return input.edits.map(jsonOf).flatMap(changesOf);
  const after = input.new_string ?? input.content ?? input.new_source;
  if (typeof after !== "string") return [];
  return [{ old: typeof input.old_string === "string" ? input.old_string : "", new: after }];
}

/** Lines that both begin or end with are left out: an edit names more around what it changes than people need. */
function diffLines(change: Change): Line[] {
  const before = splitLines(change.old);
  const after = splitLines(change.new);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [
    ...before.slice(start, before.length - end).flatMap((one) => lines("removed", `− ${one}`)),
    ...after.slice(start, after.length - end).flatMap((one) => lines("added", `+ ${one}`)),
  ];
}

function splitLines(text: string): string[] {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  return all;
}

const TODO_MARKS: Record<string, string> = { completed: "☑", in_progress: "▶", pending: "☐" };

function todoLines(todos: readonly unknown[]): Line[] {
  const shown = todos.map(jsonOf).map((one) => {
    const mark = TODO_MARKS[String(one.status)] ?? "☐";
    return line(one.status === "completed" ? "faint" : "plain", `  ${mark} ${String(one.content ?? one.subject ?? "")}`);
  });
  return folded(shown, DIFF_LINES);
}

/** Refusals come wrapped: `<tool_use_error>File does not exist.</tool_use_error>`. */
function unwrapped(text: string): string {
  return text.replace(/^<tool_use_error>([\s\S]*)<\/tool_use_error>$/, "$1");
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = listOf(content).map(jsonOf);
  return parts.map((part) => (typeof part.text === "string" ? part.text : `[${String(part.type)}]`)).join("\n");
}
