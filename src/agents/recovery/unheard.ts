// What a person said to a run and its agent never took up: found in what a killed host wrote. Pure.
import { jsonOf, textOf } from "../../kernel/json.ts";
import type { RunEvent } from "../schema.ts";

/** The text of a frame with a user's message in claude's stream: words, or blocks of them. */
export function messageText(frame: Record<string, unknown>): string {
  const { content } = jsonOf(frame.message);
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((block) => textOf(jsonOf(block).text) ?? "").join("") : "";
}

/**
 * Messages that the host took, oldest first, without those that the agent echoed (`isReplay`), which is when it takes one up.
 * Until then a message is only in the pipe or in the agent's memory, and dies with them.
 */
export function unheardMessages(events: readonly RunEvent[]): string[] {
  const unheard: string[] = [];
  for (const { kind, text = "", json } of events) {
    if (kind === "message") unheard.push(text);
    const frame = jsonOf(json);
    if (kind !== "json" || frame.type !== "user" || frame.isReplay !== true) continue;
    const at = unheard.findIndex((one) => one.trim() === messageText(frame).trim());
    if (at >= 0) unheard.splice(at, 1);
  }
  return unheard;
}
