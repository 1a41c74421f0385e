// The events of a streamed message, as https://docs.claude.com/en/docs/build-with-claude/streaming describes them, whole or broken.
import type { Usage } from "./model-script.ts";

export type ContentBlock =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: unknown };

export type Answer = {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: ContentBlock[];
  stop_reason: "end_turn" | "tool_use";
  stop_sequence: null;
  usage: Usage & { cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number } };
};

/** How a stream differs from one that comes at once and whole. */
export type Manner = {
  pauseMs: number;
  /** Waited for after the first piece. */
  until: Promise<void> | null;
  /** What happens in the middle instead of the rest. */
  end: "whole" | "drop" | "hang" | { type: string; message: string };
};

type Event = { name: string; fields: Record<string, unknown> };

/** A hanging stream ends when the agent gives it up. */
export function streamed(answer: Answer, manner: Manner, headers: Record<string, string>): Response {
  const events = eventsOf(answer);
  const middle = Math.ceil(events.length / 2);
  const encoder = new TextEncoder();
  const encode = ({ name, fields }: Event) => encoder.encode(`event: ${name}\ndata: ${JSON.stringify({ type: name, ...fields })}\n\n`);
  async function* pieces() {
    for (const [at, event] of events.entries()) {
      if (at === middle && manner.until) await manner.until;
      if (at === middle && manner.end !== "whole") {
        yield* broken(manner.end);
        return;
      }
      yield encode(event);
      if (manner.pauseMs > 0) await Bun.sleep(manner.pauseMs);
    }
  }
  async function* broken(end: Exclude<Manner["end"], "whole">) {
    if (end === "hang") await forever();
    else if (end === "drop") throw new Error("The connection is closed here.");
    else yield encode({ name: "error", fields: { error: end } });
  }
  return new Response(pieces(), { headers: { "content-type": "text/event-stream", "cache-control": "no-cache", ...headers } });
}

export const forever = (): Promise<never> => new Promise(() => {});

function eventsOf(answer: Answer): Event[] {
  const start = { ...answer, content: [], stop_reason: null, usage: { ...answer.usage, output_tokens: 1 } };
  const end = { delta: { stop_reason: answer.stop_reason, stop_sequence: null }, usage: answer.usage };
  return [
    { name: "message_start", fields: { message: start } },
    ...answer.content.flatMap(eventsOfBlock),
    { name: "message_delta", fields: end },
    { name: "message_stop", fields: {} },
  ];
}

function eventsOfBlock(block: ContentBlock, index: number): Event[] {
  return [
    { name: "content_block_start", fields: { index, content_block: emptied(block) } },
    ...deltasOf(block).map((delta) => ({ name: "content_block_delta", fields: { index, delta } })),
    { name: "content_block_stop", fields: { index } },
  ];
}

function emptied(block: ContentBlock): ContentBlock {
  if (block.type === "text") return { ...block, text: "" };
  if (block.type === "thinking") return { ...block, thinking: "", signature: "" };
  return { ...block, input: {} };
}

/** Characters of a call's input in one piece: the vendor sends a few words at a time. */
const PIECE = 60;
/** A text in pieces of this size: a long one would take thousands of events. */
const WORDS = /(?:\S+\s*|\s+){1,8}/g;

function deltasOf(block: ContentBlock): Record<string, unknown>[] {
  if (block.type === "text") return (block.text.match(WORDS) ?? []).map((text) => ({ type: "text_delta", text }));
  if (block.type === "thinking")
    return [
      { type: "thinking_delta", thinking: block.thinking },
      { type: "signature_delta", signature: block.signature },
    ];
  const json = JSON.stringify(block.input);
  const size = Math.max(PIECE, Math.ceil(json.length / 1_000));
  return Array.from({ length: Math.ceil(json.length / size) }, (_, at) => ({
    type: "input_json_delta",
    partial_json: json.slice(at * size, (at + 1) * size),
  }));
}
