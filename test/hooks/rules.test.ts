// Hooks in words: every recorded body, and the tools of three agents.
import { describe, expect, test } from "bun:test";
import { hookBrief } from "../../src/hooks/actions.ts";
import { hookSentence, isNoise, TOLD_HOOKS } from "../../src/hooks/rules.ts";
import { HOOKS } from "../../src/hooks/schema.ts";
import { type Agent, samples } from "./samples.ts";

const told = (event: string, body: unknown) => hookSentence(hookBrief(event, body));
const CWD = "/home/ada/app";

describe("every recorded hook", () => {
  const SENTENCES: Record<Agent, Record<string, string[]>> = {
    claude: {
      ConfigChange: ["settings changed: .claude/settings.local.json"],
      CwdChanged: ["went to the folder /home/dev/work"],
      FileChanged: [".env was changed"],
      InstructionsLoaded: ["loaded CLAUDE.md (session_start)"],
      MessageDisplay: ["said: bye"],
      Notification: ["Claude needs your permission", "Claude is waiting for your input"],
      PermissionRequest: [`asks to allow: Bash(node -e "console.log(41+1)")`, "asks to allow: Write(int.txt)"],
      PostCompact: ["context compacted (manual)"],
      PostToolBatch: ["finished 1 call of tools"],
      PostToolUse: [
        `ran node -e "console.log(1)" in 236 ms`,
        "wrote h.txt (1 line)",
        "noted as to be done: T1",
        "updated its plan: task 1 completed",
        "handed to a sub-agent: sub job (general-purpose)",
        "used StructuredOutput",
        "used ccm: ping",
      ],
      PostToolUseFailure: ["ran echo oops >&2; exit 3: exit 3 in 91 ms"],
      PreCompact: ["context is being compacted (manual)"],
      PreToolUse: [
        `is about to run node -e "console.log(1)"`,
        "is about to write h.txt",
        "is about to note as to be done: T1",
        "is about to update its plan: task 1 completed",
        "is about to hand to a sub-agent: sub job",
        "is about to use StructuredOutput",
        "is about to use TaskList",
        "is about to use ccm: ping",
      ],
      SessionEnd: ["session ended: other", "session ended: clear", "session ended: prompt_input_exit"],
      SessionStart: ["session started (startup)", "session started (clear)"],
      Setup: ["was set up (init)"],
      Stop: ["turn ended: bye"],
      StopFailure: [
        "turn ended: API error server_error (API Error: 500 Internal server error. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (127.0.0.1:36247).)",
        "turn ended: API error billing_error (Credit balance is too low)",
        "turn ended: API error rate_limit (API Error: Request rejected (429) · This request would exceed your account's rate limit. Please try again later.)",
      ],
      SubagentStart: ["sub-agent general-purpose started"],
      SubagentStop: ["sub-agent general-purpose ended: subagent done"],
      TaskCompleted: ["noted as done: T1"],
      TaskCreated: ["noted as to be done: T1"],
      UserPromptExpansion: ["was given the command: /greet Bob"],
      UserPromptSubmit: ["was told: hi"],
      WorktreeCreate: ["wants a worktree of its own: feat2"],
    },
    gemini: {
      AfterAgent: ["turn ended: Done by gemini."],
      AfterModel: ["the model answered"],
      AfterTool: ["wrote add.js (1 line)"],
      BeforeAgent: ["was told: add a function"],
      BeforeModel: ["asks the model (gemini-2.5-flash)"],
      BeforeTool: ["is about to write add.js"],
      BeforeToolSelection: ["lets the model choose a tool (gemini-2.5-flash)"],
      PreCompress: ["looks whether to compact its context (auto)"],
      SessionEnd: ["session ended: exit"],
      SessionStart: ["session started (startup)"],
    },
    codex: {
      PostToolUse: ["ran echo hi; exit 3"],
      PreToolUse: ["is about to run echo hi; exit 3"],
      SessionEnd: ["session ended: other"],
      SessionStart: ["session started (startup, model gpt-5.2-codex)"],
      Stop: ["turn ended: end"],
      UserPromptSubmit: ["was told: x"],
    },
  };

  test("is told like this", () => {
    const found: typeof SENTENCES = { claude: {}, gemini: {}, codex: {} };
    for (const { agent, event, body } of samples) {
      found[agent][event] ??= [];
      found[agent][event].push(told(event, body));
    }
    expect(found).toEqual(SENTENCES);
  });

  test("that is known to any schema has a sentence of its own", () => {
    const known = new Set(Object.values(HOOKS).flatMap((events) => Object.keys(events)));
    expect([...TOLD_HOOKS].sort()).toEqual([...known].sort());
  });
});

describe("a call of a tool", () => {
  const call = (tool_name: string, tool_input: unknown, more: Record<string, unknown> = {}) => ({
    cwd: CWD,
    tool_name,
    tool_input,
    ...more,
  });
  const hunk = (...lines: string[]) => ({ oldStart: 1, newStart: 1, lines });

  test.each([
    [
      "a failed command",
      "PostToolUseFailure",
      call("Bash", { command: "npm test" }, { error: "Exit code 1\n2 failed", duration_ms: 3_204 }),
      "ran npm test: exit 1 in 3.2 s",
    ],
    [
      "a command in the folder it is in anyway",
      "PostToolUse",
      call("Bash", { command: `cd ${CWD} && npm test` }, { tool_response: { stdout: "" }, duration_ms: 125_000 }),
      "ran npm test in 2 min 5 s",
    ],
    [
      "just under a minute",
      "PostToolUse",
      call("Bash", { command: "a" }, { tool_response: {}, duration_ms: 59_960 }),
      "ran a in 1 min 0 s",
    ],
    ["a command of several lines", "PostToolUse", call("Bash", { command: "a \\\n  b\n\tc" }, { tool_response: {} }), "ran a \\ b c"],
    [
      "a command that goes on",
      "PostToolUse",
      call("Bash", { command: "npm start" }, { tool_response: { backgroundTaskId: "b1" } }),
      "ran npm start in the background",
    ],
    [
      "a command whose code means something",
      "PostToolUse",
      call("Bash", { command: "grep x y" }, { tool_response: { returnCodeInterpretation: "No matches found" } }),
      "ran grep x y (No matches found)",
    ],
    [
      "an interrupted command",
      "PostToolUseFailure",
      call("Bash", { command: "sleep 9" }, { error: "", is_interrupt: true, duration_ms: 2_000 }),
      "was interrupted when it wanted to run sleep 9 in 2.0 s",
    ],
    [
      "an edit",
      "PostToolUse",
      call(
        "Edit",
        { file_path: `${CWD}/sum.js`, old_string: "a", new_string: "b" },
        { tool_response: { structuredPatch: [hunk(" x", "-a", "+b"), hunk("+c")] } },
      ),
      "edited sum.js +2 −1",
    ],
    [
      "an edit without a patch",
      "PostToolUse",
      call("Edit", { file_path: `${CWD}/sum.js`, old_string: "x\na\ny", new_string: "x\nb\nc\ny" }, { tool_response: {} }),
      "edited sum.js +2 −1",
    ],
    [
      "an edit that failed",
      "PostToolUseFailure",
      call("Edit", { file_path: `${CWD}/sum.js` }, { error: "String to replace not found in file." }),
      "could not edit sum.js: String to replace not found in file.",
    ],
    [
      "a new file",
      "PostToolUse",
      call("Write", { file_path: `${CWD}/add.js`, content: "a\n".repeat(12) }, { tool_response: { type: "create" } }),
      "wrote add.js (12 lines)",
    ],
    [
      "a file written anew",
      "PostToolUse",
      call(
        "Write",
        { file_path: `${CWD}/add.js`, content: "a\nb\n" },
        { tool_response: { type: "update", structuredPatch: [hunk("+b")] } },
      ),
      "wrote add.js +1 −0",
    ],
    ["a file outside", "PostToolUse", call("Read", { file_path: "/etc/hosts" }, { tool_response: {}, duration_ms: 12 }), "read /etc/hosts"],
    [
      "a file in a folder with the same beginning",
      "PostToolUse",
      call("Read", { file_path: `${CWD}2/a.ts` }, { tool_response: {} }),
      `read ${CWD}2/a.ts`,
    ],
    ["a file below", "PostToolUse", call("Read", { file_path: `${CWD}/src/a.ts` }, { tool_response: {} }), "read src/a.ts"],
    ["a search", "PostToolUse", call("Grep", { pattern: "foo", path: CWD }, { tool_response: {} }), "searched for foo"],
    ["a search for files", "PostToolUse", call("Glob", { pattern: "**/*.ts" }, { tool_response: {} }), "looked for files **/*.ts"],
    [
      "a slow page",
      "PostToolUse",
      call("WebFetch", { url: "https://example.org" }, { tool_response: {}, duration_ms: 7_000 }),
      "fetched https://example.org in 7.0 s",
    ],
    ["a skill", "PostToolUse", call("Skill", { skill: "review" }, { tool_response: {} }), "used the skill review"],
    ["a question", "PostToolUse", call("AskUserQuestion", { questions: [{ question: "Which?" }] }, { tool_response: {} }), "asked: Which?"],
    ["a plan", "PostToolUse", call("TodoWrite", { todos: [{ content: "a" }] }, { tool_response: {} }), "updated its plan"],
    ["a tool that nobody knows", "PostToolUse", call("Sing", { song: "la" }, { tool_response: {} }), "used Sing(la)"],
    [
      "a tool of a server",
      "PostToolUse",
      call("mcp__git_hub__open-issue", { title: "A" }, { tool_response: {} }),
      "used git_hub: open-issue(A)",
    ],
    [
      "a sub-agent's call",
      "PostToolUse",
      call("Read", { file_path: `${CWD}/a` }, { tool_response: {}, agent_id: "a1", agent_type: "Explore" }),
      "read a (Explore)",
    ],
    [
      "a denied call",
      "PermissionDenied",
      call("Bash", { command: "git push" }, { reason: "not now" }),
      "was not allowed: Bash(git push): not now",
    ],
    [
      "gemini's failed command",
      "AfterTool",
      call("run_shell_command", { command: "npm test" }, { tool_response: { llmContent: "Output: x\nExit Code: 1\nSignal: (none)" } }),
      "ran npm test: exit 1",
    ],
    [
      "gemini's good command",
      "AfterTool",
      call("run_shell_command", { command: "ls" }, { tool_response: { llmContent: "Output: x\nExit Code: 0" } }),
      "ran ls: exit 0",
    ],
    [
      "gemini's edit",
      "AfterTool",
      call(
        "replace",
        { file_path: `${CWD}/a.js` },
        { tool_response: { returnDisplay: { diffStat: { model_added_lines: 3, model_removed_lines: 1 } } } },
      ),
      "edited a.js +3 −1",
    ],
    [
      "gemini's error",
      "AfterTool",
      call("read_file", { absolute_path: `${CWD}/a` }, { tool_response: { error: { message: "File not found" } } }),
      "could not read a: File not found",
    ],
    [
      "codex's words",
      "PostToolUse",
      call("shell", { command: ["bash", "-lc", "ls"] }, { tool_response: { output: "", metadata: { exit_code: 2, duration_seconds: 1 } } }),
      "ran bash -lc ls: exit 2",
    ],
    [
      "codex's patch",
      "PostToolUse",
      call(
        "apply_patch",
        { input: `*** Begin Patch\n*** Update File: ${CWD}/src/a.ts\n@@\n-a\n+b\n+c\n*** End Patch` },
        { tool_response: "done" },
      ),
      "edited src/a.ts +2 −1",
    ],
  ] as [string, string, unknown, string][])("%s", (_, event, body, expected) => {
    expect(told(event, body)).toBe(expected);
  });
});

describe("other events", () => {
  test.each([
    ["SessionStart", { source: "resume", model: "opus" }, "session started (resume, model opus)"],
    ["Stop", { last_assistant_message: "Done.", background_tasks: [{}, {}] }, "turn ended, 2 tasks go on in the background: Done."],
    ["Stop", {}, "turn ended"],
    ["PostCompact", { trigger: "auto" }, "context compacted (auto)"],
    ["Elicitation", { mcp_server_name: "jira", message: "Which board?" }, "MCP server jira asks: Which board?"],
    ["TeammateIdle", { teammate_name: "bob" }, "team-mate bob is idle"],
    ["FileChanged", { cwd: CWD, file_path: `${CWD}/.env`, event: "unlink" }, ".env was removed"],
    ["DirectoryAdded", { cwd: CWD, directory: "/srv/docs", source: "slash_command" }, "may work in /srv/docs, too (slash_command)"],
    ["PostModelSwitch", { from_model: "opus", to_model: "haiku", source: "auto" }, "switched from opus to haiku (auto)"],
    ["FolderLeft", { cwd: CWD, file_path: `${CWD}/docs`, reason: "asked" }, "folder left docs (asked)"],
    [
      "Stop",
      { hook_event_name: "Stop", note: "The body of 17000000 bytes was not kept." },
      "turn ended: The body of 17000000 bytes was not kept.",
    ],
    ["PostToolUse", { note: "The body of 17000000 bytes was not kept." }, "used a tool (The body of 17000000 bytes was not kept.)"],
    ["PostToolUse", { cwd: { toString: 1 }, tool_name: "Bash", tool_input: { command: "ls" } }, "ran ls"],
    ["constructor", {}, "constructor"],
    ["", null, "unnamed"],
  ])("%s %j", (event, body, expected) => {
    expect(told(event, body)).toBe(expected);
  });
});

describe("what people need not see", () => {
  test.each([
    ["what a call is about to do", "PreToolUse", { tool_name: "Bash" }, true],
    ["what it did", "PostToolUse", { tool_name: "Bash" }, false],
    ["a task that TaskCreated tells", "PostToolUse", { tool_name: "TaskCreate", tool_response: {} }, true],
    ["the sub-agent of a compaction", "SubagentStop", { agent_id: "a", agent_type: "" }, true],
    ["a sub-agent", "SubagentStop", { agent_id: "a", agent_type: "Explore" }, false],
    ["gemini before every call of its model", "PreCompress", {}, true],
    ["an event that nobody knows", "SomethingNew", {}, false],
  ])("%s", (_, event, body, expected) => {
    expect(isNoise(hookBrief(event, body))).toBe(expected);
  });
});
