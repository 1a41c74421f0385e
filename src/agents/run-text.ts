// Runs as people read them in a terminal.
import type { Style } from "../kernel/command-line.ts";
import type { CommandHost } from "../kernel/module.ts";
import { printable, printableLines, textFields, textTable } from "../kernel/text-table.ts";
import { ago, duration, sizeText } from "../kernel/time-text.ts";
import { runDurationMs } from "./rules.ts";
import type { Run, RunOutcome } from "./schema.ts";

export type ListedRun = { run: Run; project: string; title: string };

/** A line a run; of one that has ended its outcome instead of its state. */
export function runTable(host: CommandHost, rows: readonly ListedRun[], now: number): string {
  if (rows.length === 0) return "No run. `ccm plan` says what would start, and why the rest waits.";
  const paint = (state: string) => host.paint(toneOf(state), state);
  return textTable(
    [
      { title: "RUN", align: "right" },
      { title: "TASK", align: "right" },
      { title: "KIND" },
      { title: "NAME", shrink: true },
      { title: "STATE", paint },
      { title: "FOR", align: "right" },
      { title: "PROJECT", shrink: true },
      { title: "TITLE", shrink: true },
    ],
    rows.map(({ run, project, title }) => [
      `r${run.id}`,
      String(run.taskId),
      run.kind,
      run.agent,
      stateText(run),
      duration(runDurationMs(run, now)),
      project,
      title,
    ]),
    host.columns,
  );
}

/** Everything about a run, and the end of its output. */
export function runDetails(host: CommandHost, { run, project, title }: ListedRun, about: { tree: string; now: number }): string {
  const { exit } = run;
  const fields = textFields(
    [
      ["Task", `${run.taskId} ${title}`],
      ["Project", project],
      [run.kind === "agent" ? "Agent" : run.kind === "gate" ? "Gate" : "Set-up", run.command ?? run.agent],
      ["Attempt", String(run.attempt)],
      ["Sandbox", run.sandbox ?? ""],
      ["Started", run.startedAt === null ? "" : ago(run.startedAt, about.now)],
      ["Took", run.endedAt === null ? "" : duration(runDurationMs(run, about.now))],
      ["Memory", exit && exit.peakMemoryBytes > 0 ? `${sizeText(exit.peakMemoryBytes)} at most` : ""],
      ["Stops because", run.state === "finished" ? "" : (run.stopWanted ?? "")],
      ["Result", run.summary ?? ""],
      ["Tree", about.tree],
    ],
    host.columns,
  );
  const state = stateText(run);
  const heading = `${host.paint("bold", `Run r${run.id}`)}  ${host.paint(toneOf(state), state)}`;
  const tail = exit?.tail.trim() ? `\n\n${host.paint("dim", "The end of its output:")}\n${printableLines(exit.tail.trimEnd())}` : "";
  const watch = run.state === "finished" ? `All of it: ccm view r${run.id}` : `Watch it: ccm attach r${run.id}`;
  return `${heading}\n\n${fields}${tail}\n\n${host.paint("dim", printable(watch))}`;
}

function stateText(run: Run): string {
  if (run.outcome) return run.outcome;
  return run.stopWanted ? "stopping" : run.state;
}

const TONES: Record<RunOutcome, Style> = {
  passed: "green",
  failed: "red",
  stopped: "dim",
  died: "red",
  limit: "red",
  unstarted: "red",
};

function toneOf(state: string): Style {
  return state in TONES ? TONES[state as RunOutcome] : "bold";
}
