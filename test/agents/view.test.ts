// What a person sees of a run: golden text, and the live view in a real terminal.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExitRecord, RunEvent } from "../../src/agents/schema.ts";
import { neutralised } from "../../src/agents/transcript.ts";
import { shownEvent, shownOutcome } from "../../src/agents/view-text.ts";
import { ownCommand } from "../../src/kernel/process.ts";
import { demo, openRuns, runs, until } from "../support/runs.ts";

const event = (kind: RunEvent["kind"], part: Partial<RunEvent>): RunEvent => ({ seq: 1, at: 0, kind, ...part });
const assistant = (block: object) => event("json", { json: { type: "assistant", message: { content: [block] } } });
const answer = (content: string, is_error = false) =>
  event("json", { json: { type: "user", message: { content: [{ type: "tool_result", content, is_error }] } } });

const EVENTS: RunEvent[] = [
  event("started", { text: 'started agent "Fix the sum"' }),
  event("json", { json: { type: "system", subtype: "init", model: "sonnet" } }),
  assistant({
    type: "text",
    text: "I look at the tests first.\nThen I repair what they find, and I say in a sentence that is longer than one line what it was.",
  }),
  assistant({ type: "tool_use", name: "Bash", input: { command: "npm test\n", description: "Run the tests" } }),
  answer("1\n2\n3\n4\n5\n6\n7\n8\n", true),
  assistant({ type: "tool_use", name: "Task", input: { depth: 2 } }),
  event("output", { text: "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J bell" }),
  event("message", { text: "use tabs" }),
  event("json", { text: '{"type":"user","big":"xxxx', file: "12.txt" }),
  event("json", { json: { type: "system", subtype: "status" } }),
  event("json", { json: { type: "result", is_error: false, result: "Done." } }),
];

const EXIT: ExitRecord = {
  code: 0,
  signal: null,
  reason: "exited",
  startedAt: 0,
  endedAt: 185_000,
  peakMemoryBytes: 45e6,
  outputBytes: 0,
  tail: "",
  result: null,
  undelivered: [],
};

test("a run in a file: plain lines", () => {
  expect(EVENTS.map((one) => shownEvent(one, { columns: null })).join("") + shownOutcome(EXIT, { columns: null })).toBe(
    `started agent "Fix the sum"
model sonnet
I look at the tests first.
Then I repair what they find, and I say in a sentence that is longer than one line what it was.
▸ Bash npm test
  1
  2
  3
  4
  5
  6
  … 2 more lines
▸ Task {"depth":2}
red ␛]0;title␇ ␛[2J bell
» use tabs
{"type":"user","big":"xxxx
… the rest is in output/12.txt
Done.
■ Exited with 0 after 3 min 5 s, 45 MB at most
`,
  );
});

test("in a terminal of 40 columns: coloured, folded, and continuations keep their indent", () => {
  const wide = answer("a line of an answer that is longer than the terminal", true);
  const lines = shownEvent(wide, { columns: 40 }).split("\n");
  expect(lines).toEqual(["\u001b[31m  a line of an answer that is longer \u001b[0m", "\u001b[31m  than the terminal\u001b[0m", ""]);
  for (const one of EVENTS)
    for (const line of shownEvent(one, { columns: 40 }).split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(40);
});

test.each([
  [{ ...EXIT, code: 3 }, "■ Exited with 3 after 3 min 5 s, 45 MB at most\n"],
  [{ ...EXIT, code: null, signal: "SIGSEGV", endedAt: 400 }, "■ Ended by SIGSEGV after 0.4 s, 45 MB at most\n"],
  [{ ...EXIT, reason: "memoryBytes", endedAt: 7_620_000 }, "■ Ended by its memory limit after 2 h 7 min, 45 MB at most\n"],
  [null, "■ The host died; the daemon decides what comes next.\n"],
] as [ExitRecord | null, string][])("the outcome %#", (exit, text) => {
  expect(shownOutcome(exit, { columns: null })).toBe(text);
});

test("no control character but newline and tab comes through, nor one that reorders text", () => {
  const all = Array.from({ length: 0x2070 }, (_, code) => String.fromCharCode(code)).join("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
  expect(neutralised(all).match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g)).toBeNull();
  expect(neutralised("tab\tand\nnewline, ä, 日本")).toBe("tab\tand\nnewline, ä, 日本");
});

describe("ccm view", () => {
  const environment = (home: string) => ({
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    CCM_HOME: home,
    TERM: "xterm-256color",
  });

  test("prints a run as it goes on, and how it ended", async () => {
    const lab = openRuns();
    lab.launch(demo("demo: say working\ndemo: await-message\ndemo: no-change"));
    const view = Bun.spawn([...ownCommand(), "view", "r1"], {
      env: environment(lab.paths.home),
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    await until(
      "the agent to work",
      () => existsSync(lab.paths.run(1).events) && readFileSync(lab.paths.run(1).events, "utf8").includes("working"),
    );
    lab.hosts.request(1, { kind: "message", text: "go on" });
    const text = await new Response(view.stdout).text();
    expect(text).toStartWith('started agent "Try it"\nmodel none (scripted)\nworking\n');
    expect(text).toContain("» go on\nYou said: go on\n");
    expect(text).toMatch(/■ Exited with 0 after [\d.]+ s, \d+ MB at most\n$/);
    expect(await view.exited).toBe(0);
  });

  test("sends typed lines to the agent; Ctrl-C leaves the run alone", async () => {
    const lab = openRuns();
    lab.launch(demo("demo: await-message\ndemo: write heard yes\ndemo: await-message\ndemo: no-change"));
    let shown = "";
    const view = Bun.spawn([...ownCommand(), "view", "1"], {
      env: environment(lab.paths.home),
      terminal: { cols: 80, rows: 24, data: (_, bytes) => (shown += new TextDecoder().decode(bytes)) },
    });
    await until("the view to begin", () => shown.includes("model none"));
    view.terminal?.write("use tabs\n");
    expect(await lab.wrote("heard")).toBe("yes");
    await until("the message to be shown", () => shown.includes("You said: use tabs"));
    view.terminal?.write("\u0003");
    await view.exited;
    const state = lab.hosts.look(1);
    expect(state.kind).toBe("live");
    expect(runs(state.kind === "live" ? state.pid : 0)).toBe(true);
    lab.hosts.request(1, { kind: "stop", how: "now" });
    await lab.ended();
  });

  test("names a run that is not there", () => {
    const lab = openRuns();
    writeFileSync(join(lab.tree, "unused"), "");
    const view = Bun.spawnSync([...ownCommand(), "view", "r9"], { env: environment(lab.paths.home), stderr: "pipe" });
    expect(view.exitCode).not.toBe(0);
    expect(view.stderr.toString()).toContain('There is no run "r9".');
  });
});
