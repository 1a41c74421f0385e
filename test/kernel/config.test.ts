// The configuration as people meet it: defaults, a file, the environment, and what they are told when it is wrong.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { checkConfig } from "../../src/kernel/config.ts";
import { changeSetting, getSetting, listSettings } from "../../src/kernel/config-change.ts";
import { lineOfKey, setKey } from "../../src/kernel/config-file.ts";
import { knownKeys, parseValue, whole } from "../../src/kernel/config-keys.ts";
import { Fault, unwrap } from "../../src/kernel/fault.ts";
import { sections as real } from "../../src/setup/config.ts";

const sections = {
  limits: v.optional(v.strictObject({ runs: whole(4, 1, 64), runsPerProject: whole(2, 1, 64) }), {}),
  web: v.optional(v.strictObject({ bind: v.optional(v.string(), "127.0.0.1"), open: v.optional(v.boolean("true or false"), true) }), {}),
  agents: v.optional(
    v.record(
      v.string(),
      v.strictObject({
        model: v.optional(v.string()),
        args: v.optional(v.array(v.string()), []),
        servers: v.optional(v.record(v.string(), v.looseObject({}))),
      }),
    ),
    {},
  ),
};

function check(text: string, env: Record<string, string> = {}) {
  return checkConfig(sections, text, "config.yaml", env) as unknown as Record<string, unknown> | Fault;
}

describe("reading", () => {
  test("an empty file means defaults", () => {
    expect(unwrap(check(""))).toEqual({
      limits: { runs: 4, runsPerProject: 2 },
      web: { bind: "127.0.0.1", open: true },
      agents: {},
    });
    expect(unwrap(check("# nothing yet\nlimits:\n"))).toMatchObject({ limits: { runs: 4 } });
  });

  test("the environment wins over the file, in either spelling", () => {
    const text = "limits:\n  runs: 8\n  runsPerProject: 3\n";
    expect(unwrap(check(text, { CCM_LIMITS_RUNS_PER_PROJECT: "5" }))).toMatchObject({ limits: { runs: 8, runsPerProject: 5 } });
    expect(unwrap(check(text, { CCM_LIMITS_RUNSPERPROJECT: "6" }))).toMatchObject({ limits: { runsPerProject: 6 } });
    expect(unwrap(check("", { CCM_AGENTS_CLAUDE_MODEL: "5", CCM_HOME: "/x", CCM_TASK: "7" }))).toMatchObject({
      agents: { claude: { model: "5" } },
    });
  });

  test.each([
    ["limits:\n  runs: many\n", {}, '"limits.runs" (config.yaml, line 2) must be a whole number from 1 to 64, not "many".'],
    ["limits:\n  runs: 0\n", {}, '"limits.runs" (config.yaml, line 2) must be a whole number from 1 to 64, not 0.'],
    ["limits:\n  # fast\n  run: 3\n", {}, '"limits.run" (config.yaml, line 3) is no setting.'],
    ["web: {}\nlimit:\n  runs: 3\n", {}, '"limit" (config.yaml, line 2) is no setting.'],
    ["agents:\n  claude:\n    modle: x\n", {}, '"agents.claude.modle" (config.yaml, line 3) is no setting.'],
    ["web:\n  open: maybe\n", {}, '"web.open" (config.yaml, line 2) must be true or false, not "maybe".'],
    ["a: {b: 1\n", {}, '"config.yaml", line 1, is not YAML: Unexpected token.'],
    [
      "web:\n  bind: a\n\tb: c\nlimits:\n  runs: 1\n",
      {},
      '"config.yaml", line 3, is not YAML: Tab characters cannot be used as indentation.',
    ],
    ["- 1\n", {}, '"config.yaml" holds no names with their values.'],
    ["", { CCM_LIMITS_RUNS: "x" }, '"limits.runs" (environment variable CCM_LIMITS_RUNS) must be a whole number from 1 to 64, not "x".'],
    ["", { CCM_LIMITS_RUMS: "1" }, 'The environment variable "CCM_LIMITS_RUMS" names no setting.'],
  ])("%j %j is refused in a full sentence", (text, env, sentence) => {
    const outcome = check(text, env as Record<string, string>);
    expect(outcome).toBeInstanceOf(Fault);
    expect((outcome as Fault).message).toBe(sentence);
    expect((outcome as Fault).hint).not.toBe("");
  });

  test("a misspelt key is told its nearest neighbour", () => {
    expect((check("limits:\n  run: 3\n") as Fault).hint).toBe('Did you mean "runs"?');
    expect((check("limit: {}\n") as Fault).hint).toBe('Did you mean "limits"?');
    expect(() => changeSetting(sections, "", "f", "agents.mine.modle", "x")).toThrow(
      expect.objectContaining({ hint: 'Did you mean "agents.mine.model"?' }),
    );
  });
});

describe("changing one key", () => {
  const text = "# my settings\nlimits:\n  runs: 8   # as many as the machine takes\n\nweb:\n  bind: '::1' # v6\n";

  test("keeps comments, order and everything else", () => {
    expect(changeSetting(sections, text, "f", "limits.runs", "3")).toBe(text.replace("8  ", "3  "));
    expect(changeSetting(sections, text, "f", "web.bind", "0.0.0.0")).toBe(text.replace("'::1'", '"0.0.0.0"'));
    expect(changeSetting(sections, text, "f", "limits.runsPerProject", "1")).toBe(
      text.replace("limits:\n", "limits:\n  runsPerProject: 1\n"),
    );
    expect(changeSetting(sections, text, "f", "agents.claude.model", "opus")).toBe(`${text}agents:\n  claude:\n    model: opus\n`);
    const server = changeSetting(sections, "", "f", "agents.my.servers.docs", "{command: node, args: [a.js]}");
    expect(server).toBe('agents:\n  my:\n    servers:\n      docs: {"command":"node","args":["a.js"]}\n');
    expect(changeSetting(sections, server, "f", "agents.my.servers.docs", "{command: deno}")).toContain('docs: {"command":"deno"}');
    expect(changeSetting(sections, "", "f", "agents.my.args", "[--fast, -x]")).toBe('agents:\n  my:\n    args: ["--fast","-x"]\n');
  });

  test.each([
    ["limits.runs", "100", "invalid"],
    ["limits.runs", "many", "invalid"],
    ["limits.rnus", "1", "not_found"],
    ["web.open", "perhaps", "invalid"],
  ])("%s=%s is refused", (key, word, code) => {
    expect(() => changeSetting(sections, text, "f", key, word)).toThrow(expect.objectContaining({ code }));
  });

  test("a value that spans lines or a flow mapping is left to the person", () => {
    expect(() => changeSetting(sections, "limits: {runs: 2}\n", "f", "limits.runs", "3")).toThrow("cannot be edited line by line");
    const list = "agents:\n  my:\n    args:\n      - a\n";
    expect(() => changeSetting(sections, list, "f", "agents.my.args", "[b]")).toThrow("cannot be edited line by line");
  });

  test("text stays text even when it looks like a number", () => {
    expect(parseValue(sections, ["agents", "x", "model"], "007")).toBe("007");
    expect(changeSetting(sections, "", "f", "agents.x.model", "007")).toContain('model: "007"');
    expect(parseValue(sections, ["limits", "runs"], "7")).toBe(7);
  });
});

describe("listing", () => {
  test("says where each value comes from", () => {
    const listed = listSettings(sections, "limits:\n  runs: 8\n", "f", { CCM_WEB_OPEN: "false" });
    expect(listed.find((setting) => setting.key === "limits.runs")).toEqual({ key: "limits.runs", value: 8, from: "file" });
    expect(listed.find((setting) => setting.key === "web.open")).toEqual({ key: "web.open", value: false, from: "environment" });
    expect(listed.find((setting) => setting.key === "web.bind")).toEqual({ key: "web.bind", value: "127.0.0.1", from: "default" });
  });

  test("a whole section, one key, or a Fault for what does not exist", () => {
    const config = unwrap(checkConfig(sections, "", "f", {}));
    expect(getSetting(sections, config, "limits")).toEqual({ runs: 4, runsPerProject: 2 });
    expect(getSetting(sections, config, "limits.runs")).toBe(4);
    expect(() => getSetting(sections, config, "limits.runz")).toThrow('There is no setting "limits.runz".');
  });
});

test("lines are found in block style, comments and quotes included", () => {
  const text = "a:\n  # b: 0\n  b: 1\nc:\n    'd':\n        e: 2\n";
  expect(lineOfKey(text, ["a", "b"])).toBe(3);
  expect(lineOfKey(text, ["c", "d", "e"])).toBe(6);
  expect(lineOfKey(text, ["c", "x"])).toBe(4);
  expect(lineOfKey(text, ["x"])).toBeUndefined();
  expect(setKey("a: |\n  b\n", ["a"], 1)).toBeUndefined();
});

test("the real sections stand on their own defaults and every default passes its own check", () => {
  const config = unwrap(checkConfig(real, "", "f", {}));
  expect(unwrap(checkConfig(real, Bun.YAML.stringify(config, null, 2), "f", {}))).toEqual(config);
  expect(knownKeys(real)).toContain("agents.*.command");
  expect(knownKeys(real)).toContain("limits.runs");
});
