// Which calls a person must allow.
import { expect, test } from "bun:test";
import { TOOL_RULE } from "../../src/hooks/guards/tool-rules.ts";
import { judge } from "../../src/hooks/judge.ts";
import { guardRules } from "../../src/hooks/rules.ts";
import { PLACES } from "./places.ts";

const bash = (command: string) => ({ tool: "Bash", input: { command } });

const CASES: [string, { tool: string; input: unknown }, boolean][] = [
  ["WebFetch", { tool: "WebFetch", input: { url: "https://a" } }, true],
  ["WebFetch", { tool: "WebSearch", input: {} }, false],
  ["Bash", bash("ls"), true],
  ["Bash(git push:*)", bash("git push origin main"), true],
  ["Bash(git push:*)", bash("git pull"), false],
  ["Bash(git push:*)", bash("npm test && git push"), true],
  ["Bash(git push:*)", bash("echo x\ngit push"), true],
  ["Bash(npm publish)", bash("npm publish --tag next"), false],
  ["Bash(npm publish*)", bash("npm publish --tag next"), true],
  ["Write(/etc/*)", { tool: "Write", input: { file_path: "/etc/hosts", content: "" } }, true],
  ["Write(*.env)", { tool: "Write", input: { file_path: "/home/ada/.ccm/tasks/7/tree/a.ts" } }, false],
  ["mcp__db__*", { tool: "mcp__db__query", input: {} }, true],
  ["*", { tool: "Anything", input: null }, true],
  ["Bash(a.b)", bash("axb"), false],
  ["Bash(", bash("("), false],
];

test.each(CASES)("%s with %o: %s", (rule, call, expected) => {
  const everything = {
    destructive: "allow",
    network: "allow",
    privilege: "allow",
    publish: "allow",
    git: "allow",
    unclear: "allow",
  } as const;
  const rules = guardRules({ classes: everything, ask: [rule] });
  expect(judge({ ...call, cwd: PLACES.tree }, { rules, places: PLACES }).verdict).toBe(expected ? "ask" : "allow");
});

test("what is no rule is known", () => {
  expect(["Bash(git push:*)", "WebFetch", "mcp__a__b"].map((rule) => TOOL_RULE.test(rule))).toEqual([true, true, true]);
  expect(["Bash(", "", "a b"].map((rule) => TOOL_RULE.test(rule))).toEqual([false, false, false]);
});
