// What a person sees of a run: golden text, and the live view in a real terminal.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExitRecord, Question, RunEvent } from "../../src/agents/schema.ts";
import { neutralised } from "../../src/agents/transcript/plain-text.ts";
import { typedLine } from "../../src/agents/view/input.ts";
import { createScreen } from "../../src/agents/view/text.ts";
import { ownCommand } from "../../src/kernel/process.ts";
import { expectGolden } from "../support/command-home.ts";
import { demo, openRuns, runs, until } from "../support/runs.ts";

const event = (kind: RunEvent["kind"], part: Partial<RunEvent>): RunEvent => ({ seq: 1, at: 0, kind, ...part });
const assistant = (block: object, parent: string | null = null) =>
  event("json", { json: { type: "assistant", message: { content: [block] }, parent_tool_use_id: parent } });
const call = (id: string, name: string, input: object, parent: string | null = null) =>
  assistant({ type: "tool_use", id, name, input }, parent);
const answer = (id: string, content: string, is_error = false, parent: string | null = null) =>
  event("json", {
    json: { type: "user", message: { content: [{ type: "tool_result", tool_use_id: id, content, is_error }] }, parent_tool_use_id: parent },
  });
const system = (subtype: string, part: object) => event("json", { json: { type: "system", subtype, ...part } });
const result = (part: object) => event("json", { json: { type: "result", ...part } });

const TREE = "/home/ada/.ccm/tasks/12/tree";
const CHOICES = {
  questions: [
    {
      question: "Which sign?",
      options: [
        { label: "Plus", description: "Add" },
        { label: "Minus", description: "" },
      ],
    },
  ],
};
const EVENTS: RunEvent[] = [
  event("started", { text: 'started agent "Fix the sum"' }),
  system("init", { model: "sonnet", claude_code_version: "2.1.197" }),
  event("json", {
    json: { type: "user", isReplay: true, message: { content: [{ type: "text", text: "# Fix the sum\n\nIt is wrong." }] } },
  }),
  assistant({ type: "thinking", thinking: "The sum?\nThe tests.\nFirst those.\nThen the code.\nThen both." }),
  assistant({
    type: "text",
    text: "I look at the tests first.\nThen I repair what they find, and I say in a sentence that is longer than one line what it was.",
  }),
  call("1", "Bash", { command: `cd ${TREE} && npm test\n`, description: "Run the tests" }),
  answer("1", "1\n2\n3\n4\n5\n6\n7\n8\n", true),
  call("2", "Read", { file_path: `${TREE}/src/sum.js` }),
  answer("2", "1 a\n2 b\n3 c\n4 d\n5 e"),
  call("3", "Edit", { file_path: `${TREE}/src/sum.js`, old_string: "let sum;\nreturn 1;\n", new_string: "let sum;\nreturn sum;\n" }),
  answer("3", "The file has been updated."),
  call("4", "Task", { description: "Look for others", prompt: "Look for other sums." }),
  call("5", "Grep", { pattern: "sum" }, "4"),
  answer("5", "src/a.js", false, "4"),
  answer("4", "One more place.\nagentId: a69 (use SendMessage with to: 'a69')\n<usage>tool_uses: 1</usage>"),
  call("6", "TodoWrite", {
    todos: [
      { content: "Fix it", status: "completed" },
      { content: "Commit", status: "pending" },
    ],
  }),
  call("7", "mcp__forge__open_issue", { depth: 2 }),
  system("api_retry", { attempt: 3, max_retries: 10, retry_delay_ms: 4_012.3, error_status: 529, error: "overloaded" }),
  system("model_fallback", { original_model: "opus", fallback_model: "sonnet", content: "High demand" }),
  system("compact_boundary", { compact_metadata: { trigger: "auto", pre_tokens: 155_000 } }),
  event("json", { json: { type: "rate_limit_event", rate_limit_info: { status: "allowed", rateLimitType: "five_hour" } } }),
  event("json", {
    json: {
      type: "rate_limit_event",
      rate_limit_info: { status: "allowed_warning", rateLimitType: "five_hour", utilization: 0.92, resetsAt: 1_795_262_400 },
    },
  }),
  event("output", { text: "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J bell" }),
  event("hook", { text: "Stop", json: {} }),
  event("message", { text: "use tabs" }),
  event("question", { json: { key: "8", tool: "Bash", input: { command: "git push" }, why: "Pushing is asked for." } }),
  event("answer", { json: { key: "8", tool: "Bash", input: {}, verdict: "deny", text: "ccm merges." } }),
  call("9", "AskUserQuestion", CHOICES),
  event("question", { json: { key: "9", tool: "AskUserQuestion", input: CHOICES, why: "" } }),
  event("answer", { json: { key: "9", tool: "AskUserQuestion", input: {}, verdict: "allow", text: "2" } }),
  event("interrupt", {}),
  event("json", { json: { type: "user", message: { content: [{ type: "text", text: "[Request interrupted by user]" }] } } }),
  result({ is_error: true, subtype: "error_during_execution", num_turns: 9, duration_ms: 15_060, total_cost_usd: 0.0312 }),
  event("json", { json: undefined, text: '{"type":"user","big":"xxxx', file: "12.txt" }),
  system("status", {}),
  assistant({ type: "text", text: "Done." }),
  result({
    is_error: false,
    result: "Done.",
    num_turns: 1,
    duration_ms: 250,
    usage: { input_tokens: 800, cache_read_input_tokens: 52_000 },
  }),
  result({ is_error: true, api_error_status: 429, result: "You have hit your limit", num_turns: 1, duration_ms: 100, total_cost_usd: 0 }),
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

const file = () => createScreen(() => null);
const terminal = (columns: number) => createScreen(() => columns);
const uncoloured = (text: string) => Bun.stripANSI(text);

test("a run in a file: the same lines without colours, unwrapped, their folds without numbers", () => {
  const [plain, wide] = [file(), terminal(1_000)];
  const text = EVENTS.map(plain.event).join("");
  expect(text).toBe(uncoloured(EVENTS.map(wide.event).join("")).replace(/ \(\/more \d+\)/g, ""));
  expect(text).not.toContain("\u001b");
});

test("a run in a terminal of 80 columns: folds have numbers, and continuations keep their indent", () => {
  const screen = terminal(80);
  expectGolden("agents/view-terminal", uncoloured(EVENTS.map(screen.event).join("") + screen.outcome(EXIT)));
});

test("in a terminal of 40 columns: coloured, and no line is longer", () => {
  const wide = answer("1", "a line of an answer that is longer than the terminal", true);
  const lines = terminal(40).event(wide).split("\n");
  expect(lines).toEqual(["\u001b[31m  a line of an answer that is longer\u001b[0m", "\u001b[31m  than the terminal\u001b[0m", ""]);
  const screen = terminal(40);
  for (const one of EVENTS) for (const line of screen.event(one).split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(40);
});

test("a fold is shown whole when it is asked for, and nothing is folded once that is asked for", () => {
  const screen = terminal(80);
  expect(uncoloured(screen.more(null))).toBe("Nothing is folded.\n");
  const nine = answer("1", "1\n2\n3\n4\n5\n6\n7\n8\n9");
  expect(uncoloured(screen.event(nine))).toEndWith("  6\n  … 3 more lines (/more 1)\n");
  expect(uncoloured(screen.event(nine))).toEndWith("  … 3 more lines (/more 2)\n");
  expect(uncoloured(screen.more(null))).toBe("  7\n  8\n  9\n");
  expect(uncoloured(screen.more(1))).toBe("  7\n  8\n  9\n");
  expect(uncoloured(screen.more(3))).toBe("There is no fold 3 any more.\n");
  screen.fold("unfolded");
  expect(uncoloured(screen.event(nine))).toEndWith("  6\n  7\n  8\n  9\n");
});

test.each([
  [{ ...EXIT, code: 3 }, "■ Exited with 3 after 3 min 5 s, 45 MB at most\n"],
  [{ ...EXIT, code: null, signal: "SIGSEGV", endedAt: 400 }, "■ Ended by SIGSEGV after 0.4 s, 45 MB at most\n"],
  [{ ...EXIT, reason: "memoryBytes", endedAt: 7_620_000 }, "■ Ended by its memory limit after 2 h 7 min, 45 MB at most\n"],
  [{ ...EXIT, reason: "parked", endedAt: 9_000 }, "■ Parked until a person answers, after 9.0 s, 45 MB at most\n"],
  [null, "■ The host died; the daemon decides what comes next.\n"],
] as [ExitRecord | null, string][])("the outcome %#", (exit, text) => {
  expect(file().outcome(exit)).toBe(text);
});

test("no control character but newline and tab comes through, nor one that reorders text", () => {
  const all = Array.from({ length: 0x2070 }, (_, code) => String.fromCharCode(code)).join("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
  expect(neutralised(all).match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g)).toBeNull();
  expect(neutralised("tab\tand\nnewline, ä, 日本")).toBe("tab\tand\nnewline, ä, 日本");
});

test("an agent steers no terminal, wherever its words stand", () => {
  const evil = "\u001b]0;title\u0007\u001b[2J\u202e";
  const screen = file();
  const shown = [
    system("init", { model: evil, claude_code_version: evil }),
    system("api_retry", { error: evil, attempt: evil }),
    system("model_fallback", { original_model: evil, fallback_model: evil, content: evil }),
    system("notification", { text: evil }),
    call("1", evil, { file_path: evil, old_string: evil, new_string: `${evil}!` }),
    call("2", "TodoWrite", { todos: [{ content: evil, status: evil }] }),
    event("question", { json: { key: "1", tool: evil, input: { command: evil }, why: evil } }),
    event("question", {
      json: {
        key: "1",
        tool: "AskUserQuestion",
        input: { questions: [{ question: evil, options: [{ label: evil, description: evil }] }] },
        why: "",
      },
    }),
    event("answer", { json: { key: "1", tool: evil, input: {}, verdict: "allow", text: evil } }),
    event("question", { json: { nonsense: evil }, text: evil }),
    event("json", { json: { type: "rate_limit_event", rate_limit_info: { status: evil, rateLimitType: evil } } }),
    result({ is_error: true, subtype: `error_${evil}`, errors: [evil], result: evil }),
  ].map(screen.event);
  for (const text of shown) expect(text).toBe(neutralised(text));
});

describe("what is typed", () => {
  const permission: Question = { key: "k", tool: "Bash", input: { command: "git push" }, why: "" };
  const choice: Question = {
    key: "k",
    tool: "AskUserQuestion",
    input: { questions: [{ question: "Which?", options: [{ label: "A" }, { label: "B" }] }] },
    why: "",
  };
  const answered = ({ key, tool, input }: Question, verdict: "allow" | "deny", text: string) => ({
    kind: "send",
    request: { kind: "answer", answer: { key, tool, input, verdict, text } },
  });
  const message = (text: string) => ({ kind: "send", request: { kind: "message", text } });
  test.each([
    ["  ", null, null],
    [" use tabs ", null, message("use tabs")],
    ["//compact now", null, message("/compact now")],
    ["/interrupt", null, { kind: "send", request: { kind: "interrupt" } }],
    ["/more", null, { kind: "more", number: null }],
    ["/more 12", null, { kind: "more", number: 12 }],
    ["/fold", null, { kind: "show", what: "folded" }],
    ["/unfold", null, { kind: "show", what: "unfolded" }],
    ["/help", null, { kind: "show", what: "help" }],
    ["/allow", null, { kind: "refuse", text: "No question is open." }],
    ["/allow", permission, answered(permission, "allow", "")],
    ["/deny  ccm merges it", permission, answered(permission, "deny", "ccm merges it")],
    ["go on", permission, message("go on")],
    ["2", choice, answered(choice, "allow", "2")],
    ["/deny", choice, answered(choice, "deny", "")],
    ["/quit", null, { kind: "refuse", text: expect.stringContaining('"/quit" is no command') }],
  ] as [string, Question | null, unknown][])("%j", (text, question, typed) => {
    expect(typedLine(text, question)).toEqual(typed as never);
  });
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
