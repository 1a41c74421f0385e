// From an agent's name and settings to its command.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { type AgentSettings, agentsSection } from "../../src/agents/config.ts";
import { agentCommand } from "../../src/agents/drivers.ts";
import { isFault } from "../../src/kernel/fault.ts";
import type { RoleSettings } from "../../src/projects/schema.ts";

const CCM = ["/opt/ccm"];
const settings = (part: Partial<AgentSettings>): AgentSettings =>
  ({ ...v.parse(agentsSection, { own: {} }).own, ...part }) as AgentSettings;
const commandOf = (name: string, agents: Record<string, AgentSettings>) => agentCommand({ name, agents, executable: CCM, session: null });

const COMMANDS: [string, Partial<AgentSettings>, object][] = [
  [
    "the prompt is an argument unless something else is said",
    { command: "aider" },
    { argv: ["aider"], promptBy: "argument", output: "text" },
  ],
  [
    "{promptFile} says that it comes by file",
    { command: "a", args: ["-f", "{promptFile}"] },
    { argv: ["a", "-f", "{promptFile}"], promptBy: "file" },
  ],
  [
    "{model} is filled in, also inside a word",
    { command: "a", args: ["--model={model}"], model: "m-$&1" },
    { argv: ["a", "--model=m-$&1"] },
  ],
  [
    "output, input and variables as set",
    { command: "a", output: "stream-json", promptBy: "stdin", env: { A: "1" } },
    { output: "stream-json", promptBy: "stdin", env: { A: "1" } },
  ],
];

test.each(COMMANDS)("%s", (_, part, expected) => {
  expect(commandOf("own", { own: settings(part) })).toMatchObject(expected);
});

const REFUSED: [string, Partial<AgentSettings>, string][] = [
  ["no command", {}, 'The agent "own" has no command.'],
  ["a model's place without a model", { command: "a", args: ["{model}"] }, 'has "{model}" in its arguments and no model'],
  ["by file without the file's place", { command: "a", promptBy: "file" }, 'has no "{promptFile}" in its arguments'],
  ["the file's place and another way", { command: "a", args: ["{promptFile}"], promptBy: "stdin" }, "takes its prompt by stdin"],
  ["the prompt's place and another way", { command: "a", args: ["{prompt}"], promptBy: "stdin" }, "takes its prompt by stdin"],
];

test.each(REFUSED)("refused: %s", (_, part, sentence) => {
  const fault = commandOf("own", { own: settings(part) });
  expect(isFault(fault) && [fault.code, fault.message]).toEqual(["invalid", expect.stringContaining(sentence)]);
});

test("the demo agent needs no settings; an unknown one is named with those that are known", () => {
  expect(commandOf("demo", {})).toEqual({
    driver: "demo",
    argv: ["/opt/ccm", "demo-agent"],
    promptBy: "stdin",
    output: "stream-json",
    env: {},
  });
  const fault = commandOf("clod", { own: settings({ command: "a" }) });
  expect(isFault(fault) && [fault.code, fault.hint]).toEqual(["not_found", expect.stringContaining("claude, demo, own")]);
});

describe("claude", () => {
  const claude = (part: Partial<AgentSettings>, role: RoleSettings = {}) => {
    const session = { id: "0193-s", how: "new" } as const;
    const command = agentCommand({ name: "claude", agents: { claude: settings(part) }, executable: CCM, session, role });
    if (isFault(command)) throw command;
    return command.argv;
  };
  const after = (argv: string[], flag: string) => argv[argv.indexOf(flag) + 1];

  test("is started for a talk, with its session fixed, and nothing that was not asked for", () => {
    const argv = claude({});
    expect(argv[0]).toBe("claude");
    expect(argv).toContain("--replay-user-messages");
    expect(after(argv, "--session-id")).toBe("0193-s");
    expect(after(argv, "--permission-mode")).toBe("bypassPermissions");
    for (const flag of ["--model", "--max-turns", "--allowedTools", "--add-dir", "--mcp-config", "--resume"])
      expect(argv).not.toContain(flag);
  });

  test("goes on with a session", () => {
    const session = { id: "0193-s", how: "resumed" } as const;
    const command = agentCommand({ name: "claude", agents: {}, executable: CCM, session });
    expect(isFault(command) ? [] : command.argv).toEqual(expect.arrayContaining(["--resume", "0193-s"]));
  });

  test("gets what its settings and the project's role say, the role first", () => {
    const role = { model: "opus", maxBudgetUsd: 2.5, disallowedTools: ["WebFetch", "WebSearch"], extraDirectories: ["/docs"] };
    const argv = claude({ command: "/opt/claude", model: "haiku", fallbackModel: "sonnet", args: ["--effort", "high"] }, role);
    expect(argv[0]).toBe("/opt/claude");
    expect(["--model", "--fallback-model", "--max-budget-usd", "--add-dir"].map((flag) => after(argv, flag))).toEqual([
      "opus",
      "sonnet",
      "2.5",
      "/docs",
    ]);
    expect(argv.slice(argv.indexOf("--disallowedTools"), argv.indexOf("--disallowedTools") + 3)).toEqual([
      "--disallowedTools",
      "WebFetch",
      "WebSearch",
    ]);
    expect(argv.slice(-2)).toEqual(["--effort", "high"]);
  });

  test("is told of ccm's hooks in a way that a person's settings do not switch off", () => {
    const given = JSON.parse(after(claude({}), "--settings") ?? "");
    expect(given.disableAllHooks).toBe(false);
    expect(given.hooks.Stop[0].hooks[0]).toMatchObject({ type: "http", url: "{runUrl}/hook/Stop" });
    expect(given.hooks.SessionStart[0].hooks[0].command).toEndWith("/opt/ccm hook SessionStart");
  });

  test("of another name takes its driver from its settings", () => {
    expect(commandOf("careful", { careful: settings({ driver: "claude" }) })).toMatchObject({ driver: "claude", promptBy: "stdin" });
  });
});
