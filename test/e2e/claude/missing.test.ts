// A Claude Code that is not there, too old or not logged in: its task says what to do, and nothing else breaks.
import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ClaudeHome, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { testWithClaude } from "../../support/with-claude.ts";

const open = (executable: string, agentEnv: Record<string, string> = {}): Promise<ClaudeHome> =>
  openClaudeHome({ executable, tracks: [track("Mend the sum", ...MEND)], agentEnv });

/** A program in its place that answers as a claude does that knows none of the words that ccm starts it with. */
function oldClaude(): string {
  const path = join(temporaryFolder("old"), "claude");
  const script = `#!/bin/sh
[ "$1" = --version ] && echo "1.0.60 (Claude Code)" && exit
echo "error: unknown option '--replay-user-messages'" >&2
exit 1
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

testWithClaude("where it is missing its task fails at once, and goes on when it is there", async (executable) => {
  const lab = await open("/nowhere/claude");
  const { id } = await lab.create("Mend the sum");
  const { error } = await lab.reach(id, "failed");
  expect(error).toMatchObject({ code: "unavailable", hint: expect.stringContaining("ccm doctor") });
  await lab.home.json("config", "set", "agents.claude.command", executable);
  await lab.home.stopDaemon();
  await lab.home.startDaemon();
  await lab.home.json("retry-task", String(id));
  await lab.reach(id, "done");
  expect(lab.git("show", "main:sum.js")).toBe(MENDED);
});

testWithClaude("where it is too old its task fails at once, and so says doctor", async () => {
  const lab = await open(oldClaude());
  const { id } = await lab.create("Mend the sum");
  expect(await lab.reach(id, "failed")).toMatchObject({ error: { code: "unavailable", hint: expect.stringContaining("claude update") } });
  expect((await lab.home.ccm("doctor")).stdout).toContain("1.0.60: too old");
});

testWithClaude("where it is not logged in its task waits, and nothing is asked of the provider", async (executable) => {
  const lab = await open(executable, { ANTHROPIC_API_KEY: "" });
  const { id } = await lab.create("Mend the sum");
  const { waiting } = await lab.until(id, "to wait for a login", (task) => task.waiting?.reason === "login");
  expect(waiting?.text).toContain("login");
  expect(lab.server.asked).toEqual([]);
});
