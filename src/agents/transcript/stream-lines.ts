// How the lines of `--output-format stream-json` read, as claude 2.1 prints them; objects of other shapes stay in the events only.

import { type Json, jsonOf, listOf } from "../../kernel/json.ts";
import { interruptedLines, limitLines, resultLines, systemLines } from "./frame-lines.ts";
import { folded, indented, type Line, line, lines, shortened } from "./lines.ts";
import { answerLines, callLines } from "./tool-lines.ts";

/** Lines of what the agent thinks, and of what a program told it, that are shown. */
const ASIDE_LINES = 3;
/** Characters of a message that the agent has taken: enough to know which it was. */
const HEARD_CHARACTERS = 60;
/** Calls whose answers have not come; an agent has a handful, and one that never answers must not be kept for ever. */
const OPEN_CALLS = 200;

/** Reads a stream's lines in order: an answer is told by what its call was, a result by what was said last. */
export function createStreamReader(): (frame: unknown) => Line[] {
  const calls = new Map<string, string>();
  const turn = { said: "", interrupted: false };

  function block(item: Json, frame: Json): Line[] {
    if (item.type === "text" && typeof item.text === "string") return frame.type === "user" ? told(frame, item.text) : say(item.text);
    if (item.type === "thinking" && typeof item.thinking === "string") return folded(lines("faint", item.thinking.trim()), ASIDE_LINES);
    if (item.type === "tool_use" || item.type === "server_tool_use") return call(item);
    if (item.type === "tool_result") return answer(item);
    return [];
  }

  function say(text: string): Line[] {
    turn.said = text;
    return lines("plain", text);
  }

  function call(item: Json): Line[] {
    if (calls.size >= OPEN_CALLS) calls.clear();
    calls.set(String(item.id), String(item.name));
    return callLines(String(item.name), item.input);
  }

  function answer(item: Json): Line[] {
    const tool = calls.get(String(item.tool_use_id)) ?? "";
    calls.delete(String(item.tool_use_id));
    return answerLines(tool, item.content, item.is_error === true ? "error" : "ok");
  }

  function told(frame: Json, text: string): Line[] {
    if (text.startsWith("[Request interrupted by user")) {
      turn.interrupted = true;
      return [];
    }
    const first = text.trim().split("\n", 1)[0] ?? "";
    if (frame.isReplay === true) return [line("faint", `✓ the agent has read: ${shortened(first, HEARD_CHARACTERS)}`)];
    return folded(lines("faint", text.trim()), ASIDE_LINES);
  }

  return (frame) => {
    const json = jsonOf(frame);
    if (json.type === "system") return systemLines(json);
    if (json.type === "rate_limit_event") return limitLines(json.rate_limit_info);
    if (json.type === "result") {
      const { said, interrupted } = turn;
      Object.assign(turn, { said: "", interrupted: false });
      return interrupted ? interruptedLines(json) : resultLines(json, said);
    }
    if (json.type !== "assistant" && json.type !== "user") return [];
    const shown = contentOf(json).flatMap((item) => block(item, json));
    return typeof json.parent_tool_use_id === "string" ? indented(shown, "│ ") : shown;
  };
}

/** The blocks of a message; one that is only text is a single block. */
function contentOf(frame: Json): Json[] {
  const { content } = jsonOf(frame.message);
  return typeof content === "string" ? [{ type: "text", text: content }] : listOf(content).map(jsonOf);
}
