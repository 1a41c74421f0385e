// What a policy would have made of the calls that agents' hooks announced: each recorded call is judged again.
import { judge } from "../hooks/judge.ts";
import type { GuardRules, Verdict } from "../hooks/rules.ts";
import type { Ctx } from "../kernel/context.ts";
import { jsonOf, textOf } from "../kernel/json.ts";
import { projectOf } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { placesOf } from "./guard-places.ts";
import { rulesFor, type Tried } from "./policy.ts";
import { CHOICE_TOOL, callText } from "./question-text.ts";
import type { Run, RunEvent, RunSpec } from "./schema.ts";
import * as table from "./table.ts";

/** A call that was let go, asked about or refused, and would be judged otherwise. `at` is epoch ms. */
export type Changed = { run: Run; at: number; tool: string; subject: string; was: Verdict; is: Verdict; reason: string; by: string };

/** Why recorded calls could not be judged again. */
export const UNREPLAYED = ["no record", "cut", "automation"] as const;
export type Unreplayed = (typeof UNREPLAYED)[number];

/** `unreplayed` counts runs for `no record`, else calls. */
export type Replay = { runs: number; calls: number; changes: Changed[]; unreplayed: Record<Unreplayed, number> };

/** Runs that are looked through, the newest: a month of a busy machine. */
const RUNS = 5_000;

/** Judges every recorded call of agents since a time (epoch ms) by what holds now, or by what is tried. Changes nothing. */
export async function replayPolicy(ctx: Ctx, wanted: { since: number; project: Project | null; tried: Tried }): Promise<Replay> {
  const replay: Replay = { runs: 0, calls: 0, changes: [], unreplayed: { "no record": 0, cut: 0, automation: 0 } };
  const rulesOf = new Map<string, GuardRules>();
  for (const run of table.agentRunsSince(ctx.db, wanted.since, wanted.project?.id ?? null, RUNS)) {
    const spec = ctx.outside.hosts.ordered(run.id);
    if (!spec) {
      replay.unreplayed["no record"]++;
      continue;
    }
    const key = `${run.projectId} ${run.agent}`;
    const known = rulesOf.get(key) ?? (await rulesFor(ctx, projectOf(ctx, run.projectId), run.agent, wanted.tried));
    rulesOf.set(key, known);
    replayRun(ctx, run, { spec, rules: known }, replay);
  }
  return replay;
}

function replayRun(ctx: Ctx, run: Run, { spec, rules }: { spec: RunSpec; rules: GuardRules }, replay: Replay): void {
  const places = placesOf(spec);
  replay.runs++;
  for (const { at, tool, input, cwd, was, by } of recordedCalls(eventsOf(ctx, run.id), replay.unreplayed)) {
    if (/^(?:automation |deadline$)/.test(by)) {
      replay.unreplayed.automation++;
      continue;
    }
    replay.calls++;
    const is = judge({ tool, input, cwd: cwd ?? places.tree }, { rules, places });
    if (is.verdict !== was)
      replay.changes.push({ run, at, tool, subject: callText(input), was, is: is.verdict, reason: is.reason, by: is.by });
  }
}

function* eventsOf(ctx: Ctx, runId: number): Generator<RunEvent> {
  for (let position = 0; ; ) {
    const { events, next } = ctx.outside.hosts.readEvents(runId, position);
    yield* events;
    if (next === position) return;
    position = next;
  }
}

type RecordedCall = { at: number; tool: string; input: unknown; cwd: string | null; was: Verdict; by: string };

/** Hooks that say that a call is about to happen, each with the verdict that was written down after it, if one was. */
function recordedCalls(events: Iterable<RunEvent>, unreplayed: Replay["unreplayed"]): RecordedCall[] {
  const calls: RecordedCall[] = [];
  for (const event of events) {
    if (event.kind === "verdict") setVerdict(calls, event);
    if (event.kind !== "hook" || (event.text !== "PreToolUse" && event.text !== "BeforeTool")) continue;
    const hook = jsonOf(event.json);
    const tool = textOf(hook.tool_name) ?? "";
    if (tool === CHOICE_TOOL) continue;
    // What a cut body held is not known: another verdict on the rest would mean nothing.
    if (event.brief) unreplayed.cut++;
    else calls.push({ at: event.at, tool, input: hook.tool_input, cwd: textOf(hook.cwd), was: "allow", by: "" });
  }
  return calls;
}

/** Calls may be judged at the same time: it belongs to the latest one that is about the same thing. */
function setVerdict(calls: RecordedCall[], event: RunEvent): void {
  const { tool, subject, verdict, by } = jsonOf(event.json);
  const call = calls.findLast((one) => one.tool === tool && callText(one.input) === subject && one.was === "allow");
  if (!call || (verdict !== "deny" && verdict !== "ask")) return;
  call.was = verdict;
  call.by = textOf(by) ?? "";
}
