// The private home of a claude: what it has of the person's, what it must never reach, and how one login stays one.
import { beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { hasClaudeSession, makeClaudeHome, returnLogin } from "../../src/agents/claude/home.ts";
import type { HomeOrder } from "../../src/agents/schema.ts";
import { temporaryFolder } from "../support/folders.ts";

let person: string;
let home: string;
let order: HomeOrder;

const write = (path: string, content: string | object) => {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
};
const read = (path: string) => readFileSync(path, "utf8");
const login = (expiresAt: number) => ({ claudeAiOauth: { accessToken: `a${expiresAt}`, refreshToken: `r${expiresAt}`, expiresAt } });

beforeEach(() => {
  const folder = temporaryFolder();
  person = join(folder, "person");
  home = join(folder, "task", "home");
  mkdirSync(join(person, ".claude"), { recursive: true });
  order = {
    configFolder: join(person, ".claude"),
    stateFile: join(person, ".claude.json"),
    repository: "/repo",
    tree: "/tree",
    servers: "kept",
  };
});

describe("a person's own", () => {
  test("settings come as a copy, agents, skills and texts as links; theirs stay as they are", () => {
    const settings = '{ "disableAllHooks": true, "model": "opus" }\n';
    write(join(person, ".claude/settings.json"), settings);
    write(join(person, ".claude/agents/reviewer.md"), "# Reviewer");
    write(join(person, ".claude/CLAUDE.md"), "Be brief.");
    makeClaudeHome(home, order);
    expect(read(join(home, ".claude/settings.json"))).toBe(settings);
    expect(read(join(home, ".claude/agents/reviewer.md"))).toBe("# Reviewer");
    expect(readlinkSync(join(home, ".claude/CLAUDE.md"))).toBe(join(person, ".claude/CLAUDE.md"));
    expect(existsSync(join(home, ".claude/skills"))).toBe(false);
    writeFileSync(join(home, ".claude/settings.json"), "{}");
    expect(read(join(person, ".claude/settings.json"))).toBe(settings);
  });

  test("servers and what they said about the repository count in the tree, nothing of other projects", () => {
    const server = { mine: { command: "server" } };
    write(join(person, ".claude.json"), {
      mcpServers: server,
      oauthAccount: { emailAddress: "a@example.org" },
      projects: { "/repo": { mcpServers: { local: {} }, history: [{ display: "old words" }] }, "/other": { mcpServers: { secret: {} } } },
    });
    makeClaudeHome(home, order);
    const state = JSON.parse(read(join(home, ".claude.json")));
    expect(state).toMatchObject({ mcpServers: server, hasCompletedOnboarding: true, oauthAccount: { emailAddress: "a@example.org" } });
    expect(state.projects["/tree"]).toMatchObject({ hasTrustDialogAccepted: true, mcpServers: { local: {} } });
    expect(read(join(home, ".claude.json"))).not.toMatch(/old words|secret/);
    expect(statSync(join(home, ".claude.json")).mode & 0o777).toBe(0o600);
  });

  test("files that are no JSON, or not there, leave a home that claude can start in", () => {
    write(join(person, ".claude.json"), "{ broken");
    rmSync(join(person, ".claude"), { recursive: true });
    makeClaudeHome(home, order);
    expect(JSON.parse(read(join(home, ".claude.json"))).projects["/tree"].hasTrustDialogAccepted).toBe(true);
    expect(existsSync(join(home, ".claude/settings.json"))).toBe(false);
  });
});

describe("what an earlier run left in the home", () => {
  test("never leads ccm's writing elsewhere: links are replaced, at every place", () => {
    write(join(person, ".claude/settings.json"), '{"mine":1}');
    write(join(person, "victim/settings.json"), "untouched");
    mkdirSync(join(home, ".."), { recursive: true });
    symlinkSync(join(person, "victim"), home);
    makeClaudeHome(home, order);
    expect(lstatSync(home).isSymbolicLink()).toBe(false);

    rmSync(join(home, ".claude"), { recursive: true });
    symlinkSync(join(person, "victim"), join(home, ".claude"));
    makeClaudeHome(home, order);
    expect(lstatSync(join(home, ".claude")).isDirectory()).toBe(true);

    rmSync(join(home, ".claude/settings.json"));
    symlinkSync(join(person, "victim/settings.json"), join(home, ".claude/settings.json"));
    makeClaudeHome(home, order);
    expect(read(join(home, ".claude/settings.json"))).toBe('{"mine":1}');

    rmSync(join(home, ".claude/settings.json"));
    mkdirSync(join(home, ".claude/settings.json/deep"), { recursive: true });
    makeClaudeHome(home, order);
    expect(read(join(home, ".claude/settings.json"))).toBe('{"mine":1}');
    expect(read(join(person, "victim/settings.json"))).toBe("untouched");
  });

  test("its sessions stay", () => {
    makeClaudeHome(home, order);
    write(join(home, ".claude/projects/-tree/s-1.jsonl"), "{}\n");
    makeClaudeHome(home, order);
    expect([hasClaudeSession(home, "s-1"), hasClaudeSession(home, "s-2"), hasClaudeSession("/nowhere", "s-1")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("the login", () => {
  const theirs = () => join(person, ".claude/.credentials.json");
  const own = () => join(home, ".claude/.credentials.json");
  /** As claude 2.1 does it: a new file renamed over the old name. */
  const renew = (content: object) => {
    writeFileSync(`${own()}.tmp`, JSON.stringify(content));
    renameSync(`${own()}.tmp`, own());
  };

  test("is the person's; renewed by an agent it goes back to them, and the agent has theirs again", () => {
    write(theirs(), login(100));
    makeClaudeHome(home, order);
    expect(JSON.parse(read(own()))).toEqual(login(100));
    renew(login(200));
    returnLogin(home, order.configFolder);
    expect(JSON.parse(read(theirs()))).toEqual(login(200));
    expect(readlinkSync(own())).toBe(theirs());
    expect(statSync(theirs()).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["an older one", login(50)],
    ["something else", { claudeAiOauth: { accessToken: "x" } }],
  ])("%s from an agent replaces nothing", (_, content) => {
    write(theirs(), login(100));
    makeClaudeHome(home, order);
    renew(content);
    returnLogin(home, order.configFolder);
    expect(JSON.parse(read(theirs()))).toEqual(login(100));
    expect(readlinkSync(own())).toBe(theirs());
  });

  test("does not come to be where the person has none", () => {
    makeClaudeHome(home, order);
    renew(login(200));
    returnLogin(home, order.configFolder);
    expect(existsSync(theirs())).toBe(false);
  });
});
