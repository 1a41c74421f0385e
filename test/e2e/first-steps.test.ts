// The first minutes with the executable: `ccm init` on a new machine, in and outside of repositories, asked or not.
import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import type { HomeUnderTest } from "../support/home-under-test.ts";
import { emptyHome, git, makeRepository, SLOW_MS } from "../support/home-with-project.ts";
import { testWith } from "../support/programs.ts";
import { openTerminal } from "../support/terminal.ts";

beforeAll(() => {
  binary();
}, 120_000);

type Init = {
  created: boolean;
  checks: { name: string; verdict: string; text: string }[];
  repository: { name: string; base: string; project: string | null; proposal: { gate: string | null } } | null;
  next: string[];
};

/** A repository of npm's with a test, and agents in front of those that this machine may have. */
function place(home: HomeUnderTest): { repo: string; env: Record<string, string> } {
  const repo = join(home.root, "my app");
  makeRepository(home, repo);
  writeFileSync(join(repo, "package.json"), '{"scripts":{"test":"node --test"},"dependencies":{"a":"1"}}');
  writeFileSync(join(repo, "package-lock.json"), "{}");
  const programs = join(home.root, "programs");
  mkdirSync(programs);
  for (const [name, answer] of [
    ["claude", "2.1.200 (Claude Code)"],
    ["codex", "codex-cli 0.58.0"],
  ] as const) {
    writeFileSync(join(programs, name), `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(join(programs, name), 0o755);
  }
  return { repo, env: { ...home.env, PATH: `${programs}:${home.env.PATH}` } };
}

async function init(home: HomeUnderTest, options: { cwd: string; env: Record<string, string> }, ...words: string[]): Promise<Init> {
  const { code, stdout, stderr } = await home.ccmWith(options, "init", "--json", ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe("ccm init", () => {
  test("says what this machine has and what the folder is, and what to type next", async () => {
    const home = emptyHome();
    const { repo, env } = place(home);
    const { code, stdout } = await home.ccmWith({ cwd: repo, env }, "init", "--yes");
    expect(code).toBe(0);
    for (const line of [/^ok +git +git version/m, /sandbox +Runs get|sandbox +No level/m, /^warn +agent claude .*\/claude, 2\.1\.200/m])
      expect(stdout).toMatch(line);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("/codex, 0.58.0; no login found");
    expect(stdout).toContain('\nNext:\n  ccm register-project --path . --gate full="npm test" --setup "npm ci"\n  ccm start\n');
    for (const line of stdout.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
  });

  test("a second time changes nothing, and says what is there", async () => {
    const home = emptyHome();
    const { repo, env } = place(home);
    const first = await init(home, { cwd: repo, env }, "--yes");
    expect(first).toMatchObject({
      created: true,
      repository: { name: "my-app", base: "main", project: null, proposal: { gate: "npm test" } },
    });
    await home.ccmWith({ cwd: repo, env }, "register-project", "--name", "app");
    const second = await init(home, { cwd: join(repo, ".git/.."), env });
    expect(second).toMatchObject({ created: false, repository: { name: "app", project: "app" } });
    expect(second.next).toEqual(["ccm start", 'ccm create-task --title "…" --prompt "…"', "ccm open"]);
    expect(second.checks.filter(({ name }) => name === "repository")).toEqual([
      { name: "repository", verdict: "ok", text: `"${repo}" is the project "app".`, hint: "" } as never,
    ]);
  });

  test("makes the home wherever it is called", async () => {
    const home = emptyHome();
    const { repo, env } = place(home);
    const gone = join(home.root, "gone");
    mkdirSync(gone);
    const outside = await init(home, { cwd: home.root, env }, "--yes");
    expect(outside).toMatchObject({ created: true, repository: null });
    git(home, repo, "checkout", "-q", "--detach");
    const detached = await init(home, { cwd: repo, env });
    expect(detached.repository).toBeNull();
    expect(detached.checks.at(-1)).toMatchObject({ name: "repository", verdict: "warn", text: expect.stringContaining("detached HEAD") });
    const vanished = await home.ccmWith({ env, cwd: gone, prefix: ["sh", "-c", `rmdir '${gone}'; exec "$@"`, "sh"] }, "init", "--json");
    expect(JSON.parse(vanished.stdout)).toMatchObject({ repository: null });
  });

  test("makes it beside a configuration that cannot be read, and says what is wrong with that", async () => {
    const home = emptyHome();
    const { repo, env } = place(home);
    await init(home, { cwd: repo, env }, "--yes");
    rmSync(home.paths.database);
    writeFileSync(home.paths.config, "limits:\n  runs: many\n");
    const made = await init(home, { cwd: repo, env }, "--yes");
    expect(made.created).toBe(true);
    expect(made.checks.find(({ name }) => name === "configuration")).toMatchObject({
      verdict: "fail",
      text: expect.stringContaining("limits.runs"),
    });
  });
});

testWith("tmux")(
  "ccm init on a terminal asks two things, and registers what it has proposed",
  async () => {
    const home = emptyHome();
    const { repo, env } = place(home);
    const { shows, type, screen } = openTerminal({ ...home, env }, [binary(), "init"], repo);
    await shows("with a database in it? [Y/n]");
    expect(existsSync(home.paths.database)).toBe(false);
    type("Enter");
    await shows("Register it? Nothing in it is changed. [Y/n]");
    expect(screen()).toMatch(/Gate +npm test \(package\.json\)/);
    type("Enter");
    await shows('Registered "my-app".');
    await shows("ccm open");
    expect(await home.json<object[]>("list-projects")).toMatchObject([
      { name: "my-app", base: "main", agent: "claude", approval: "ask", gates: { full: "npm test" }, setup: "npm ci" },
    ]);
  },
  SLOW_MS,
);

testWith("tmux")(
  "what a person does not want, ccm init does not do",
  async () => {
    const home = emptyHome();
    const { repo, env } = place(home);
    const { shows, type } = openTerminal({ ...home, env }, ["sh"], repo);
    type(`'${binary()}' init`, "Enter");
    await shows("with a database in it? [Y/n]");
    type("n", "Enter");
    await shows("Nothing was made.");
    expect(existsSync(home.paths.home)).toBe(false);
    type(`clear; '${binary()}' init`, "Enter");
    await shows("with a database in it? [Y/n]");
    type("Enter");
    await shows("Register it?");
    type("no", "Enter");
    await shows('ccm register-project --path . --gate full="npm test" --setup "npm ci"');
    expect(await home.json<object[]>("list-projects")).toEqual([]);
  },
  SLOW_MS,
);
