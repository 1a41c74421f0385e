// Runs as people read them in a terminal.
import type { Style } from "../kernel/command-line.ts";
import type { CommandHost } from "../kernel/module.ts";
import { printable, printableLines, tableRows, textFields, wrap } from "../kernel/text-table.ts";
import { ago, duration, sizeText } from "../kernel/time-text.ts";
import { rightsText, sandboxText } from "../sandbox/rules.ts";
import { activityTone, agentFields, agentLine, type Seen } from "./agent-text.ts";
import { CHOICE_TOOL, questionText } from "./question-text.ts";
import { runDurationMs } from "./rules.ts";
import type { AskedQuestion, Run, RunOutcome } from "./schema.ts";
import type { Activity } from "./signs/signs.ts";

/** `seen` is null for gates and set-up, and for an agent that has shown nothing yet; `question` is its own, while it is open. */
export type ListedRun = { run: Run; project: string; title: string; seen: Seen | null; question: AskedQuestion | null };

/** Columns before what an agent does, below its line. */
const INDENT = 5;
/** Lines of what an agent said last that are shown. */
const SAID_LINES = 8;

/** A line a run, and below it what its agent does; of one that has ended its outcome instead of its state. */
export function runTable(host: CommandHost, rows: readonly ListedRun[], now: number): string {
  if (rows.length === 0) return "No run. `ccm plan` says what would start, and why the rest waits.";
  const paint = (state: string) => host.paint(toneOf(state), state);
  const [heading = "", ...lines] = tableRows(
    [
      { title: "RUN", align: "right" },
      { title: "TASK", align: "right" },
      { title: "KIND" },
      { title: "NAME", shrink: true },
      { title: "STATE", paint },
      { title: "SANDBOX", shrink: true },
      { title: "FOR", align: "right" },
      { title: "PROJECT", shrink: true },
      { title: "TITLE", shrink: true },
    ],
    rows.map(({ run, project, title, seen }) => [
      `r${run.id}`,
      String(run.taskId),
      run.kind,
      run.agent,
      stateText(run, seen),
      sandboxText(run.sandbox, run.rights),
      duration(runDurationMs(run, now)),
      project,
      title,
    ]),
    host.columns,
  );
  return [heading, ...lines.flatMap((line, at) => [line, ...detailLines(host, rows[at])])].join("\n");
}

function detailLines(host: CommandHost, row: ListedRun | undefined): string[] {
  if (!row?.seen || row.run.outcome) return [];
  return [host.paint("dim", " ".repeat(INDENT) + agentLine(row.seen, host.columns - INDENT))];
}

/** Everything about a run: what its agent does, asks and said, and the end of its output once it has ended. */
export function runDetails(host: CommandHost, row: ListedRun, about: { tree: string; now: number }): string {
  const { run, seen, question } = row;
  const state = stateText(run, seen);
  const parts = [
    `${host.paint("bold", `Run r${run.id}`)}  ${host.paint(toneOf(state), state)}`,
    textFields(fieldsOf(row, about), host.columns),
    question ? askedText(host, question) : "",
    seen && !run.exit ? saidText(host, seen) : "",
    run.exit?.tail.trim() ? `${host.paint("dim", "The end of its output:")}\n${printableLines(run.exit.tail.trimEnd())}` : "",
    host.paint("dim", printable(run.state === "finished" ? `All of it: ccm view r${run.id}` : `Watch it: ccm attach r${run.id}`)),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function fieldsOf({ run, project, title, seen }: ListedRun, { tree, now }: { tree: string; now: number }): [string, string][] {
  const { exit } = run;
  return [
    ...(seen && seen.activity !== "finished" ? agentFields(seen, now).slice(0, 1) : []),
    ["Task", `${run.taskId} ${title}`],
    ["Project", project],
    [run.kind === "agent" ? "Agent" : run.kind === "gate" ? "Gate" : "Set-up", run.command ?? run.agent],
    ["Attempt", String(run.attempt)],
    ["Because", run.kind === "agent" ? run.cause : ""],
    ["Session", run.session ?? ""],
    ["Sandbox", rightsText(run.sandbox, run.rights)],
    ["Started", run.startedAt === null ? "" : ago(run.startedAt, now)],
    ["Took", run.endedAt === null ? "" : duration(runDurationMs(run, now))],
    ...(seen ? agentFields(seen, now).slice(1) : []),
    ["Memory", exit && exit.peakMemoryBytes > 0 ? `${sizeText(exit.peakMemoryBytes)} at most` : ""],
    ["Stops because", run.state === "finished" ? "" : (run.stopWanted ?? "")],
    ["Result", run.summary ?? ""],
    ["Tree", tree],
  ];
}

/** The open question, with the commands that answer it. */
function askedText(host: CommandHost, question: AskedQuestion): string {
  const { taskId } = question;
  const asked = wrap(printable(questionText(question)), host.columns, 0);
  const how =
    question.tool === CHOICE_TOOL
      ? `Answer: ccm approve ${taskId} --comment "your choice"`
      : `Answer: ccm approve ${taskId}, or ccm reject ${taskId} --reason "why"`;
  return `${host.paint("yellow", "It asks:")}\n${asked}\n${host.paint("dim", how)}`;
}

function saidText(host: CommandHost, { observed: { lastSaid } }: Seen): string {
  const lines = printableLines(lastSaid.trim()).split("\n");
  if (lines.join("") === "") return "";
  const shown = lines.slice(0, SAID_LINES).map((line) => wrap(line, host.columns, 0));
  const rest = lines.length > SAID_LINES ? [host.paint("dim", `… ${lines.length - SAID_LINES} more lines`)] : [];
  return [host.paint("dim", "It said last:"), ...shown, ...rest].join("\n");
}

function stateText(run: Run, seen: Seen | null): string {
  if (run.outcome) return run.outcome;
  if (run.stopWanted) return "stopping";
  return run.state === "running" && seen ? seen.activity : run.state;
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
  return state in TONES ? TONES[state as RunOutcome] : activityTone(state as Activity);
}
