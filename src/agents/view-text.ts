// The text of a view: events and outcome with colours and folded lines for a terminal, plain for a file. Pure.
import type { ExitReason, ExitRecord, RunEvent } from "./schema.ts";
import { eventLines, type Line, type Tone } from "./transcript.ts";

/** `columns` is null where the output is no terminal: no colours, nothing folded. */
export type Screen = { columns: number | null };

const COLOURS: Record<Tone, string> = { plain: "", faint: "2", tool: "36", person: "35", good: "32", bad: "31" };

/** What an event prints, newlines included; empty for one that people need not see. */
export function shownEvent(event: RunEvent, screen: Screen): string {
  return eventLines(event)
    .map((line) => shownLine(line, screen))
    .join("");
}

/** The last line of a view; null for a run whose host died. */
export function shownOutcome(exit: ExitRecord | null, screen: Screen): string {
  if (!exit) return shownLine({ tone: "bad", text: "■ The host died; the daemon decides what comes next." }, screen);
  const tone = exit.reason === "exited" && exit.code === 0 ? "good" : "bad";
  const took = `after ${duration(exit.endedAt - exit.startedAt)}, ${Math.round(exit.peakMemoryBytes / 1e6)} MB at most`;
  return shownLine({ tone, text: `■ ${endedHow(exit)} ${took}` }, screen);
}

const REASONS: Record<Exclude<ExitReason, "exited">, string> = {
  stopped: "Stopped",
  unstarted: "Not started",
  died: "The host died",
  parked: "Parked: a question waits for an answer",
  runMs: "Ended by its time limit",
  memoryBytes: "Ended by its memory limit",
  children: "Ended by its limit of processes",
  outputBytes: "Ended by its limit of output",
  treeBytes: "Ended by its limit of disk space",
};

function endedHow(exit: ExitRecord): string {
  if (exit.reason === "unstarted") return `${REASONS.unstarted} (${exit.tail})`;
  if (exit.reason !== "exited") return REASONS[exit.reason];
  return exit.signal === null ? `Exited with ${exit.code}` : `Ended by ${exit.signal}`;
}

/** A duration as people say it: 0.4 s, 12 s, 3 min 5 s, 2 h 7 min. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** Continuations are indented like their line, so that a tool's answer stays together. */
function shownLine(line: Line, { columns }: Screen): string {
  if (columns === null) return `${line.text}\n`;
  const indent = /^ */.exec(line.text)?.[0] ?? "";
  const folded = Bun.wrapAnsi(line.text.slice(indent.length), Math.max(20, columns - indent.length), { hard: true, trim: false });
  const colour = COLOURS[line.tone];
  return folded
    .split("\n")
    .map((part) => `${colour ? `\u001b[${colour}m` : ""}${indent}${part}${colour ? "\u001b[0m" : ""}\n`)
    .join("");
}
