// Guards of a run whose agent is no claude: any program that calls `ccm hook` before it acts, with a real host.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { GuardVerdict, RunSpec } from "../../src/agents/schema.ts";
import { ownCommand } from "../../src/kernel/process.ts";
import { openRuns } from "../support/runs.ts";

const SLOW_MS = 60_000;

/** An agent that announces one call and writes down what it is told. */
function announces(event: string, tool: string, command: string): Partial<RunSpec> {
  const body = JSON.stringify({ hook_event_name: event, tool_name: tool, tool_use_id: "call-1", tool_input: { command } });
  const hook = [...ownCommand(), "hook", event].map((word) => `'${word}'`).join(" ");
  return { argv: ["sh", "-c", `printf '%s' '${body}' | ${hook} > told; echo >> told; cat`], promptBy: "stdin", output: "stream-json" };
}

test.each([
  ["PreToolUse", "Bash", "git push origin x"],
  ["BeforeTool", "run_shell_command", "echo push | xargs git"],
])(
  "%s of %s is refused with a reason in the agent's own protocol",
  async (event, tool, command) => {
    const lab = openRuns();
    lab.launch(announces(event, tool, command));
    const told = JSON.parse(await lab.wrote("told"));
    expect(told.decision ?? told.hookSpecificOutput?.permissionDecision).toBe("deny");
    expect(told.reason ?? told.hookSpecificOutput?.permissionDecisionReason).toContain("No push is needed.");
    lab.hosts.request(1, { kind: "stop", how: "now" });
    await lab.ended();
    const [verdict] = lab.events().filter(({ kind }) => kind === "verdict");
    expect(verdict?.json as GuardVerdict).toMatchObject({ tool, verdict: "deny", by: "class git", late: false });
  },
  SLOW_MS,
);

test(
  "a call that a person must allow ends the run as parked; the next run has the answer, and the call goes on",
  async () => {
    const lab = openRuns();
    lab.launch(announces("PreToolUse", "Bash", "npm publish"));
    expect(await lab.ended()).toMatchObject({ reason: "parked" });
    const [question] = lab.events().filter(({ kind }) => kind === "question");
    expect(question?.json).toMatchObject({ key: "call-1", tool: "Bash", why: "It publishes something for others to see." });

    const next = openRuns();
    const answer = { key: "another", tool: "Bash", input: { command: "npm publish" }, verdict: "allow" as const, text: "" };
    next.launch({ ...announces("PreToolUse", "Bash", "npm publish"), answers: [answer] });
    expect(JSON.parse(await next.wrote("told")).hookSpecificOutput.permissionDecision).toBe("allow");
    next.hosts.request(1, { kind: "stop", how: "now" });
    await next.ended();
    expect(readFileSync(join(next.tree, "told"), "utf8")).toContain("a person decided");
  },
  SLOW_MS,
);
