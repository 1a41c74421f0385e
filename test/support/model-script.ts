// What a scripted model says: tracks of steps, and the words to write them with.

/** Tool calls, with ids that the server gives. */
export type Call = { tool: string; input: Record<string, unknown> };
export type Usage = { input_tokens: number; output_tokens: number; cache_creation_input_tokens: number; cache_read_input_tokens: number };

/** One message of the model. With `calls` the agent goes on, without them its turn ends. */
export type Reply = {
  kind: "reply";
  think?: string;
  say?: string;
  calls?: Call[];
  usage?: Partial<Usage>;
  /** Between two pieces of the stream, in ms. */
  pauseMs?: number;
  /** The same calls again and again, until the model is told this. */
  endlessUntilTold?: string;
  /** The message begins at once and comes to its end when the test releases this name. */
  until?: string;
};

/** Something goes wrong `times` times instead; then the next step. `headers` as the vendor sends them with it. */
export type Trouble =
  | { kind: "refuse"; status: number; type: string; message: string; headers?: Record<string, string>; times: number }
  /** The connection is closed: before the first byte, or in the middle of the message. */
  | { kind: "drop"; when: "before" | "middle"; times: number }
  /** Not another byte, until the agent gives up. */
  | { kind: "hang"; when: "before" | "middle"; times: number }
  /** An `error` event in a stream that began well. */
  | { kind: "break"; type: string; message: string; times: number };

export type Step = Reply | Trouble;

/** Steps for the conversations whose first message has this text. A sub-agent's conversation is one of its own. */
export type Track = { name: string; prompt: string; steps: Step[]; headers?: Record<string, string> };

/** In every text of a step: the agent's working directory, its session. */
export type Places = { cwd: string; session: string };

export const say = (text: string, more: Partial<Reply> = {}): Reply => ({ kind: "reply", say: text, ...more });
export const call = (tool: string, input: Record<string, unknown>, more: Partial<Reply> = {}): Reply => ({
  kind: "reply",
  calls: [{ tool, input }],
  ...more,
});
export const shell = (command: string, more: Partial<Reply> = {}): Reply => call("Bash", { command, description: "Scripted" }, more);
export const write = (name: string, content: string): Reply => call("Write", { file_path: `{{cwd}}/${name}`, content });
export const read = (name: string): Reply => call("Read", { file_path: `{{cwd}}/${name}` });
export const edit = (name: string, from: string, to: string): Reply =>
  call("Edit", { file_path: `{{cwd}}/${name}`, old_string: from, new_string: to });
/** Several calls in one message; the agent may run them at the same time. */
export const together = (...replies: Reply[]): Reply => ({ kind: "reply", calls: replies.flatMap((reply) => reply.calls ?? []) });
/** `git add` and `git commit` of everything. */
export const commit = (message: string): Reply => shell(`git add -A && git commit -q -m '${message}' && git log --oneline | head -1`);

/** The vendor's errors, as https://docs.claude.com/en/api/errors lists them. */
export const refuse = (status: number, message: string, more: { headers?: Record<string, string>; times?: number } = {}): Trouble => ({
  kind: "refuse",
  status,
  type: ERROR_TYPES[status] ?? "api_error",
  message,
  times: 1,
  ...more,
});
export const drop = (when: "before" | "middle", times = 1): Trouble => ({ kind: "drop", when, times });
export const hang = (when: "before" | "middle", times = 1): Trouble => ({ kind: "hang", when, times });
export const breakOff = (type: string, message: string, times = 1): Trouble => ({ kind: "break", type, message, times });

const ERROR_TYPES: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  529: "overloaded_error",
};

/** Headers of a reply to an account with a subscription whose five-hour limit is used to that part; `resetsAt` in epoch s. */
export function limitHeaders(status: "allowed" | "allowed_warning" | "rejected", used: number, resetsAt: number): Record<string, string> {
  return {
    "anthropic-ratelimit-unified-status": status,
    "anthropic-ratelimit-unified-reset": String(resetsAt),
    "anthropic-ratelimit-unified-representative-claim": "five_hour",
    "anthropic-ratelimit-unified-5h-utilization": String(used),
    "anthropic-ratelimit-unified-5h-reset": String(resetsAt),
    "anthropic-ratelimit-unified-5h-status": status,
    "anthropic-ratelimit-unified-7d-utilization": "0.41",
    "anthropic-ratelimit-unified-7d-reset": String(resetsAt + 432_000),
    "anthropic-ratelimit-unified-7d-status": "allowed",
  };
}

/** The step with the places filled in. */
export function fillIn<T>(value: T, places: Places): T {
  return JSON.parse(
    JSON.stringify(value, (_, text) =>
      typeof text === "string" ? text.replaceAll("{{cwd}}", places.cwd).replaceAll("{{session}}", places.session) : text,
    ),
  );
}
