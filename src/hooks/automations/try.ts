// `ccm automations test`: runs one automation as a host would, with an event that is made up or given, and shows what it says.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ctx } from "../../kernel/context.ts";
import { Fault } from "../../kernel/fault.ts";
import { readText, wholeNumber } from "../../kernel/input.ts";
import { type Json, jsonOf, numberOf, textOf } from "../../kernel/json.ts";
import type { CommandHost } from "../../kernel/module.ts";
import { printable, printableLines, textFields } from "../../kernel/text-table.ts";
import type { AutomationHeader, AutomationRecord, AutomationsOutcome } from "../schema.ts";
import { findAutomation, orderOf } from "./automations.ts";
import { createAutomations } from "./chain.ts";
import type { TestOptions } from "./commands.ts";
import { patternOf } from "./header.ts";

/** As much as the endpoint of a host takes of an event. */
const INPUT_BYTES = 16_000_000;

type Place = { taskId: number | null; runId: number | null; tree: string };
type Tried = { record: AutomationRecord; outcome: AutomationsOutcome };

/** Faults: `not_found`, `denied` for one that must not be run, `invalid` for an event that it is not for, `failed` when it failed. */
export async function test(host: CommandHost, name: string, options: TestOptions): Promise<void> {
  const ctx = await host.open();
  const { path, header, trouble } = findAutomation(ctx.paths.home, name);
  if (trouble || !header) throw new Fault("denied", `"${name}" is not run: ${trouble}`, "Put that right first.");
  const event = eventFor(header, options.event);
  const place = placeOf(ctx, options.run);
  const body = options.input === undefined ? sample(event, header, place, options.command) : await givenBody(options.input);
  const { record, outcome } = await tryOnce(ctx, { name, path, header, event, body, place });
  if (!record.ok)
    throw new Fault("failed", `"${name}" failed: ${record.why}`, record.said.trim() || "It said nothing on its error output.");
  const { by: _, late: __, ...said } = outcome;
  host.print({ name, event, exitCode: record.code, tookMs: record.tookMs, errors: record.said, ...said }, () =>
    shown(host, record, outcome),
  );
}

function eventFor({ events }: AutomationHeader, wanted: string | undefined): string {
  if (wanted === undefined) return events[0] ?? "";
  if (events.includes(wanted)) return wanted;
  throw new Fault("invalid", `It does not run at "${wanted}".`, `It runs at ${events.join(", ")}.`);
}

/** Outside of a run there is no tree, and no sandbox to start anything in. Faults: `invalid`, `not_found`. */
function placeOf(ctx: Ctx, run: string | undefined): Place {
  if (run === undefined) return { taskId: null, runId: null, tree: "/" };
  const runId = wholeNumber(run.replace(/^r/, ""), "--run", 1);
  try {
    const spec = jsonOf(JSON.parse(readFileSync(ctx.paths.run(runId).spec, "utf8")));
    return { taskId: numberOf(spec.taskId), runId, tree: textOf(spec.treePath) ?? "/" };
  } catch (cause) {
    throw new Fault("not_found", `There is no run "${run}" any more.`, "`ccm logs` names runs.", { cause });
  }
}

async function givenBody(path: string): Promise<Json> {
  try {
    return jsonOf(JSON.parse(await readText(path, "event", INPUT_BYTES)));
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new Fault(
      "invalid",
      `The event in "${path}" is no JSON: ${thrown.message}.`,
      "An event is an object, such as a run's events.jsonl has.",
    );
  }
}

/** An event as Claude Code sends it, with a tool that the automation is for. */
function sample(event: string, header: AutomationHeader, { tree }: Place, command: string | undefined): Json {
  const about = { session_id: "test", transcript_path: "", cwd: tree, permission_mode: "default" };
  const file = { file_path: join(tree, "example.txt"), content: "example\n" };
  const calls = [
    { tool_name: "Bash", tool_input: { command: command ?? "ls" } },
    { tool_name: "Write", tool_input: file },
    { tool_name: "Edit", tool_input: { ...file, old_string: "a", new_string: "b" } },
  ];
  const isMeant = (call: { tool_name: string }) => patternOf(header.matcher)?.test(call.tool_name);
  const call = { tool_use_id: "toolu_test", ...(calls.find(isMeant) ?? { tool_name: header.matcher.split("|")[0], tool_input: {} }) };
  const parts: Record<string, Json> = {
    PreToolUse: call,
    PermissionRequest: call,
    PostToolUse: { ...call, tool_response: {}, duration_ms: 1 },
    PostToolUseFailure: { ...call, error: "Exit code 1" },
    UserPromptSubmit: { prompt: "An example." },
    SessionStart: { source: "startup" },
    SessionEnd: { reason: "other" },
    Stop: { stop_hook_active: false, last_assistant_message: "Done." },
    SubagentStop: { stop_hook_active: false, agent_id: "test", agent_type: "general-purpose" },
    Notification: { message: "An example.", notification_type: "idle_prompt" },
    PreCompact: { trigger: "auto", custom_instructions: "" },
  };
  return { ...about, ...parts[event] };
}

type Trial = { name: string; path: string; header: AutomationHeader; event: string; body: Json; place: Place };

async function tryOnce(ctx: Ctx, { name, path, header, event, body, place }: Trial): Promise<Tried> {
  const stateFolder = mkdtempSync(join(tmpdir(), "ccm-automation-"));
  let record: AutomationRecord | undefined;
  try {
    const order = orderOf(ctx, name, path, header);
    const one = createAutomations([order], { home: ctx.paths.home, stateFolder, ...place, record: (made) => (record = made) });
    const outcome = await one.run(event, body, header.deadlineMs);
    if (record) return { record, outcome };
    throw new Fault("invalid", `Its matcher "${header.matcher}" is not for this event.`, "--input gives it one that is.");
  } finally {
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

function shown(host: CommandHost, record: AutomationRecord, outcome: AutomationsOutcome): string {
  const { verdict, reason, context, updatedInput, stop } = outcome;
  const fields = textFields(
    [
      ["verdict", verdict ?? "none"],
      ["reason", printable(reason)],
      ["tells", printable(context)],
      ["input", updatedInput ? printable(JSON.stringify(updatedInput)) : ""],
      ["ends turn", printable(stop ?? "")],
      ["took", `${record.tookMs} ms, exit code ${record.code}`],
    ],
    host.columns,
  );
  const errors = record.said.trim();
  return errors === "" || errors === reason ? fields : `${fields}\n\n${printableLines(errors)}`;
}
