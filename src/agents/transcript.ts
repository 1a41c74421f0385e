// What people read of a run: each event as a few plain lines, agents' control characters made harmless.
import type { RunEvent } from "./schema.ts";

/** How a line is meant: the view gives each tone a colour. */
export type Tone = "plain" | "faint" | "tool" | "person" | "good" | "bad";
export type Line = { tone: Tone; text: string };

/** Lines of one tool's answer that are shown; the rest stays in the events. */
const ANSWER_LINES = 6;
/** Characters of one shown line; a tool's argument or a minified file may be endless. */
const LINE_CHARACTERS = 600;

/** What of an event people read. */
type Content = Pick<RunEvent, "kind" | "text" | "json" | "file">;

/** The readable lines of an event; none for what people need not see. */
export function eventLines(event: Content): Line[] {
  const text = event.text ?? "";
  const more = event.file ? [line("faint", `… the rest is in output/${event.file}`)] : [];
  switch (event.kind) {
    case "json":
      return event.file ? [...lines("faint", text), ...more] : jsonLines(event.json);
    case "output":
      return [...lines("plain", text), ...more];
    case "error-output":
      return [...lines("bad", text), ...more];
    case "hook":
      return [];
    case "question":
    case "answer":
    case "interrupt":
    case "message":
      return lines("person", `» ${text}`);
    case "stop":
    case "limit":
      return lines("bad", text);
    case "started":
    case "note":
    case "exited":
      return lines("faint", text);
  }
}

/** Bytes of a run's last lines in its exit record. */
const TAIL_BYTES = 8_000;
/** Characters of one line there, so that one endless line does not push out all others. */
const TAIL_LINE_CHARACTERS = 500;

/** Keeps the last readable lines of the events it is shown. */
export function createTail(): { add(event: Content): void; text(): string } {
  let lines: string[] = [];
  let size = 0;
  return {
    add(event) {
      const added = eventLines(event).map((one) => one.text.slice(0, TAIL_LINE_CHARACTERS));
      size += added.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
      lines.push(...added);
      let dropped = 0;
      while (size > TAIL_BYTES) size -= Buffer.byteLength(lines[dropped++] ?? "") + 1;
      if (dropped > 0) lines = lines.slice(dropped);
    },
    text: () => lines.join("\n"),
  };
}

/** Terminal escapes and other control characters become visible pictures of themselves, so that nothing an agent prints steers a terminal. */
export function neutralised(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, pictureOf);
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return "␡";
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : "�";
}

/** Escape sequences that only colour are dropped, since their pictures would make every coloured line unreadable. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
  return neutralised(text.replace(/\u001b\[[0-9;]*m/g, "").replace(/\r(?=\n|$)/g, ""));
}

function line(tone: Tone, text: string): Line {
  return { tone, text: text.length > LINE_CHARACTERS ? `${text.slice(0, LINE_CHARACTERS)}…` : text };
}

function lines(tone: Tone, text: string): Line[] {
  return plain(text)
    .split("\n")
    .map((one) => line(tone, one));
}

type Json = Record<string, unknown>;

/** The shapes of `--output-format stream-json` as claude 2.1 prints them; objects of other shapes stay in the events only. */
function jsonLines(json: unknown): Line[] {
  if (!isJson(json)) return [];
  if (json.type === "system" && json.subtype === "init") return [line("faint", `model ${plain(String(json.model ?? "unknown"))}`)];
  if (json.type === "result") return resultLines(json);
  if (json.type === "assistant" || json.type === "user") return contentOf(json).flatMap(blockLines);
  return [];
}

function resultLines(json: Json): Line[] {
  const text = typeof json.result === "string" ? json.result : "";
  return text ? lines(json.is_error === true ? "bad" : "good", text) : [];
}

function contentOf(json: Json): unknown[] {
  const content = isJson(json.message) ? json.message.content : undefined;
  if (typeof content === "string") return [{ type: "text", text: content }];
  return Array.isArray(content) ? content : [];
}

function blockLines(block: unknown): Line[] {
  if (!isJson(block)) return [];
  if (block.type === "text" && typeof block.text === "string") return lines("plain", block.text);
  if (block.type === "tool_use")
    return [line("tool", `▸ ${plain(String(block.name))} ${plain(inputText(block.input)).replaceAll("\n", " ")}`.trimEnd())];
  if (block.type === "tool_result") return answerLines(block);
  return [];
}

/** The one argument that says most, else all of them as JSON. */
function inputText(input: unknown): string {
  if (!isJson(input)) return "";
  const telling = input.command ?? input.file_path ?? input.pattern ?? input.description;
  return typeof telling === "string" ? telling : JSON.stringify(input);
}

function answerLines(block: Json): Line[] {
  const content = typeof block.content === "string" ? block.content : textOf(block.content);
  const all = lines(block.is_error === true ? "bad" : "faint", content.trimEnd());
  const shown = all.slice(0, ANSWER_LINES).map((one) => ({ ...one, text: `  ${one.text}` }));
  return all.length > ANSWER_LINES ? [...shown, line("faint", `  … ${all.length - ANSWER_LINES} more lines`)] : shown;
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isJson(part) && typeof part.text === "string" ? part.text : "")).join("\n");
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
