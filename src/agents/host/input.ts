// The command's standard input: the prompt, and messages while it runs.
import type { RunSpec } from "../schema.ts";

export type Input = {
  /** Gives a message to the agent; false when it takes none (any more). */
  message(text: string): boolean;
  /** Writes one line of JSON; false when the agent takes nothing any more. */
  send(line: object): boolean;
  /** Closes it; a stream-json agent ends when it has answered and nothing more can come. */
  close(): void;
};

/** What is done with the command's end of a pipe. */
export type Pipe = { write(text: string): unknown; flush(): unknown; end(): unknown };

/** Whether the command gets a pipe at all; some agents wait for the end of any open input that is not /dev/null. */
export function takesInput(spec: RunSpec): boolean {
  return spec.promptBy === "stdin";
}

/** Writes the prompt. Input stays open for messages only where both directions are stream-json. */
export function openInput(spec: RunSpec, pipe: Pipe | undefined): Input {
  let open = pipe !== undefined;

  function write(text: string): boolean {
    if (!pipe || !open) return false;
    try {
      pipe.write(text);
      settle(pipe.flush());
      return true;
    } catch {
      open = false;
      return false;
    }
  }

  function close(): void {
    if (!pipe || !open) return;
    open = false;
    settle(pipe.end());
  }

  const speaksJson = spec.output === "stream-json";
  if (!spec.conversation?.silent) write(speaksJson ? userLine(spec.prompt) : spec.prompt);
  if (!speaksJson) close();
  return {
    message: (text) => speaksJson && write(userLine(text)),
    send: (line) => speaksJson && write(`${JSON.stringify(line)}\n`),
    close,
  };
}

/** One turn of a person in claude's `--input-format stream-json`, which custom agents with both directions must take, too. */
export function userLine(text: string): string {
  return `${JSON.stringify({ type: "user", message: { role: "user", content: [{ type: "text", text }] } })}\n`;
}

/** A command that closed its input or died makes the write fail later; its exit says everything. */
function settle(outcome: unknown): void {
  if (outcome instanceof Promise) outcome.catch(() => {});
}
