// Calls of tools as agents write them down: what they are about, and when two calls, or two answers, are the same. Pure.
import { type Json, jsonOf } from "../../kernel/json.ts";
import type { ToolCall } from "./signs.ts";

/** Characters of a call's subject: a line of a terminal, and a bit. */
const SUBJECT_CHARACTERS = 200;

/** Tools that change files: claude's, gemini's and codex's names. */
const EDITS = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit", "write_file", "replace", "apply_patch"]);

/** With these an agent asks how work beside its turn gets on; the same answer many times only means that it takes long. */
const POLLS = new Set(["TaskOutput", "BashOutput", "AgentOutput", "Monitor", "TaskGet", "TaskList"]);

/** What an agent's own words say about one call. Takes anything. */
export function toolCall(given: { key: string; tool: string; input: unknown; parent: string | null }): ToolCall {
  const { key, tool, input, parent } = given;
  const signature = POLLS.has(tool) ? "" : fingerprint(`${tool} ${sorted(input)}`);
  return { key, tool, subject: subjectOf(input), signature, edits: EDITS.has(tool), parent };
}

/** The one argument that says most, on one line, cut. */
function subjectOf(input: unknown): string {
  const fields = jsonOf(input);
  const telling = [
    fields.command,
    fields.file_path,
    fields.notebook_path,
    fields.path,
    fields.pattern,
    fields.url,
    fields.query,
    fields.description,
    fields.subject,
    fields.prompt,
  ].find((value) => typeof value === "string" && value !== "");
  const text = typeof telling === "string" ? telling : Object.keys(fields).length > 0 ? JSON.stringify(fields) : "";
  return text.replace(/\s+/g, " ").trim().slice(0, SUBJECT_CHARACTERS);
}

/** What differs between two answers that say the same: times of day, how long it took, addresses and ids. */
const INCIDENTAL = [
  /\d{4}-\d\d-\d\d[T _]\d\d[:_-]\d\d(?:[:_-]\d\d(?:[.,_]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g,
  /\b\d+(?:[.,]\d+)?\s?(?:ns|µs|us|ms|s|sec|secs|seconds|min|minutes)\b/gi,
  /\b0x[0-9a-f]{4,}\b/gi,
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi,
  /\b(?:pid|process|port)[ :=]+\d+/gi,
];

/** Characters of an answer that are compared: where two answers differ, they differ early, or in what is at their end. */
const COMPARED_CHARACTERS = 20_000;

/** The same for the same answer. Takes anything. */
export function answerMark(content: unknown): string {
  const text = typeof content === "string" ? content : sorted(content);
  const compared = text.length > COMPARED_CHARACTERS ? text.slice(0, COMPARED_CHARACTERS / 2) + text.slice(-COMPARED_CHARACTERS / 2) : text;
  return fingerprint(INCIDENTAL.reduce((rest, pattern) => rest.replace(pattern, "…"), compared));
}

/** Wyhash is not for secrets; here a false match in 2^64 costs nothing. */
function fingerprint(text: string): string {
  return Bun.hash(text).toString(36);
}

/** JSON with the keys of every object in order, so that the same input gives the same text; depth is cut. */
function sorted(value: unknown, depth = 0): string {
  if (typeof value !== "object" || value === null || depth > MOST_DEPTH) return JSON.stringify(value) ?? "";
  if (Array.isArray(value)) return `[${value.map((one) => sorted(one, depth + 1)).join(",")}]`;
  const fields = value as Json;
  const pairs = Object.keys(fields)
    .filter((key) => key !== "description")
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sorted(fields[key], depth + 1)}`);
  return `{${pairs.join(",")}}`;
}

/** Deeper than any tool's input; what is below is taken as it comes. */
const MOST_DEPTH = 20;
