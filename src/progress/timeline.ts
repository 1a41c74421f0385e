// What has happened to a task, as its page tells it: the latest first pages of it, and what comes.
import type { IconName } from "../../views/parts/icon.tsx";
import type { TimelineRowProps } from "../../views/parts/timeline.tsx";
import type { Tone } from "../../views/parts/tone.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Event, lastSeq, newestEvents, readEvents } from "../kernel/events.ts";
import { cut, printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { isNoise, sentenceOf, toneOf } from "./rules.ts";

/** `all`: also what people mostly need not see. */
export type TimelineWanted = { taskId: number; noise: "hidden" | "all"; before?: number };

/** Rows of one page: what fits some screens, and what the page stays quick with. */
const ROWS = 80;
/** Events that are read at a time, and at most for one page: of an agent at work, twenty hooks come to one that is shown. */
const READ = 300;
const READ_AT_MOST = 1_500;
/** New events that a tab is sent one by one; one that has slept longer gets the page anew. */
const FOLLOWED = 300;
/** Columns of one sentence; a message of a person may be long. */
const COLUMNS = 600;

/** The latest rows, oldest first; `earlier` is the seq before which there may be more, null at the beginning. */
export function timelineRows(ctx: Ctx, wanted: TimelineWanted): { rows: TimelineRowProps[]; cursor: number; earlier: number | null } {
  const cursor = lastSeq(ctx.db);
  const shown: Event[] = [];
  let before = wanted.before;
  let read = 0;
  let isAll = false;
  while (!isAll && shown.length < ROWS && read < READ_AT_MOST) {
    const events = newestEvents(ctx.db, { taskId: wanted.taskId, limit: READ, ...(before === undefined ? {} : { before }) });
    shown.unshift(...events.filter((event) => isShown(event, wanted)));
    read += events.length;
    before = events[0]?.seq ?? before;
    isAll = events.length < READ;
  }
  const rows = shown.slice(-ROWS);
  const first = rows.length < shown.length ? rows[0]?.seq : isAll ? undefined : before;
  return { rows: rows.map(rowOf), cursor, earlier: first ?? null };
}

/** What has come since; `anew` when that is a lot. */
export function timelineMore(ctx: Ctx, wanted: TimelineWanted, cursor: number): { rows: TimelineRowProps[]; cursor: number } | "anew" {
  const events = readEvents(ctx.db, { taskId: wanted.taskId, after: cursor, limit: FOLLOWED + 1 });
  if (events.length > FOLLOWED) return "anew";
  return { rows: events.filter((event) => isShown(event, wanted)).map(rowOf), cursor: events.at(-1)?.seq ?? cursor };
}

function isShown(event: Event, { noise }: TimelineWanted): boolean {
  return noise === "all" || !isNoise(event.name, event.data);
}

const TONES: Record<string, Tone> = { green: "good", red: "bad", yellow: "warn" };

function rowOf(event: Event): TimelineRowProps {
  return {
    id: `event-${event.seq}`,
    at: when(event.at),
    tone: TONES[toneOf(event.name, event.data) ?? ""] ?? "plain",
    icon: iconOf(event.name, event.data),
    text: cut(printable(sentenceOf(event)), COLUMNS),
    ...(event.runId === null ? {} : { run: { text: `r${event.runId}`, href: `/tasks/${event.taskId}/log?run=r${event.runId}` } }),
  };
}

/** By the event's name, or by the noun that it begins with. */
const ICONS: Record<string, IconName> = {
  "task.created": "plus",
  "task.edited": "edit",
  "task.held": "waiting",
  "task.paused": "paused",
  "task.cancelled": "cancelled",
  "task.failed": "failed",
  "task.finished": "done",
  "task.merged": "merging",
  "task.approved": "passed",
  "task.rejected": "rejected",
  "task.changes-requested": "changes",
  "gate.passed": "passed",
  "gate.failed": "failed",
  "merge.conflicted": "warning",
  "job.failed": "warning",
  "breaker.opened": "warning",
  task: "forward",
  stage: "skipped",
  worktree: "branch",
  branch: "branch",
  work: "commit",
  candidate: "commit",
  merge: "merging",
  run: "terminal",
  hook: "agents",
  turn: "agents",
  message: "message",
  question: "waiting",
  activity: "working",
};

function iconOf(name: string, data: Record<string, unknown>): IconName {
  if (name === "run.finished") return data.outcome === "passed" ? "passed" : data.outcome === "stopped" ? "stop" : "failed";
  return ICONS[name] ?? ICONS[name.split(".")[0] ?? ""] ?? "info";
}
