// What the demo agent prints: the lines of `--output-format stream-json` that claude 2.1 prints for the same work.
import type { Outcome } from "./agent.ts";

export type Speech = {
  begin(): void;
  say(text: string): void;
  /** Says that it replaces a text in a file; the caller does it. */
  edit(path: string, before: string, after: string): void;
  /** Runs a shell command, printing call and answer as an agent's tool use. */
  shell(command: string): Promise<{ code: number; text: string }>;
  result(outcome: Outcome): void;
};

/** Bytes of a command's output that the answer shows. */
const ANSWER_BYTES = 16_000;

export function createSpeech(write: (line: string) => void): Speech {
  const startedMs = performance.now();
  let tools = 0;
  const print = (json: unknown) => write(`${JSON.stringify(json)}\n`);
  const assistant = (block: unknown) => print({ type: "assistant", message: { role: "assistant", content: [block] } });

  function use(name: string, input: Record<string, string>): string {
    tools += 1;
    assistant({ type: "tool_use", id: `tool-${tools}`, name, input });
    return `tool-${tools}`;
  }

  function answer(id: string, content: string, code: number): void {
    print({ type: "user", message: { role: "user", content: [{ type: "tool_result", tool_use_id: id, content, is_error: code !== 0 }] } });
  }

  return {
    begin: () => print({ type: "system", subtype: "init", model: "none (scripted)", cwd: process.cwd() }),
    say: (text) => assistant({ type: "text", text }),
    edit(path, before, after) {
      answer(use("Edit", { file_path: path, old_string: before, new_string: after }), "edited", 0);
    },
    async shell(command) {
      const id = use("Bash", { command });
      const child = Bun.spawn(["sh", "-c", `{ ${command}\n} 2>&1`], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
      const text = await new Response(child.stdout).text();
      const code = await child.exited;
      answer(id, text.slice(0, ANSWER_BYTES), code);
      return { code, text };
    },
    result({ code, text }) {
      const failed = code !== 0;
      const how = {
        subtype: failed ? "error_during_execution" : "success",
        is_error: failed,
        terminal_reason: failed ? "failed" : "completed",
      };
      print({
        type: "result",
        ...how,
        result: text,
        num_turns: tools + 1,
        duration_ms: Math.round(performance.now() - startedMs),
        total_cost_usd: 0,
      });
    },
  };
}
