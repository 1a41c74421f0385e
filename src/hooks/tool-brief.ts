// What a hook says of one call of a tool: what it was about, whether it worked, what it changed. Pure, and takes anything.
import { type Json, jsonOf } from "../kernel/json.ts";
import { pathIn } from "./bodies.ts";
import { addedAndRemoved, type LineCount, lineCount } from "./line-counts.ts";
import { oneLine } from "./one-line.ts";
import type { HookBrief } from "./schema.ts";

const NAME_BYTES = 60;
const SUBJECT_BYTES = 300;
const TEXT_BYTES = 400;

type Brief = Omit<HookBrief, "event">;

export function toolBrief(event: string, body: Json): Brief {
  const tool = oneLine(body.tool_name, NAME_BYTES);
  const call = { tool, subject: subjectOf(body) };
  if (event === "PermissionRequest" || event === "PreToolUse" || event === "BeforeTool") return call;
  if (event === "PermissionDenied") return { ...call, ok: false, text: oneLine(body.reason, TEXT_BYTES) };
  const durationMs = typeof body.duration_ms === "number" && body.duration_ms >= 0 ? Math.round(body.duration_ms) : undefined;
  if (event === "PostToolUseFailure") return { ...call, ...failureOf(body), durationMs };
  return { ...call, ...outcomeOf(body), durationMs };
}

/** Arguments by which a call is known, the most telling first: of Claude Code's, Codex's and Gemini's own tools, and of most others. */
const TELLING =
  "command cmd file_path notebook_path absolute_path pattern query url subject description name path dir_path skill prompt".split(" ");
const PATHS = new Set("file_path notebook_path absolute_path path dir_path".split(" "));

function subjectOf(body: Json): string {
  const input = jsonOf(body.tool_input);
  const patched = patchedFile(input);
  if (patched !== "") return oneLine(pathIn(body.cwd, patched), SUBJECT_BYTES);
  const key = TELLING.find((one) => wordsOf(input[one]) !== "");
  if (key === undefined) return otherSubject(input);
  const words = wordsOf(input[key]);
  return oneLine(PATHS.has(key) ? pathIn(body.cwd, words) : withoutFolder(words, body.cwd), SUBJECT_BYTES);
}

/** Questions to a person, changed entries of a list, and at last whatever the first argument says. */
function otherSubject(input: Json): string {
  const question = jsonOf(Array.isArray(input.questions) ? input.questions[0] : undefined).question;
  const entry = typeof input.taskId === "string" ? `task ${input.taskId} ${wordsOf(input.status)}`.trim() : "";
  const first = Object.values(input).find((one) => typeof one === "string");
  return oneLine(question, SUBJECT_BYTES) || oneLine(entry, SUBJECT_BYTES) || oneLine(first, SUBJECT_BYTES);
}

/** A command may be a text, or (Codex) a list of words. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.filter((word) => typeof word === "string").join(" ");
  return typeof value === "string" ? value.trim() : "";
}

/** Agents put the folder they are in before many a command. */
function withoutFolder(command: string, cwd: unknown): string {
  const prefix = typeof cwd === "string" ? `cd ${cwd} && ` : "";
  return command.startsWith(prefix) ? command.slice(prefix.length) : command;
}

/** The first file of Codex's patch format: https://github.com/openai/codex (apply-patch). */
function patchedFile(input: Json): string {
  return /^\*\*\* (?:Add|Update|Delete) File: (.+)$/m.exec(patchOf(input))?.[1] ?? "";
}

function patchOf(input: Json): string {
  const patch = [input.input, input.patch, input.command].map(wordsOf).find((text) => text.includes("*** Begin Patch"));
  return patch ?? "";
}

/** "Exit code 3", then what the command printed: https://code.claude.com/docs/en/hooks, and tried. */
function failureOf(body: Json): Brief {
  const error = typeof body.error === "string" ? body.error : "";
  const [, code, rest] = /^Exit code (\d{1,3})\n?([\s\S]*)$/.exec(error) ?? [];
  const reason = body.is_interrupt === true ? "interrupted" : undefined;
  return { ok: false, code: code === undefined ? undefined : Number(code), reason, text: oneLine(rest ?? error, TEXT_BYTES) };
}

function outcomeOf(body: Json): Brief {
  const answer = jsonOf(body.tool_response);
  const error = answer.error === undefined ? "" : oneLine(jsonOf(answer.error).message ?? answer.error, TEXT_BYTES) || "error";
  const code = exitCode(answer);
  const reason = answer.interrupted === true ? "interrupted" : typeof answer.backgroundTaskId === "string" ? "background" : undefined;
  const ok = body.tool_response === answer ? error === "" && (code ?? 0) === 0 && answer.interrupted !== true : undefined;
  const note = oneLine(answer.returnCodeInterpretation, TEXT_BYTES);
  const subagent = oneLine(answer.agentType ?? jsonOf(body.tool_input).subagent_type, NAME_BYTES);
  return { ok, code, reason, text: error || note || subagent, ...(ok === false ? {} : changeOf(body, answer)) };
}

/** As a field (Codex), or as a line among what the model reads (Gemini). */
function exitCode(answer: Json): number | undefined {
  const field = answer.exit_code ?? answer.exitCode ?? jsonOf(answer.metadata).exit_code;
  if (typeof field === "number" && Number.isInteger(field)) return field;
  const line = typeof answer.llmContent === "string" ? /^Exit Code: (\d{1,3})$/m.exec(answer.llmContent.slice(-TAIL_CHARACTERS)) : null;
  return line ? Number(line[1]) : undefined;
}

/** Gemini's exit code stands below the output. */
const TAIL_CHARACTERS = 2_000;

/** Lines that a call wrote: all of a new file, else those that came and went. */
function changeOf(body: Json, answer: Json): LineCount {
  const input = jsonOf(body.tool_input);
  const isNew = answer.type === "create" || jsonOf(answer.returnDisplay).isNewFile === true;
  if (isNew && typeof input.content === "string") return { lines: lineCount(input.content) };
  return addedAndRemoved({ hunks: answer.structuredPatch, stat: jsonOf(answer.returnDisplay).diffStat, input, patch: patchOf(input) });
}
