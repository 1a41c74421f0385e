// A run's automations as its host starts them: asked by the agent's own hooks, written down, and gone with the host.
import { beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shipAutomations } from "../../src/hooks/automations/shipped.ts";
import type { AutomationOrder, AutomationRecord } from "../../src/hooks/schema.ts";
import { allProcesses, commandOf, ownCommand } from "../../src/kernel/process.ts";
import { type Lab, openRuns, until } from "../support/runs.ts";

let lab: Lab;
beforeEach(() => {
  lab = openRuns();
  chmodSync(lab.paths.home, 0o700);
  shipAutomations(lab.paths.home);
});

/** A program in sh that is on, as the daemon orders it. */
function automation(name: string, events: string[], body: string): AutomationOrder {
  const path = join(lab.paths.home, "automations/enabled", name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o700 });
  return { name, path, events, matcher: "", deadlineMs: 10_000, failure: "allow", secrets: [] };
}

/** What an agent does at an event: `ccm hook`, its answer in the tree. */
const hook = (event: string, body: object) => `echo '${JSON.stringify(body)}' | ${ownCommand().join(" ")} hook ${event} > ${event}.json`;
const answer = (event: string) => readFileSync(join(lab.tree, `${event}.json`), "utf8").trim();
const records = () => lab.events().flatMap((event) => (event.kind === "automation" ? [event.json as AutomationRecord] : []));

test("what one says is the agent's answer, and the run's events tell it", async () => {
  const automations = [
    automation("10-stop", ["Stop"], "echo 'Look again.' >&2; exit 2"),
    automation("20-tell", ["PreToolUse"], `echo '{"hookSpecificOutput":{"additionalContext":"Mind the gap."}}'`),
  ];
  const call = { tool_name: "Bash", tool_input: { command: "ls" }, tool_use_id: "toolu_1", cwd: lab.tree };
  lab.launch({ automations, argv: ["sh", "-c", `${hook("Stop", {})}; ${hook("PreToolUse", call)}; ${hook("UserPromptSubmit", {})}`] });
  await lab.ended();
  expect(JSON.parse(answer("Stop"))).toEqual({ decision: "block", reason: "Look again." });
  expect(JSON.parse(answer("PreToolUse"))).toMatchObject({ hookSpecificOutput: { additionalContext: "Mind the gap." } });
  expect(answer("UserPromptSubmit")).toBe("");
  expect(records()).toMatchObject([
    { name: "10-stop", event: "Stop", ok: true, verdict: "deny" },
    { name: "20-tell", event: "PreToolUse", tool: "Bash", ok: true, verdict: null, context: 13 },
  ]);
});

test("one refuses a call that ccm itself does not mind, and one that hangs makes it refused after 2 s", async () => {
  const automations = [automation("10-hangs", ["PreToolUse"], '[ -e "$CCM_STATE/once" ] && exit 0; touch "$CCM_STATE/once"; sleep 60')];
  const call = { tool_name: "Bash", tool_input: { command: "ls" }, tool_use_id: "toolu_1", cwd: lab.tree };
  lab.launch({ automations, argv: ["sh", "-c", hook("PreToolUse", call)] });
  await lab.ended();
  expect(answer("PreToolUse")).toContain("Nobody could say within 2 s");
  expect(records()).toMatchObject([{ name: "10-hangs", ok: false, code: null }]);
});

test("none outlives a host that is killed", async () => {
  const word = `8${process.pid}.5`;
  const running = () => allProcesses().some(({ pid, state }) => state !== "Z" && commandOf(pid).includes(word));
  const automations = [automation("10-slow", ["Stop"], `exec sleep ${word}`)];
  lab.launch({ automations, argv: ["sh", "-c", hook("Stop", {})] });
  await until("the automation", running);
  const state = lab.hosts.look(1);
  process.kill(state.kind === "live" ? state.pid : 0, "SIGKILL");
  await until("its end", () => !running());
});

test("one of the agent's last event is waited for, and nothing of it is left", async () => {
  const automations = [automation("10-last", ["SessionEnd"], `sleep 0.5; touch "$CCM_STATE/done"`)];
  const post = `curl -s -m 1 -o /dev/null -H "Authorization: Bearer $CCM_RUN_TOKEN" -d '{}' "$CCM_RUN_URL/hook/SessionEnd" & sleep 0.2`;
  mkdirSync(lab.tree, { recursive: true });
  lab.launch({ automations, argv: ["sh", "-c", post] });
  await lab.ended();
  expect(existsSync(join(lab.paths.run(1).root, "automations/10-last/done"))).toBe(true);
  expect(records()).toMatchObject([{ name: "10-last", ok: true }]);
});
