// A scripted Anthropic Messages API on loopback for real agents: it refuses and remembers every request that the vendor would
// refuse, plays its tracks to any number of agents at once, and keeps what it was asked.

import { callId } from "./model-place.ts";
import { type Conversation, openPlay, type Play, type Played } from "./model-play.ts";
import { type Body, type Message, textOf, wrongWith } from "./model-request.ts";
import { fillIn, type Reply, say, type Track, type Usage } from "./model-script.ts";
import { type Answer, type ContentBlock, forever, streamed } from "./model-stream.ts";

/** One request to `POST /v1/messages`, and what the script said to it. */
export type Asked = { at: number; session: string; track: string; step: number; model: string; messages: Message[]; tools: string[] };

export type ModelServer = {
  url: string;
  /** In order of arrival; the messages of a conversation come again with each of its requests. */
  asked: Asked[];
  /** Everything that the vendor would have refused, and every path that it does not have. */
  wrong: string[];
  /** What a track was asked last, or undefined. */
  last(track: string): Asked | undefined;
  /** Lets go on what waits `until` this name, now and later. */
  release(name: string): void;
  stop(): Promise<void>;
};

/** How the CLI begins a request for a summary of the conversation, when it compacts. */
const COMPACTION = /create a detailed summary of (?:the|this|our) (?:conversation|RECENT)/i;

/** `hostname` is an address of this machine. */
export function openModelServer(tracks: readonly Track[], hostname = "127.0.0.1"): ModelServer {
  const [asked, wrong]: [Asked[], string[]] = [[], []];
  const play = openPlay(tracks);

  async function messages(request: Request): Promise<Response> {
    const body = parsed(await request.text());
    const faults = wrongWith(request.headers, body);
    wrong.push(...faults);
    if (faults.length > 0) return refusal({ status: 400, type: "invalid_request_error", message: faults.join(" ") });
    const conversation = conversationOf(request.headers, body as Body);
    const played = play.next(conversation);
    asked.push(askedBy(conversation, played));
    return await answer(play, played, conversation);
  }

  const server = Bun.serve({
    hostname,
    port: 0,
    idleTimeout: 0, // A hang is the agent's to end.
    maxRequestBodySize: 32 * 1024 * 1024, // The vendor's own limit.
    development: false, // Or a connection that is dropped on purpose prints its error.
    async fetch(request) {
      const route = `${request.method} ${new URL(request.url).pathname}`;
      if (route === "POST /v1/messages") return await messages(request);
      if (route === "POST /v1/messages/count_tokens") return Response.json({ input_tokens: Math.ceil((await request.text()).length / 4) });
      if (route === "GET /v1/models") return Response.json({ data: [], has_more: false, first_id: null, last_id: null });
      if (route === "HEAD /" || route === "GET /") return new Response(null); // Whether anybody is there.
      wrong.push(`There is no ${route}.`);
      return refusal({ status: 404, type: "not_found_error", message: `There is no ${route}.` });
    },
  });
  return {
    url: `http://${hostname}:${server.port}`,
    asked,
    wrong,
    last: (track) => asked.findLast((one) => one.track === track),
    release: play.release,
    stop: () => server.stop(true),
  };
}

function askedBy({ body, places }: Conversation, { track, step }: Played): Asked {
  const { model, messages, tools = [] } = body;
  return { at: Date.now(), session: places.session, track: track?.name ?? "", step, model, messages, tools: tools.map(({ name }) => name) };
}

async function answer(play: Play, { track, step, reply }: Played, { body, places }: Conversation): Promise<Response> {
  const headers = { "request-id": `req_${crypto.randomUUID()}`, ...track?.headers };
  if (reply.kind === "refuse") return refusal(reply, { ...headers, ...reply.headers });
  if (reply.kind === "drop" && reply.when === "before") return dropped(headers);
  if (reply.kind === "hang" && reply.when === "before") return await forever();
  const filled = reply.kind === "reply" ? fillIn(reply, places) : say("This message will not come to its end, whatever it says.");
  const whole = answerOf(filled, { track: track?.name ?? "none", step, model: body.model });
  if (body.stream) return streamed(whole, play.mannerOf(reply), headers);
  await play.mannerOf(reply).until;
  return reply.kind === "reply" ? Response.json(whole, { headers }) : dropped(headers);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Agents of one session, sub-agents included, name it in a header; their system prompt names the working directory. */
function conversationOf(headers: Headers, body: Body): Conversation {
  const said = [textOf(body.system), ...body.messages.map(({ content }) => textOf(content))];
  const cwd = /(?:Primary working directory|Working directory|cwd): (\/[^\n]+)/i.exec(said.join("\n"))?.[1]?.trim() ?? "";
  const session = headers.get("x-claude-code-session-id") ?? "";
  return { body, places: { cwd, session }, isCompaction: COMPACTION.test(said.at(-1) ?? "") };
}

function refusal(of: { status: number; type: string; message: string }, headers: Record<string, string> = {}): Response {
  return Response.json({ type: "error", error: { type: of.type, message: of.message } }, { status: of.status, headers });
}

function dropped(headers: Record<string, string>): Response {
  async function* nothing(): AsyncGenerator<Uint8Array> {
    yield await Promise.reject(new Error("The connection is closed here."));
  }
  return new Response(nothing(), { headers });
}

const USAGE: Usage = { input_tokens: 1_000, output_tokens: 50, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function answerOf(reply: Reply, from: { track: string; step: number; model: string }): Answer {
  const salt = crypto.randomUUID().slice(0, 8);
  const content: ContentBlock[] = [];
  if (reply.think) content.push({ type: "thinking", thinking: reply.think, signature: "c2lnbmVk" });
  if (reply.say) content.push({ type: "text", text: reply.say });
  for (const [nth, { tool, input }] of (reply.calls ?? []).entries())
    content.push({ type: "tool_use", id: callId(from.track, from.step, nth, salt), name: tool, input });
  const usage = { ...USAGE, ...reply.usage };
  const written = { ephemeral_5m_input_tokens: usage.cache_creation_input_tokens, ephemeral_1h_input_tokens: 0 };
  return {
    id: `msg_${crypto.randomUUID().replaceAll("-", "")}`,
    type: "message",
    role: "assistant",
    model: from.model,
    content,
    stop_reason: reply.calls ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: { ...usage, cache_creation: written },
  };
}
