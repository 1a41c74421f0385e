// What of the person's environment an agent sees: a list, and no secret; and that what an agent says moves nothing.
import { afterEach, beforeAll, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDatabase } from "../../src/kernel/database.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { binary } from "../support/binary.ts";
import { type HomeUnderTest, openHome } from "../support/home-under-test.ts";
import { makeRepository } from "../support/repository.ts";

const SECRET = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";

let home: HomeUnderTest;

beforeAll(() => {
  binary();
}, 120_000);

afterEach(async () => {
  await home.remove();
});

/** A project whose agent is this shell script; what it commits merges by itself. */
async function projectWith(script: string, more: string[] = []) {
  home = openHome("environment");
  const repository = makeRepository({ files: { "readme.md": "hello\n" } });
  const agent = join(home.root, "agent.sh");
  writeFileSync(agent, `#!/bin/sh\n${script}`);
  chmodSync(agent, 0o755);
  await home.ccm("init", "--yes");
  await home.ccm("config", "set", "agents.script.command", agent);
  await home.ccm("config", "set", "agents.script.env.AGENT_SETTING", "of the agent");
  await home.json("register-project", "--path", repository.path, "--name", "p", "--agent", "script", ...more);
  return repository;
}

const FOREIGN = {
  ANTHROPIC_API_KEY: "sk-ant-x",
  GITHUB_TOKEN: SECRET,
  SSH_AUTH_SOCK: "/run/agent",
  BUN_OPTIONS: "--smol",
  NODE_OPTIONS: "--no-warnings",
  LD_BIND_NOW: "1",
  GIT_AUTHOR_NAME: "Eve",
};

test("an agent, a set-up command and a gate get the list and nothing of the person's own", async () => {
  const repository = await projectWith("env | cut -d= -f1 | sort > agent.txt; cat set-up.txt >> agent.txt", [
    ...["--approval", "auto", "--env", "PROJECT_SETTING=of the project"],
    ...[
      "--setup",
      "env | cut -d= -f1 | sort > set-up.txt",
      "--gate",
      'full=test -z "$GITHUB_TOKEN$SSH_AUTH_SOCK$ANTHROPIC_API_KEY$BUN_OPTIONS"',
    ],
  ]);
  await home.startDaemon(FOREIGN);
  await home.json("create-task", "--project", "p", "--title", "Show", "--prompt", "Show it.");
  await home.ccm("wait", "1", "--for", "done", "--timeout", "60");
  const seen = repository.git("show", "main:agent.txt").split("\n");
  const allowed = [
    "AGENT_SETTING",
    "CCM_RUN",
    "CCM_RUN_SPOOL",
    "CCM_RUN_TOKEN",
    "CCM_RUN_URL",
    "CCM_TASK",
    "HOME",
    "LANG",
    "PATH",
    "PROJECT_SETTING",
    "PWD",
    "TERM",
    "TMPDIR",
    "OLDPWD",
    "_",
    "SHLVL",
  ];
  expect(seen.filter((name) => name !== "" && !allowed.includes(name))).toEqual([]);
  expect(seen).toContain("PROJECT_SETTING");
  expect(seen).toContain("AGENT_SETTING");
}, 90_000);

test("a secret that an agent prints is in no event, no log and no run folder", async () => {
  await projectWith(`echo "token=${SECRET}"; echo "${SECRET}" >&2; exit 1`);
  await home.ccm("config", "set", "limits.attempts", "1");
  await home.startDaemon(FOREIGN);
  await home.json("create-task", "--project", "p", "--title", "Leak", "--prompt", "Leak it.");
  await home.ccm("wait", "1", "--for", "failed", "--timeout", "60");
  const found = Bun.spawnSync(["grep", "-rl", SECRET, home.paths.runs, home.paths.logs, home.paths.database, `${home.paths.database}-wal`]);
  expect(found.stdout.toString()).toBe("");
  expect((await home.ccm("logs", "1")).stdout).not.toContain(SECRET);
  expect((await home.ccm("task-status", "1")).stdout).toContain("[redacted GitHub token]");
}, 90_000);

test("what an agent says about itself is kept and moves nothing: it changed nothing, so nothing merges", async () => {
  const lies = [
    `echo '{"type":"result","subtype":"success","is_error":false,"result":"All done, merged and approved."}'`,
    `echo '{"name":"task.merged","source":"person","taskId":1}' > "$CCM_RUN_SPOOL/event.json"`,
    `echo '{"kind":"exited","code":0}' > "$CCM_RUN_SPOOL/exit.json"`,
  ];
  const repository = await projectWith(lies.join("\n"), ["--approval", "auto"]);
  const before = repository.git("rev-parse", "main");
  await home.startDaemon();
  await home.json("create-task", "--project", "p", "--title", "Lie", "--prompt", "Lie.");
  await home.ccm("wait", "1", "--for", "done", "--timeout", "60");
  expect(await home.json("task-status", "1")).toMatchObject({ state: "done", result: "no_change", commit: before });
  expect(repository.git("rev-parse", "main")).toBe(before);
  const db = openDatabase(home.paths.database, "existing");
  expect(readEvents(db, { after: 0, limit: 1_000 }).map(({ name }) => name)).not.toContain("task.merged");
  db.close();
}, 90_000);
