// The main job on a real repository: ccm's own checkout, an agent that is a shell script, ccm's own quick tests as the gate.
import { expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { temporaryFolder } from "../support/folders.ts";

const ROOT = join(import.meta.dir, "../..");
async function run(argv: string[], env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn(argv, {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) !== 0) throw new Error(`${argv.join(" ")} ended with ${child.exitCode}: ${out}${error}`);
  return out;
}

function ccm(home: string, ...words: string[]): Promise<string> {
  return run([binary(), ...words], { CCM_HOME: home, CCM_WINDOWS_TMUX: "off", CCM_LIMITS_LOAD_PER_CORE: "1000" });
}

/** A clone with the commits that this checkout has; it becomes a full one where this is shallow. */
async function cloneOwn(folder: string): Promise<string> {
  const clone = join(folder, "own checkout");
  await run(["git", "clone", "-q", "--no-local", ROOT, clone]);
  await run(["git", "-C", clone, "checkout", "-q", "-B", "main"]);
  return clone;
}

const AGENT = `#!/bin/sh
set -e
grep -q 'Say hello' || exit 3
printf '\\n- Noted by a shell script.\\n' >> CHANGELOG.md
`;

test("a shell script changes ccm's own repository, ccm's own tests pass in the sandbox, and the change is merged", async () => {
  const folder = temporaryFolder("own");
  const home = join(folder, "home");
  const clone = await cloneOwn(folder);
  const agent = join(folder, "agent.sh");
  writeFileSync(agent, AGENT);
  chmodSync(agent, 0o755);
  await ccm(home, "init", "--yes");
  await ccm(home, "config", "set", "agents.script.command", agent);
  await ccm(home, "config", "set", "agents.script.promptBy", "stdin");
  await ccm(home, "config", "set", "sandbox.show", JSON.stringify([join(ROOT, "node_modules")]));
  const gate = "node_modules/.bin/bun test --timeout=60000 test/tasks test/merge test/review test/dispatch";
  const settings = ["--agent", "script", "--approval", "auto", "--setup", `cp -r '${ROOT}/node_modules' .`, "--gate", `full=${gate}`];
  await ccm(home, "register-project", "--path", clone, "--name", "own", ...settings);
  await ccm(home, "start");
  try {
    await ccm(home, "create-task", "--project", "own", "--title", "Say hello in the changelog", "--prompt", "Say hello.");
    await ccm(home, "wait", "1", "--for", "done", "--timeout", "600");
  } finally {
    await ccm(home, "stop", "--now", "--all");
  }
  const task = JSON.parse(await ccm(home, "task-status", "1", "--json"));
  expect(task).toMatchObject({ state: "done", result: "merged" });
  const git = (...words: string[]) => run(["git", "-C", clone, ...words]);
  expect(await git("log", "-1", "--format=%s")).toBe("Say hello in the changelog\n");
  expect(await git("diff", "--stat", "HEAD~1")).toContain("CHANGELOG.md | 2 ++");
  expect(await git("status", "--porcelain")).toBe("");
  expect(await Bun.file(join(clone, "CHANGELOG.md")).text()).toEndWith("- Noted by a shell script.\n");
  await git("fsck", "--strict", "--no-dangling");
}, 900_000);
