// The scripted model server is a Messages API: the real agents work with it, and it refuses what the vendor would refuse.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { agentEnvironment } from "../../support/claude-environment.ts";
import { CLAUDE_VERSIONS } from "../../support/claude-versions.ts";
import { afterThisTest } from "../../support/clean-up.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { edit, read, refuse, type Step, say, shell, type Track, together, write } from "../../support/model-script.ts";
import { type ModelServer, openModelServer } from "../../support/model-server.ts";
import { makeRepository } from "../../support/repository.ts";
import { testWithClaude } from "../../support/with-claude.ts";

type Result = { is_error: boolean; terminal_reason: string; result: string; api_error_status: number | null; num_turns: number };

/** Runs one prompt to its end in a repository of its own, and gives the frame that the CLI ends with. */
async function runAlone(executable: string, prompt: string, server: ModelServer): Promise<{ cwd: string; result: Result; exit: number }> {
  const { path: cwd } = makeRepository();
  const words = ["-p", prompt, "--output-format", "stream-json", "--verbose", "--dangerously-skip-permissions"];
  const env = { PATH: process.env.PATH ?? "", HOME: temporaryFolder("alone"), IS_SANDBOX: "1", ...agentEnvironment(server.url) };
  const child = Bun.spawn([executable, ...words], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const lines = (await child.stdout.text()).trim().split("\n");
  return { cwd, result: JSON.parse(lines.at(-1) ?? "{}"), exit: await child.exited };
}

function serve(...steps: Step[]): ModelServer {
  const tracks: Track[] = [{ name: "alone", prompt: "Begin", steps }];
  const server = openModelServer(tracks);
  afterThisTest(() => server.stop());
  return server;
}

for (const version of CLAUDE_VERSIONS) {
  describe(`Claude Code ${version}`, () => {
    testWithClaude(
      "writes, reads, edits and runs what the script says, and asks nothing that the vendor would refuse",
      async (executable) => {
        const work = [
          write("a.txt", "one\n"),
          read("a.txt"),
          edit("a.txt", "one", "two"),
          together(shell("echo left"), shell("echo right")),
        ];
        const server = serve(...work, say("It is done."));
        const { cwd, result, exit } = await runAlone(executable, "Begin", server);
        expect({ exit, wrong: server.wrong }).toEqual({ exit: 0, wrong: [] });
        expect(result).toMatchObject({ is_error: false, terminal_reason: "completed", result: "It is done." });
        expect(readFileSync(join(cwd, "a.txt"), "utf8")).toBe("two\n");
        expect(server.asked.filter(({ track }) => track === "alone").map(({ step }) => step)).toEqual([0, 1, 2, 3, 4]);
      },
      version,
    );

    testWithClaude(
      "ends at once when its credit is used up",
      async (executable) => {
        const server = serve(refuse(400, "Your credit balance is too low to access the Anthropic API.", { times: 50 }));
        const { result, exit } = await runAlone(executable, "Begin", server);
        expect({ exit, error: result.is_error, status: result.api_error_status }).toEqual({ exit: 1, error: true, status: 400 });
      },
      version,
    );
  });
}

describe("the server", () => {
  let server: ModelServer;
  beforeEach(() => {
    server = openModelServer([]);
  });
  afterEach(() => server.stop());

  const HEADERS = { "content-type": "application/json", "anthropic-version": "2023-06-01", "x-api-key": "dummy" };
  const ask = { role: "user", content: "Begin" };
  const called = { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "Bash", input: {} }] };
  const answered = { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "ok" }] };
  const body = (part: object) => ({ model: "some-model", max_tokens: 100, messages: [ask], ...part });

  async function post(part: object, headers: Record<string, string> = HEADERS): Promise<number> {
    const response = await fetch(`${server.url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(body(part)) });
    await response.text();
    return response.status;
  }

  test("takes what the vendor takes", async () => {
    expect(await post({ messages: [ask, called, answered] })).toBe(200);
    expect(await post({}, { ...HEADERS, "x-api-key": "", authorization: "Bearer dummy" })).toBe(200);
    expect(server.wrong).toEqual([]);
  });

  const refused: [string, object, RegExp][] = [
    ["no model", { model: "" }, /^The model is "".$/],
    ["no room for an answer", { max_tokens: 0 }, /^max_tokens is 0.$/],
    ["no messages", { messages: [] }, /^There are no messages.$/],
    ["a model that speaks first", { messages: [{ role: "assistant", content: "Hello" }] }, /^The first message is of the assistant.$/],
    ["a text without words", { messages: [{ role: "user", content: [{ type: "text", text: " " }] }] }, /has a text without words/],
    ["a call without an answer", { messages: [ask, called, ask] }, /^Message 2 does not answer the call toolu_1.$/],
    ["a call at the end", { messages: [ask, called] }, /^The call toolu_1 is not answered.$/],
    ["an answer without a call", { messages: [ask, answered] }, /^Message 1 answers the call toolu_1/],
    ["two tools of one name", { tools: [0, 1].map(() => ({ name: "Bash", input_schema: {} })) }, /^Two tools have one name.$/],
  ];
  test.each(refused)("refuses %s", async (_, part, sentence) => {
    expect(await post(part)).toBe(400);
    expect(server.wrong).toEqual([expect.stringMatching(sentence)]);
  });

  test("refuses a request without a key or a version, and a path that it does not have", async () => {
    expect(await post({}, { "content-type": "application/json" })).toBe(400);
    expect((await fetch(`${server.url}/v1/complete`, { method: "POST" })).status).toBe(404);
    expect(server.wrong).toEqual([
      'The header anthropic-version is "null" instead of "2023-06-01".',
      "There is no key and no token.",
      "There is no POST /v1/complete.",
    ]);
  });
});
