// The text of a view: events and outcome with colours, wrapped and folded for a terminal, plain for a file. Pure.

import type { ExitReason, ExitRecord, RunEvent } from "../schema.ts";
import type { Line, Tone } from "../transcript/lines.ts";
import { createTranscript } from "../transcript/transcript.ts";

export type Screen = {
  /** What an event prints, newlines included; empty for one that people need not see. */
  event(event: RunEvent): string;
  /** The last line of a view; null for a run whose host died. */
  outcome(exit: ExitRecord | null): string;
  /** A line of the view's own. */
  say(text: string): string;
  /** What the fold with this number stands for, or the last one. */
  more(number: number | null): string;
  /** Whether long texts are folded from now on. */
  fold(how: Folding): void;
};

export type Folding = "folded" | "unfolded";

const COLOURS: Record<Tone, string> = {
  plain: "",
  faint: "2",
  tool: "36",
  person: "35",
  good: "32",
  warn: "33",
  bad: "31",
  added: "32",
  removed: "31",
};

/** Narrowest that lines are wrapped to: a window that is drawn smaller is not being read. */
const NARROWEST = 20;
/** Folds that can be asked for: those of the last screens. At 40 kB each they take 2 MB at most. */
const FOLDS = 50;

/** `columns` is asked for each event, since a window may be resized; null where the output is no terminal: no colours, nothing wrapped. */
export function createScreen(columns: () => number | null): Screen {
  const transcript = createTranscript();
  const folds = new Map<number, Line[]>();
  let folding: Folding = "folded";
  let last = 0;

  function shown(line: Line): string {
    if (!line.folded || columns() === null) return shownLine(line, columns());
    if (folding === "unfolded") return line.folded.map(shown).join("");
    last += 1;
    folds.set(last, line.folded);
    folds.delete(last - FOLDS);
    return shownLine({ ...line, text: `${line.text} (/more ${last})` }, columns());
  }

  const say = (text: string, tone: Tone = "faint") => shownLine({ tone, text }, columns());
  return {
    event: (event) => transcript(event).map(shown).join(""),
    outcome: (exit) => say(...outcomeOf(exit)),
    say: (text) => say(text),
    more(number) {
      const rest = folds.get(number ?? last);
      if (rest) return rest.map((line) => shownLine(line, columns())).join("");
      return say(number === null ? "Nothing is folded." : `There is no fold ${number} any more.`);
    },
    fold(how) {
      folding = how;
    },
  };
}

function outcomeOf(exit: ExitRecord | null): [text: string, tone: Tone] {
  if (!exit) return ["■ The host died; the daemon decides what comes next.", "bad"];
  const isGood = (exit.reason === "exited" && exit.code === 0) || exit.reason === "parked";
  const took = `after ${duration(exit.endedAt - exit.startedAt)}, ${Math.round(exit.peakMemoryBytes / 1e6)} MB at most`;
  return [`■ ${endedHow(exit)} ${took}`, isGood ? "good" : "bad"];
}

const REASONS: Record<Exclude<ExitReason, "exited">, string> = {
  stopped: "Stopped",
  unstarted: "Not started",
  died: "The host died",
  rebooted: "Ended by a restart of the machine",
  parked: "Parked until a person answers,",
  runMs: "Ended by its time limit",
  memoryBytes: "Ended by its memory limit",
  children: "Ended by its limit of processes",
  outputBytes: "Ended by its limit of output",
  treeBytes: "Ended by its limit of disk space",
  commits: "Ended by its limit of commits",
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

/** Continuations are indented like their line, so that a tool's answer stays together, and so does a sub-agent's bar. */
function shownLine(line: Line, columns: number | null): string {
  if (columns === null) return `${line.text}\n`;
  const indent = /^[ │]*/.exec(line.text)?.[0] ?? "";
  const text = line.text.slice(indent.length).replaceAll("\t", "    ");
  const wrapped = Bun.wrapAnsi(text, Math.max(NARROWEST, columns - indent.length), { hard: true });
  const colour = COLOURS[line.tone];
  return wrapped
    .split("\n")
    .map((part) => `${colour ? `\u001b[${colour}m` : ""}${indent}${part}${colour ? "\u001b[0m" : ""}\n`)
    .join("");
}
