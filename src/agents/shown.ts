// Runs as pages show them: lines of lists, cards of agents at work. Nothing in them changes with the time alone.
import type { AgentCardProps } from "../../views/parts/agent-card.tsx";
import type { RunLine } from "../../views/parts/run-list.tsx";
import type { When } from "../../views/parts/time.tsx";
import type { Ctx } from "../kernel/context.ts";
import { costText, percentText, tokensText } from "../kernel/number-text.ts";
import { cut, printable, printableLines } from "../kernel/text-table.ts";
import { duration, when } from "../kernel/time-text.ts";
import { rightsText } from "../sandbox/rules.ts";
import { agentFigures } from "./agent-text.ts";
import { observationOf } from "./ingest.ts";
import { callText } from "./question-text.ts";
import { runDurationMs } from "./rules.ts";
import type { AskedQuestion, Run } from "./schema.ts";
import { deafness, steadiness } from "./talk.ts";
import { type Asked, questionsOf } from "./transcript/question-lines.ts";

/** Columns of what an agent said last, and of a run's summary, that a card or a line has room for. */
const SAID_COLUMNS = 400;
const SUMMARY_COLUMNS = 200;

/** Where all that a run printed is. */
export function runHref(run: Pick<Run, "id" | "taskId">): string {
  return `/tasks/${run.taskId}/log?run=r${run.id}`;
}

/** How long a run took is told once it has ended; until then the page counts from its start. */
export function runLine(ctx: Ctx, run: Run, task?: { id: number; title: string }): RunLine {
  const seen = run.kind === "agent" ? observationOf(ctx, run.id) : null;
  const cost = seen?.observed.costUsd ?? 0;
  return {
    id: run.id,
    href: runHref(run),
    kind: run.kind,
    name: run.agent,
    state: run.state,
    outcome: run.outcome,
    activity: run.state === "running" ? (seen?.activity ?? null) : null,
    took: run.endedAt === null ? "" : duration(runDurationMs(run, run.endedAt)),
    since: when(run.startedAt ?? run.claimedAt),
    cost: cost > 0 ? costText(cost) : null,
    summary: cut(printable(run.summary ?? seen?.doing ?? run.cause), SUMMARY_COLUMNS),
    ...(task ? { task: { id: task.id, title: printable(task.title) } } : {}),
  };
}

/** An agent at work; before it has shown anything, it starts. */
export function agentCard(ctx: Ctx, run: Run, task: { id: number; title: string }): AgentCardProps {
  const seen = observationOf(ctx, run.id);
  const { used, size } = seen?.observed.context ?? { used: null, size: null };
  return {
    id: `at-work-${run.id}`,
    name: run.kind === "agent" ? run.agent : `${run.kind} ${run.agent}`,
    run: { text: `r${run.id}`, href: runHref(run) },
    task: { text: `#${task.id} ${printable(task.title)}`, href: `/tasks/${task.id}` },
    activity: seen?.activity ?? (run.kind === "agent" || run.state !== "running" ? "starting" : "working"),
    doing: cut(printable(doingOf(run, seen?.doing)), SAID_COLUMNS),
    since: when(seen?.since ?? run.startedAt ?? run.claimedAt),
    said: cut(printable(seen?.observed.lastSaid ?? ""), SAID_COLUMNS),
    figures: figuresOf(ctx, run),
    context:
      used !== null && size ? { used, size, text: `${tokensText(used)} of ${tokensText(size)} (${percentText(used / size)})` } : null,
  };
}

/** What is known of a run's agent, by name; nothing for gates and set-up. */
export function figuresOf(ctx: Ctx, run: Run): { label: string; text: string }[] {
  const seen = run.kind === "agent" ? observationOf(ctx, run.id) : null;
  const all: [string, string][] = [...(seen ? agentFigures(seen.observed) : []), ["Sandbox", rightsText(run.sandbox, run.rights)]];
  return all.filter(([, text]) => text !== "").map(([label, text]) => ({ label, text: printable(text) }));
}

/** Whether a live run can be talked to: why it takes no messages, and why its turn cannot be ended; null where it can. */
export function talkOf(ctx: Ctx, run: Run): { deaf: { message: string; hint: string } | null; isSteady: boolean } {
  return { deaf: deafness(ctx, run), isSteady: steadiness(ctx, run) !== null };
}

/** An open question as a page shows it: what a tool wants to do, or what the agent wants to know. */
export type ShownQuestion = {
  id: number;
  taskId: number;
  runId: number;
  at: When;
  tool: string;
  text: string;
  call: string;
  asked: Asked[];
};

export function shownQuestion({ id, taskId, runId, askedAt, tool, input, why }: AskedQuestion): ShownQuestion {
  const asked = questionsOf({ tool, input }).map((one) => ({
    ...one,
    text: printable(one.text),
    options: one.options.map(({ label, about }) => ({ label: printable(label), about: printable(about) })),
  }));
  const isCall = asked.length === 0;
  return {
    ...{ id, taskId, runId, at: when(askedAt), tool: printable(tool), asked },
    // Choices say themselves what they are about.
    text: printable(isCall ? why || `May it use ${tool}?` : "Choose, or say it in your own words."),
    call: isCall ? printableLines(callText(input)) : "",
  };
}

/** A gate or set-up does what its command says. */
function doingOf({ kind, command, stopWanted }: Run, doing = "starts"): string {
  if (stopWanted) return `Stops: ${stopWanted}`;
  return kind === "agent" ? sentence(doing) : (command ?? "");
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
