// Takes in what hosts have written: each recorded event once into the event log, and folded into what is known of its run.
import { hookBrief } from "../hooks/actions.ts";
import { oddityOf } from "../hooks/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { appendEvent } from "../kernel/events.ts";
import { mustFind, patchTask, record } from "../tasks/actions.ts";
import { eventSigns } from "./event-signs.ts";
import { isAnswer, isQuestion } from "./question-text.ts";
import { noteDelivered, noteQuestion, noteTold } from "./questions.ts";
import type { Run, RunEvent } from "./schema.ts";
import { lastBill } from "./signs/bill.ts";
import { classify, lasting, told } from "./signs/liveness.ts";
import { fresh, observe } from "./signs/observe.ts";
import { hostEntry, type LogEntry, signEntry } from "./signs/run-log.ts";
import type { Activity, LivenessSettings, Observed, Pulse } from "./signs/signs.ts";
import * as table from "./table.ts";

/** Bytes of one run that are taken in at a time, so that an agent that writes fast keeps nobody waiting: some 50 ms of work. */
const BYTES_AT_ONCE = 1_000_000;
/** From this part of the stall time on, the machine is asked whether a silent run is at work. */
const ASKED_PART = 0.5;
/** Live text for a screen, many a second: the whole of it is in the agent's stream. */
const UNTOLD_HOOK = "MessageDisplay";
/** Hooks of which an agent's own stream says as much, and more. */
const TOLD_BY_STREAM = new Set(["UserPromptSubmit", "Stop", "StopFailure", "SessionStart", "SessionEnd", "PostCompact", "PreCompact"]);

/**
 * Takes in what the hosts of live runs have written since the last time: microseconds a run that wrote nothing. True when
 * the loop should look, because there is more, or an agent does something else now. A run that cannot be read stops no other; then the
 * first error is thrown at the end.
 */
export function ingestRuns(ctx: Ctx): boolean {
  let isNews = false;
  const errors: unknown[] = [];
  for (const { run, position } of table.heardRuns(ctx.db)) {
    try {
      const heard = ingestRun(ctx, run, position);
      isNews ||= heard === "news" || heard === "more";
    } catch (thrown) {
      errors.push(thrown);
    }
  }
  if (errors.length > 0) throw errors[0];
  return isNews;
}

/** All that a run whose host is gone has written, before its end is recorded. */
export function ingestRest(ctx: Ctx, run: Run): void {
  if (run.kind !== "agent") return;
  let heard: Heard;
  do heard = ingestRun(ctx, run, table.findObservation(ctx.db, run.id)?.position ?? 0);
  while (heard === "more");
}

/** Judges live runs that wrote nothing, too: silence is a sign with time. */
export function judgeRuns(ctx: Ctx): void {
  for (const { run } of table.heardRuns(ctx.db)) {
    const known = table.findObservation(ctx.db, run.id);
    if (known) noteActivity(ctx, run, known, known.observed);
  }
}

/** What is known of a run, for people; null before it has shown anything. `text` says the time, too, `doing` does not. */
export function observationOf(
  ctx: Ctx,
  runId: number,
): { observed: Observed; activity: Activity; doing: string; text: string; since: number; nudges: number } | null {
  const known = table.findObservation(ctx.db, runId);
  if (!known) return null;
  const { observed, activity, activityText, activitySince: since, nudges } = known;
  const text = told({ activity, text: activityText, since }, ctx.clock.now());
  return { observed, activity, doing: activityText, text, since, nudges };
}

/** `more`: the rest is for the next time. `news`: it changes what others do. */
type Heard = "nothing" | "hooks" | "news" | "more";

function ingestRun(ctx: Ctx, run: Run, position: number): Heard {
  const end = ctx.outside.hosts.written(run.id);
  let heard: Heard = "nothing";
  let at = position;
  while (at < end) {
    if (at - position >= BYTES_AT_ONCE) return "more";
    const { next, isNews } = ingestChunk(ctx, run);
    if (next === at) break; // The last line is not whole yet.
    at = next;
    if (heard !== "news") heard = isNews ? "news" : "hooks";
  }
  return heard;
}

/**
 * One chunk in one transaction: its entries in the log, what is known after it, the task's cost, and the byte up to which
 * that is so. Whenever the daemon dies, the next begins at that byte: nothing is lost and nothing comes twice.
 */
function ingestChunk(ctx: Ctx, run: Run): { next: number; isNews: boolean } {
  return ctx.db.transact(() => {
    const known = table.findObservation(ctx.db, run.id) ?? begin(ctx, run);
    const { events, next } = ctx.outside.hosts.readEvents(run.id, known.position);
    if (next === known.position) return { next, isNews: false };
    let { observed } = known;
    let isNews = false;
    for (const event of events) {
      isNews = logEvent(ctx, run, event) || isNews;
      for (const sign of eventSigns(event, hasStream(run) ? "streamed" : "unstreamed")) {
        const after = observe(observed, sign, event.at);
        if (sign.kind === "heard") noteTold(ctx, run);
        append(ctx, run, event, signEntry(sign, observed, after));
        observed = after;
      }
    }
    addCost(ctx, run, observed.costUsd - known.observed.costUsd);
    table.moveObservation(ctx.db, run.id, known.position, { position: next, observed });
    isNews = noteActivity(ctx, run, known, observed) || isNews;
    return { next, isNews };
  });
}

/** Nothing is known of the run yet, but what its session has cost in earlier runs. */
function begin(ctx: Ctx, run: Run): table.Observation {
  const before = table.observedOfSession(ctx.db, run);
  return table.insertObservation(ctx.db, run.id, fresh(run.startedAt ?? run.claimedAt, before && lastBill(before)));
}

/** What the event itself says, whatever it shows of the agent. True when it is about a question, which holds or frees its task. */
function logEvent(ctx: Ctx, run: Run, event: RunEvent): boolean {
  if (event.kind === "question" && isQuestion(event.json)) noteQuestion(ctx, run, event.json, event.at);
  else if (event.kind === "answer" && isAnswer(event.json)) noteDelivered(ctx, run, event.json, event.at);
  else {
    append(ctx, run, event, event.kind === "hook" ? hookEntry(run, event) : hostEntry(event));
    return false;
  }
  return true;
}

/** Who has a session is talked with over its stream. */
function hasStream(run: Run): boolean {
  return run.session !== null;
}

/** `again`: another entry tells the same. */
function hookEntry(run: Run, event: RunEvent): LogEntry | null {
  if (event.text === UNTOLD_HOOK) return null;
  const isToldAgain = hasStream(run) && TOLD_BY_STREAM.has(event.text ?? "");
  return { name: "hook.received", source: "agent", data: { ...hookData(event), ...(isToldAgain ? { again: true } : {}) } };
}

/** A body that was cut is in the file, and was read when it was whole. */
function hookData({ text = "", json, file, brief }: RunEvent): LogEntry["data"] {
  if (file) return { ...(brief ?? hookBrief(text, json)), file };
  const odd = oddityOf(text, json);
  return { ...hookBrief(text, json), ...(odd ? { odd } : {}) };
}

/** The time in the log is when it happened, not when it was read. */
function append(ctx: Ctx, run: Run, event: RunEvent, entry: LogEntry | null): void {
  if (entry) appendEvent(ctx.db, event.at, { ...entry, projectId: run.projectId, taskId: run.taskId, runId: run.id });
}

function addCost(ctx: Ctx, run: Run, costUsd: number): void {
  if (costUsd > 0) patchTask(ctx, run.taskId, { costUsd: mustFind(ctx, run.taskId).costUsd + costUsd });
}

/** Writes down the verdict if it is another one; the log tells an activity that lasts. True when it changed. */
function noteActivity(ctx: Ctx, run: Run, known: table.Observation, observed: Observed): boolean {
  const now = ctx.clock.now();
  const settings = livenessSettings(ctx);
  const verdict = classify(observed, pulseOf(ctx, run, observed, settings), settings, now);
  const activity = lasting(known.activity, verdict, now);
  const isSame = activity === known.activity && verdict.text === known.activityText && verdict.since === known.activitySince;
  if (isSame) return false;
  ctx.db.transact(() => {
    table.setActivity(ctx.db, run.id, { ...verdict, activity });
    if (isTold(known.activity, activity)) {
      const data = { from: known.activity, to: activity, text: verdict.text };
      record(ctx, { id: run.taskId, projectId: run.projectId }, "activity.changed", "daemon", data, run.id);
    }
  });
  return activity !== known.activity;
}

/** That a run begins to work, and that it ends, have entries of their own. */
function isTold(from: Activity, to: Activity): boolean {
  return from !== to && to !== "finished" && !(from === "starting" && to === "working");
}

export function livenessSettings(ctx: Ctx): LivenessSettings {
  const { stallMinutes, loopCalls } = ctx.config.limits;
  return { stallMs: stallMinutes * 60_000, loopCalls };
}

/** Processes are only looked at where it could matter: most runs are heard of every few seconds. */
function pulseOf(ctx: Ctx, run: Run, { lastSignAt }: Observed, { stallMs }: LivenessSettings): Pulse {
  if (ctx.clock.now() - lastSignAt >= stallMs * ASKED_PART) return ctx.outside.hosts.pulse(run.id, run.taskId);
  return { isLive: ctx.outside.hosts.look(run.id).kind === "live", watchedAt: null, busyAt: null, gitAt: null };
}
