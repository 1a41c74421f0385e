// Which version of claude is known how, and which agents are found on a machine.
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareVersions, standingOf, standingText, TESTED_FROM, TESTED_TO, versionIn } from "../../src/agents/claude/versions.ts";
import { findAgents } from "../../src/agents/installed.ts";
import { loadConfig } from "../../src/kernel/config.ts";
import { sections } from "../../src/setup/config.ts";
import { CLAUDE_VERSIONS } from "../support/claude-versions.ts";
import { temporaryFolder } from "../support/folders.ts";

test("what is called tested is what tests run", () => {
  const versions = CLAUDE_VERSIONS.toSorted(compareVersions);
  expect([versions[0], versions.at(-1)]).toEqual([TESTED_FROM, TESTED_TO]);
});

test.each([
  ["2.1.197 (Claude Code)\n", "2.1.197"],
  ["2.1.330", "2.1.330"],
  ["claude 2", null],
  ["", null],
])("%j holds the version %p", (answer, version) => {
  expect(versionIn(answer)).toBe(version);
});

test.each([
  ["1.0.128", "old"],
  ["2.1.88", "old"],
  ["2.1.89", "older"],
  ["2.1.196", "older"],
  ["2.1.197", "tested"],
  ["2.1.330", "tested"],
  ["2.1.331", "newer"],
  ["2.10.0", "newer"],
  ["10.0.0", "newer"],
  [null, "unknown"],
] as const)("%p is %s", (version, standing) => {
  expect(standingOf(version)).toBe(standing);
});

test("an old version says what is needed", () => {
  expect(standingText("2.0.1")).toBe("2.0.1: too old, ccm needs 2.1.89 or newer; tested with 2.1.197 – 2.1.330");
});

/** A machine with these programs, each a shell script, and a person's home. */
function machine(programs: Record<string, string>) {
  const root = temporaryFolder("machine");
  const bin = join(root, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env: Record<string, string> = { PATH: `${bin}:/usr/bin:/bin`, HOME: root };
  const config = (yaml: string) => {
    writeFileSync(join(root, "config.yaml"), yaml);
    return loadConfig(sections, join(root, "config.yaml"), {});
  };
  return { root, bin, env, config };
}

test("known agents are looked for, configured ones named, the built-in one is not", async () => {
  const { bin, env, config } = machine({ claude: "echo '2.1.200 (Claude Code)'", gemini: "" });
  const found = await findAgents(config("agents:\n  mine:\n    command: /nowhere/mine\n"), env);
  expect(found.map(({ name, path, driver }) => ({ name, path, driver }))).toEqual([
    { name: "claude", path: join(bin, "claude"), driver: "claude" },
    { name: "gemini", path: join(bin, "gemini"), driver: null },
    { name: "codex", path: null, driver: null },
    { name: "mine", path: null, driver: "custom" },
  ]);
  expect(found[0]?.claude).toMatchObject({ version: "2.1.200", standing: "tested", login: null });
});

test("a login is found by what it leaves, and not opened", async () => {
  const { root, env, config } = machine({ claude: "echo '2.1.200 (Claude Code)'" });
  const login = async (yaml: string, more = {}) => (await findAgents(config(yaml), { ...env, ...more }))[0]?.claude?.login;
  expect(await login("agents:\n  claude:\n    env:\n      ANTHROPIC_API_KEY: very-secret\n")).toBe("agents.claude.env.ANTHROPIC_API_KEY");
  expect(await login("", { ANTHROPIC_API_KEY: "not given to agents" })).toBeNull();
  mkdirSync(join(root, ".claude"));
  writeFileSync(join(root, ".claude/.credentials.json"), "{}", { mode: 0o000 });
  expect(await login("")).toBe(join(root, ".claude/.credentials.json"));
  expect(await login("", { CLAUDE_CONFIG_DIR: join(root, "elsewhere") })).toBeNull();
});

test("of agents without a driver the version and a login are known, and none is waited for", async () => {
  const { root, env, config } = machine({ gemini: "sleep 600", codex: "echo 'codex-cli 0.58.0'" });
  mkdirSync(join(root, ".codex"));
  writeFileSync(join(root, ".codex/auth.json"), "{}", { mode: 0o000 });
  const found = await findAgents(config(""), env);
  expect(found.map(({ name, other }) => [name, other])).toEqual([
    ["claude", null],
    ["gemini", { version: null, login: null }],
    ["codex", { version: "0.58.0", login: join(root, ".codex/auth.json") }],
  ]);
});
