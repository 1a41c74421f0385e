// From an agent's name and settings to its command.
import { expect, test } from "bun:test";
import * as v from "valibot";
import { type AgentSettings, agentsSection } from "../../src/agents/config.ts";
import { agentCommand } from "../../src/agents/drivers.ts";
import { isFault } from "../../src/kernel/fault.ts";

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
