// Which repositories can be registered, and what a project is called and shows.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import type { RepositoryFacts } from "../../src/git/schema.ts";
import { agentFault, bothRoles, nameFrom, projectShape, repositoryFault } from "../../src/projects/rules.ts";
import { type Project, repositorySettingsSchema } from "../../src/projects/schema.ts";

const facts: RepositoryFacts = {
  path: "/repo",
  gitDir: "/repo/.git",
  bare: false,
  head: "main",
  unborn: false,
  shallow: false,
  partial: false,
  hasSubmodules: false,
  author: null,
};

describe("a repository", () => {
  const cases: [what: string, facts: Partial<RepositoryFacts>, base: string | undefined, fault: RegExp | null][] = [
    ["with a branch checked out is fine", {}, undefined, null],
    ["that is bare or shallow or has submodules is fine", { bare: true, shallow: true, hasSubmodules: true }, undefined, null],
    ["without a commit is not", { unborn: true }, undefined, /has no commit yet/],
    ["whose HEAD is unborn is fine with a base", { unborn: true }, "main", null],
    ["with a detached HEAD is not", { head: null }, undefined, /detached HEAD/],
    ["with a detached HEAD is fine with a base", { head: null }, "main", null],
    ["that is a partial clone is not, whatever the base", { partial: true }, "main", /partial clone/],
  ];
  test.each(cases)("%s", (_, more, base, fault) => {
    const found = repositoryFault({ ...facts, ...more }, base);
    if (fault) expect(found).toMatchObject({ code: "invalid", message: expect.stringMatching(fault), hint: expect.stringMatching(/./) });
    else expect(found).toBeNull();
  });
});

describe("an agent", () => {
  test.each(["claude", "demo", "mine"])("called %s is known", (name) => {
    expect(agentFault(name, ["mine"])).toBeNull();
  });

  test("that nobody knows is refused with the one that was meant, or those that are known and the command that adds it", () => {
    expect(agentFault("cluade", ["mine"])).toMatchObject({
      code: "not_found",
      message: 'There is no agent "cluade".',
      hint: 'Did you mean "claude"?',
    });
    expect(agentFault("other", ["mine"])).toMatchObject({
      hint: "Known agents: claude, demo, mine; `ccm config set agents.other.command PROGRAM` adds one.",
    });
  });
});

test.each([
  ["my-app", "my-app"],
  ["my-app.git", "my-app"],
  ["My App (old)", "My-App-old-"],
  [".config", "config"],
  ["größe", "größe"],
  ["---", "project"],
  ["a".repeat(100), "a".repeat(64)],
])("the folder %p gives the name %p", (folder, name) => {
  expect(nameFrom(folder)).toBe(name);
});

test("of its variables a project shows the names only", () => {
  const settings = { gates: {}, setup: null, copies: [], env: { TOKEN: "secret" }, sandbox: {}, guards: {} };
  const shape = projectShape({ id: 1, name: "a", createdAt: 0, settings } as unknown as Project);
  expect(shape).toMatchObject({ env: ["TOKEN"], createdAt: "1970-01-01T00:00:00.000Z" });
});

describe("what two say about a role", () => {
  test("the second one's word goes before the first one's", () => {
    expect(bothRoles({ model: "haiku", maxTurns: 5 }, { model: "opus" })).toEqual({ model: "opus", maxTurns: 5 });
    expect(bothRoles(undefined, { model: "opus" })).toEqual({ model: "opus" });
    expect(bothRoles()).toEqual({});
  });

  test("what either forbids, asks about or adds holds", () => {
    const first = { disallowedTools: ["WebFetch"], ask: ["Bash(git push:*)"], mcpServers: { a: { command: "a" } } };
    const second = { disallowedTools: ["WebSearch", "WebFetch"], mcpServers: { b: { command: "b" } } };
    expect(bothRoles(first, second)).toEqual({
      disallowedTools: ["WebFetch", "WebSearch"],
      ask: ["Bash(git push:*)"],
      mcpServers: { a: { command: "a" }, b: { command: "b" } },
    });
  });
});

test.each([
  ["widens what agents may do", { roles: { worker: { permissionMode: "bypassPermissions" } } }],
  ["adds a server", { roles: { worker: { mcpServers: { a: {} } } } }],
  ["allows a tool", { roles: { worker: { allowedTools: ["Bash"] } } }],
  ["asks about what is no tool", { roles: { worker: { ask: ["Bash("] } } }],
  ["names another role", { roles: { captain: {} } }],
])("a repository that %s is refused", (_, settings) => {
  expect(v.safeParse(repositorySettingsSchema, settings).success).toBe(false);
});

test("a repository may choose a model, bound it and have calls asked about", () => {
  const worker = { model: "opus", maxBudgetUsd: 2, maxTurns: 40, disallowedTools: ["WebFetch"], ask: ["Bash(npm publish:*)"] };
  expect(v.parse(repositorySettingsSchema, { roles: { worker } })).toEqual({ roles: { worker } });
});
