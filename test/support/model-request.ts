// What the Messages API takes, as its vendor documents it: reading a request, and everything that is wrong with it.
// https://docs.claude.com/en/api/messages, …/api/versioning, …/agents-and-tools/tool-use/implement-tool-use

export type Block = {
  type: string;
  text?: string;
  id?: string;
  tool_use_id?: string;
  name?: string;
  input?: unknown;
  content?: string | Block[];
  is_error?: boolean;
};
export type Message = { role: string; content: string | Block[] };
export type Body = {
  model: string;
  max_tokens: number;
  messages: Message[];
  system?: string | Block[];
  tools?: { name: string; type?: string; input_schema?: unknown }[];
  stream?: boolean;
};

/** A message's content as blocks; a string is one text. */
export const blocksOf = ({ content }: Message): Block[] => (typeof content === "string" ? [{ type: "text", text: content }] : content);

/** Everything readable in a content: texts and answers of tools. */
export function textOf(content: string | Block[] | undefined): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  return content.map((block) => block.text ?? textOf(block.content)).join("\n");
}

/** Everything wrong with a request to `POST /v1/messages`, as sentences. `body` is what JSON.parse gave, or undefined. */
export function wrongWith(headers: Headers, body: unknown): string[] {
  if (typeof body !== "object" || body === null) return [...wrongHeaders(headers), "The body is not a JSON object."];
  return [...wrongHeaders(headers), ...wrongFields(body as Partial<Body>), ...wrongMessages((body as Partial<Body>).messages)];
}

/** The version that the vendor asks every request to name. */
const API_VERSION = "2023-06-01";

function wrongHeaders(headers: Headers): string[] {
  const wrong: string[] = [];
  const { version, type } = { version: headers.get("anthropic-version"), type: headers.get("content-type") };
  if (version !== API_VERSION) wrong.push(`The header anthropic-version is "${version}" instead of "${API_VERSION}".`);
  if (!headers.get("x-api-key") && !/^Bearer \S+$/.test(headers.get("authorization") ?? "")) wrong.push("There is no key and no token.");
  if (!type?.startsWith("application/json")) wrong.push(`The content type is "${type}".`);
  return wrong;
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;

function wrongFields(body: Partial<Body>): string[] {
  const wrong: string[] = [];
  if (typeof body.model !== "string" || body.model === "") wrong.push(`The model is ${JSON.stringify(body.model)}.`);
  if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1) wrong.push(`max_tokens is ${body.max_tokens}.`);
  const names = (body.tools ?? []).map((tool) => tool.name);
  for (const tool of body.tools ?? []) {
    if (!TOOL_NAME.test(tool.name)) wrong.push(`A tool is named ${JSON.stringify(tool.name)}.`);
    if (tool.type === undefined && typeof tool.input_schema !== "object") wrong.push(`The tool ${tool.name} has no input_schema.`);
  }
  if (new Set(names).size < names.length) wrong.push("Two tools have one name.");
  return wrong;
}

function wrongMessages(messages: unknown): string[] {
  if (!Array.isArray(messages) || messages.length === 0) return ["There are no messages."];
  const all = messages as Message[];
  const wrong = all.flatMap((message, at) => wrongMessage(message, at));
  if (wrong.length > 0) return wrong;
  if (all[0]?.role !== "user") wrong.push(`The first message is of the ${all[0]?.role}.`);
  return [...wrong, ...wrongTurns(all), ...wrongAnswers(all), ...wrongIds(all)];
}

function wrongMessage({ role, content }: Message, at: number): string[] {
  if (role !== "user" && role !== "assistant" && role !== "system") return [`Message ${at} is of ${JSON.stringify(role)}.`];
  if (typeof content === "string") return content === "" ? [`Message ${at} is empty.`] : [];
  if (!Array.isArray(content) || content.length === 0) return [`Message ${at} has no content.`];
  const empty = content.some((block) => block.type === "text" && !block.text?.trim());
  return empty ? [`Message ${at} has a text without words.`] : [];
}

/**
 * The vendor joins messages of one role; an agent that leaves that to the vendor has lost track of the conversation. New
 * instructions come right after a person: https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
function wrongTurns(messages: readonly Message[]): string[] {
  return messages.flatMap(({ role }, at) => {
    const before = messages[at - 1]?.role;
    if (role === "assistant" && before === "assistant") return [`Messages ${at - 1} and ${at} are both the model's.`];
    return role === "system" && before !== "user" ? [`Message ${at} instructs without a user's before it.`] : [];
  });
}

/** Every call is answered in the message right after it, before anything else there, and nothing else is answered. */
function wrongAnswers(messages: readonly Message[]): string[] {
  return messages.flatMap((message, at) => {
    const calls = callsOf(messages[at - 1]);
    const blocks = message.role === "user" ? blocksOf(message) : [];
    const answers = blocks.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id ?? ""] : []));
    const areFirst = blocks.slice(0, answers.length).every((block) => block.type === "tool_result");
    return [
      ...calls.filter((id) => !answers.includes(id)).map((id) => `Message ${at} does not answer the call ${id}.`),
      ...answers
        .filter((id) => !calls.includes(id))
        .map((id) => `Message ${at} answers the call ${id}, which is not in the message before.`),
      ...(areFirst ? [] : [`Message ${at} says something before it answers a call.`]),
    ];
  });
}

function wrongIds(messages: readonly Message[]): string[] {
  const ids = messages.flatMap(callsOf);
  const open = messages.at(-1)?.role === "assistant" ? callsOf(messages.at(-1)) : [];
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `The call ${id} is there twice.`),
    ...open.map((id) => `The call ${id} is not answered.`),
  ];
}

function callsOf(message: Message | undefined): string[] {
  if (message?.role !== "assistant") return [];
  return blocksOf(message).flatMap((block) => (block.type === "tool_use" ? [block.id ?? ""] : []));
}
