// The part of a run's transcript that is shown at once: its last lines, those before them, and those that follow.
import type { Ctx } from "../../kernel/context.ts";
import type { Stretch } from "../schema.ts";
import { type Line, line } from "./lines.ts";
import { createTranscript } from "./transcript.ts";

/** Lines of one window: some twenty screens; more would make the page slow to show and to keep up to date. */
const WINDOW_LINES = 600;
/** A window is read again with four times the bytes while it has fewer lines: much of what a run records is not for people. */
const FEW_LINES = 200;
const FIRST_BYTES = 128_000;
/** Most bytes that are read for one window, some 15 ms of work. */
const MOST_BYTES = 2_000_000;
/** Bytes before new lines that are read again: an answer is told by the call that it belongs to. */
const CONTEXT_BYTES = 64_000;

/** Lines, and the bytes of the run's events that they are from. Nothing is before `from` when that is 0. */
export type LogWindow = { lines: Line[]; from: number; to: number };

/** The last lines before a byte that a window began at, or of all; microseconds a line, whatever the size of the whole. */
export function logBefore(ctx: Ctx, runId: number, before: number | null): LogWindow {
  const { hosts } = ctx.outside;
  const to = before ?? hosts.written(runId);
  for (let bytes = FIRST_BYTES; ; bytes *= 4) {
    const window = lastLines(hosts.readBefore(runId, to, bytes));
    if (window.lines.length >= FEW_LINES || bytes >= Math.min(MOST_BYTES, to)) return window;
  }
}

/** What follows a byte that a window ended at; null when that is nothing yet, or more than a window holds. */
export function logAfter(ctx: Ctx, runId: number, position: number): LogWindow | "nothing" | "much" {
  const { hosts } = ctx.outside;
  const written = hosts.written(runId);
  if (written <= position) return "nothing";
  if (written - position > MOST_BYTES) return "much";
  const transcript = createTranscript();
  for (const { event } of hosts.readBefore(runId, position, CONTEXT_BYTES).events) transcript(event);
  const lines: Line[] = [];
  let to = position;
  for (;;) {
    const { events, next } = hosts.readEvents(runId, to);
    lines.push(...events.flatMap(transcript));
    if (lines.length > WINDOW_LINES) return "much";
    if (next === to) return to === position ? "nothing" : { lines, from: position, to };
    to = next;
  }
}

/** Read in their order, since that is how they are understood; then what is too much is left to an earlier window. */
function lastLines({ events, end }: Stretch): LogWindow {
  const transcript = createTranscript();
  const parts = events.map(({ event, at }) => ({ at, lines: transcript(event) }));
  const shown: Line[][] = [];
  let from = end;
  let count = 0;
  for (const part of parts.reverse()) {
    if (count > 0 && count + part.lines.length > WINDOW_LINES) break;
    shown.unshift(endOf(part.lines));
    count += part.lines.length;
    from = part.at;
  }
  return { lines: shown.flat(), from, to: end };
}

/** One text of thousands of lines is a window of its own, and the beginning of it is left out. */
function endOf(lines: Line[]): Line[] {
  if (lines.length <= WINDOW_LINES) return lines;
  const left = lines.length - WINDOW_LINES;
  return [line("faint", `… ${left} lines before these are in the run's folder`), ...lines.slice(left)];
}
