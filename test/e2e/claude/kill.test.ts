// kill -9 in the middle of a turn of the real Claude Code: whoever dies, the session goes on and the work is merged once.
import { describe, expect } from "bun:test";
import { readStarted } from "../../../src/agents/run-files.ts";
import { allProcesses, descendantsOf } from "../../../src/kernel/process.ts";
import { type ClaudeHome, expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { kill, killAll, processesOf } from "../../support/home-under-test.ts";
import { shell } from "../../support/model-script.ts";
import { hasProgram } from "../../support/programs.ts";
import { waitFor } from "../../support/wait.ts";
import { testWithClaude } from "../../support/with-claude.ts";

type Victim = (lab: ClaudeHome, runId: number) => void | Promise<void>;

const hostOf = ({ home }: ClaudeHome, runId: number) => readStarted(home.paths.run(runId))?.pid ?? 0;

const agent: Victim = (lab, runId) => {
  const below = descendantsOf(hostOf(lab, runId), allProcesses());
  expect(below.length).toBeGreaterThan(0);
  for (const { pid } of below) kill(pid);
};
const host: Victim = (lab, runId) => kill(hostOf(lab, runId));
/** The server of the windows, which a person may have closed; without tmux there is none, and nothing to kill. */
const tmux: Victim = async ({ home }) => {
  if (!hasProgram("tmux")) return;
  const servers = () => processesOf(home.root).filter(({ command }) => /^\S*tmux /.test(command));
  await waitFor("windows", () => servers().length > 0);
  for (const { pid } of servers()) kill(pid);
};
const daemon: Victim = async ({ home }) => {
  await home.killDaemon();
  await home.startDaemon();
};
const everything: Victim = async ({ home }) => {
  await killAll(home.root);
  await home.startDaemon();
};

/** In the middle of an answer of the model, and in the middle of a tool's work. */
const MOMENTS = {
  "in the middle of an answer": [shell("echo begun"), shell("echo cut short", { until: "killed" })],
  "in the middle of a command": [shell("echo begun"), shell("[ -e {{cwd}}/.again ] || { touch {{cwd}}/.again; sleep 300; }")],
};

describe.each(Object.entries(MOMENTS))("%s", (_, steps) => {
  async function isMergedOnce(executable: string, strike: Victim): Promise<void> {
    const tracks = [track("Mend the sum", ...steps, shell("rm -f .again"), ...MEND)];
    const lab = await openClaudeHome({ executable, tracks, daemonEnv: strike === tmux ? { CCM_WINDOWS_TMUX: "auto" } : {} });
    const { id } = await lab.create("Mend the sum");
    await waitFor("the second step", () => lab.server.asked.some(({ step }) => step === 1));
    const runId = lab.events(id, "run.started")[0]?.runId ?? 0;
    if (steps === MOMENTS["in the middle of a command"])
      await waitFor("the command", () => processesOf(lab.home.root).some(({ command }) => command.startsWith("sleep 300")));
    await strike(lab, runId);
    lab.server.release("killed");
    if (strike === daemon || strike === tmux)
      for (const { pid, command } of processesOf(lab.home.root)) if (command.startsWith("sleep 300")) kill(pid);
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(lab.git("show", "main:sum.js")).toBe(MENDED);
    expect(lab.git("rev-list", "--count", "main")).toBe("2");
    expect(lab.events(id, "task.merged")).toHaveLength(1);
    expect(new Set(lab.server.asked.map(({ session }) => session)).size).toBe(1);
    expect(await lab.home.json<unknown[]>("fsck")).toEqual([]);
    expectRightRequests(lab.server);
  }

  testWithClaude("the agent is killed", (executable) => isMergedOnce(executable, agent));
  testWithClaude("everything is killed", (executable) => isMergedOnce(executable, everything));
  if (steps !== MOMENTS["in the middle of an answer"]) return;
  testWithClaude("the host is killed", (executable) => isMergedOnce(executable, host));
  testWithClaude("tmux is killed", (executable) => isMergedOnce(executable, tmux));
  testWithClaude("the daemon is killed", (executable) => isMergedOnce(executable, daemon));
});
