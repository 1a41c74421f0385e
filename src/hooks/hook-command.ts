// `ccm hook <Event>`: what agents start for a hook. Asks the run's host or leaves a line in its spool; never in the agent's way.
import { readSync, writeSync } from "node:fs";
import { appendToSpool } from "./spool.ts";

/** Input beyond this is read and dropped, as the host's endpoint does. */
const INPUT_BYTES = 16_000_000;
/** What a pipe holds on Linux. */
const CHUNK_BYTES = 65_536;

/**
 * Events whose answer changes what the agent does: of Claude Code and Codex, then of Gemini. All others are only recorded,
 * which needs no host.
 */
const ANSWERED = "PreToolUse PermissionRequest UserPromptSubmit SessionStart Stop SubagentStop BeforeTool BeforeAgent AfterAgent".split(
  " ",
);

/**
 * Reads the hook from standard input and prints the host's answer, if there is one; a call that no host judges is refused.
 * Always exits with 0: for agents, other
 * codes and what is on the error output are orders. Outside of a run it reads and does nothing.
 */
export async function main(words: string[]): Promise<number> {
  try {
    await hook(words[0] || "unnamed", process.env);
  } catch {
    // Whatever is wrong with ccm, the agent goes on.
  }
  return process.exit(0); // A host that hangs must not keep the agent waiting.
}

type Environment = Record<string, string | undefined>;

async function hook(event: string, env: Environment): Promise<void> {
  const body = readInput();
  const { CCM_RUN_URL: url, CCM_RUN_TOKEN: token, CCM_RUN_SPOOL: spool } = env;
  if (!env.CCM_RUN) return;
  const at = Date.now();
  if (ANSWERED.includes(event) && url && token) {
    const { ask } = await import("./hook-question.ts");
    const answer = await ask({ url, token, event, body });
    if (answer !== undefined) return print(answer);
  }
  print(refusalOf(event));
  if (spool) appendToSpool(spool, event, body, at);
}

/** What nobody has judged in time is refused, before a call of a tool; every other event goes on. */
function refusalOf(event: string): string {
  const reason = "The host of this run does not answer, so nobody can say whether this may be. Try it again.";
  if (event === "BeforeTool") return JSON.stringify({ decision: "deny", reason });
  if (event !== "PreToolUse") return "{}";
  return JSON.stringify({
    hookSpecificOutput: { hookEventName: event, permissionDecision: "deny", permissionDecisionReason: reason },
  });
}

function readInput(): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let got = read(); got.length > 0; got = read()) {
    size += got.length;
    if (size <= INPUT_BYTES) parts.push(got);
  }
  if (size > INPUT_BYTES) return new TextEncoder().encode(JSON.stringify({ note: `The body of ${size} bytes was not kept.` }));
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

function read(): Uint8Array {
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    try {
      return chunk.subarray(0, readSync(0, chunk));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EAGAIN") throw thrown;
      Bun.sleepSync(1); // The agent's end of the pipe is ours, too, and does not wait.
    }
  }
}

/** `{}` is no opinion, and so is nothing. */
function print(answer: string): void {
  const bytes = new TextEncoder().encode(answer === "{}" ? "" : `${answer}\n`);
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(1, bytes.subarray(from));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== "EAGAIN") throw thrown;
      Bun.sleepSync(1);
    }
  }
}
