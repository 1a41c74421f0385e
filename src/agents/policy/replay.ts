// What a policy would have made of the calls that agents' hooks announced: each recorded call is judged again.
import { setImmediate } from "node:timers/promises";
import { judge } from "../../hooks/judge.ts";
import type { GuardPolicy, GuardRules, Judgement, Verdict } from "../../hooks/rules.ts";
import type { Ctx } from "../../kernel/context.ts";
import { type Json, jsonOf, textOf } from "../../kernel/json.ts";
import { projectOf } from "../../projects/actions.ts";
import type { Project } from "../../projects/schema.ts";
import { placesOf } from "../host/guard-places.ts";
import { CHOICE_TOOL, callKey, callText } from "../question-text.ts";
import type { Run, RunEvent, RunSpec } from "../schema.ts";
import * as table from "../table.ts";
import { rulesFor, type Tried } from "./policy.ts";

/** A call that was let go, asked about or refused, and would be judged otherwise. `at` is epoch ms. */
export type Changed = { run: Run; at: number; tool: string; subject: string; was: Verdict; is: Verdict; reason: string; by: string };

/** Why recorded calls could not be judged again. */
export const UNREPLAYED = ["no record", "cut", "automation"] as const;
export type Unreplayed = (typeof UNREPLAYED)[number];

/** `unreplayed` counts runs for `no record`, else calls. */
export type Replay = { runs: number; calls: number; changes: Changed[]; unreplayed: Record<Unreplayed, number> };

/** Runs whose rows are held at once. */
const RUNS_AT_ONCE = 500;

/**
 * Judges every recorded call of agents since a time (epoch ms) by what holds now, or by what is tried. Changes nothing. It
 * reads the records of all these runs, and lets others have their turn, since a daemon that answers this has more to do.
 */
export async function replayPolicy(ctx: Ctx, wanted: { since: number; project: Project | null; tried: Tried }): Promise<Replay> {
  const replay: Replay = { runs: 0, calls: 0, changes: [], unreplayed: { "no record": 0, cut: 0, automation: 0 } };
  const rulesOf = new Map<string, GuardRules>();
  for (const run of runsSince(ctx, wanted.since, wanted.project)) {
    const spec = ctx.outside.hosts.ordered(run.id);
    if (!spec) {
      replay.unreplayed["no record"]++;
      continue;
    }
    const key = `${run.projectId} ${run.agent}`;
    const known = rulesOf.get(key) ?? (await rulesFor(ctx, projectOf(ctx, run.projectId), run.agent, wanted.tried));
    rulesOf.set(key, known);
    await replayRun(ctx, run, { spec, rules: known }, replay);
  }
  return replay;
}

function* runsSince(ctx: Ctx, since: number, project: Project | null): Generator<Run> {
  for (let after = 0; ; ) {
    const runs = table.agentRunsSince(ctx.db, { since, projectId: project?.id ?? null, after, limit: RUNS_AT_ONCE });
    yield* runs;
    const last = runs.at(-1);
    if (!last) return;
    after = last.id;
  }
}

async function replayRun(ctx: Ctx, run: Run, { spec, rules }: { spec: RunSpec; rules: GuardRules }, replay: Replay): Promise<void> {
  const policy = { rules, places: placesOf(spec) };
  const record = new CallRecord(policy, replay.unreplayed);
  for (let position = 0; ; await setImmediate()) {
    const { events, next } = ctx.outside.hosts.readEvents(run.id, position);
    for (const event of events) record.read(event);
    if (next === position) break;
    position = next;
  }
  replay.runs++;
  for (const { at, tool, subject, was, by, is } of record.calls) {
    if (/^(?:automation |deadline$)/.test(by)) replay.unreplayed.automation++;
    else {
      replay.calls++;
      if (is.verdict !== was) replay.changes.push({ run, at, tool, subject, was, is: is.verdict, reason: is.reason, by: is.by });
    }
  }
}

/** `is` is what it would be judged now, `was` and `by` what was decided then; the input, which may be long, is not kept. */
type RecordedCall = { key: string; at: number; tool: string; subject: string; was: Verdict; by: string; is: Judgement };

/** The calls that a run's hooks announced, each with what was decided about it, if that was written down. */
class CallRecord {
  readonly calls: RecordedCall[] = [];
  readonly #asked = new Set<string>();
  readonly #policy: GuardPolicy;
  readonly #unreplayed: Replay["unreplayed"];

  constructor(policy: GuardPolicy, unreplayed: Replay["unreplayed"]) {
    this.#policy = policy;
    this.#unreplayed = unreplayed;
  }

  read(event: RunEvent): void {
    if (event.kind === "hook" && (event.text === "PreToolUse" || event.text === "BeforeTool")) this.#announced(event);
    else if (event.kind === "verdict") this.#decided(jsonOf(event.json));
    else if (event.kind === "question") this.#asked.add(String(jsonOf(event.json).key));
    else if (event.kind === "answer") this.#answered(String(jsonOf(event.json).key));
  }

  #announced({ at, json, brief }: RunEvent): void {
    const hook = jsonOf(json);
    const tool = textOf(hook.tool_name) ?? "";
    if (tool === CHOICE_TOOL) return;
    // What a cut body held is not known: another verdict on the rest would mean nothing.
    if (brief) return void this.#unreplayed.cut++;
    const call = { tool, input: hook.tool_input, cwd: textOf(hook.cwd) ?? this.#policy.places.tree };
    const is = judge(call, this.#policy);
    this.calls.push({ key: callKey(hook), at, tool, subject: callText(call.input), was: "allow", by: "", is });
  }

  /** Calls may be judged at the same time: it belongs to the latest one that is about the same thing. */
  #decided({ tool, subject, verdict, by }: Json): void {
    const call = this.calls.findLast((one) => one.was === "allow" && one.tool === tool && one.subject === subject);
    if (!call || (verdict !== "deny" && verdict !== "ask")) return;
    call.was = verdict;
    call.by = textOf(by) ?? "";
  }

  /** A call that an earlier run had asked about is let go, or refused, by the answer that the run came with: it was asked about, too. */
  #answered(key: string): void {
    if (this.#asked.has(key)) return;
    const call = this.calls.findLast((one) => one.key === key);
    if (call) call.was = "ask";
  }
}
