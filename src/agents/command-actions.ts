// What the commands on runs do: find the run that was meant, ask of it, print.
import type { Ctx } from "../kernel/context.ts";
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { Fault } from "../kernel/fault.ts";
import { wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import { projectNamed, projectOf } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { liveRuns, newestRuns, openQuestion, runMeant } from "./actions.ts";
import { agentShape } from "./agent-text.ts";
import { observationOf } from "./ingest.ts";
import { runShape } from "./rules.ts";
import { type ListedRun, runDetails, runTable } from "./run-text.ts";
import type { AgentShape, Run, RunShape } from "./schema.ts";
import { interruptAgent, restartAgent, sendMessage, stopAgent } from "./talk.ts";
import { mayHaveWindows } from "./view/windows-step.ts";

export type ListOptions = { all?: boolean; limit: string };
export type AttachOptions = { project?: string };
export type MessageOptions = { now?: boolean };

/** Most runs of one list. */
const LIST_LIMIT = 10_000;

export async function list(host: CommandHost, options: ListOptions): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const ctx = await host.open();
  const runs = options.all ? newestRuns(ctx, limit).reverse() : liveRuns(ctx);
  const rows = runs.map((run) => listed(ctx, run));
  host.print(rows.map(listedShape), () => runTable(host, rows, ctx.clock.now()));
}

/** A run with everything that lists say of it. */
export function listed(ctx: Ctx, run: Run): ListedRun {
  const isAgent = run.kind === "agent";
  const asked = isAgent ? openQuestion(ctx, run.taskId) : null;
  return {
    run,
    project: projectOf(ctx, run.projectId).name,
    title: mustFind(ctx, run.taskId).title,
    seen: isAgent ? observationOf(ctx, run.id) : null,
    question: asked?.runId === run.id ? asked : null,
  };
}

/** `agent` is what is known of it, null for what is none or has shown nothing yet. */
export function listedShape({ run, project, seen, question }: ListedRun): RunShape & { agent: AgentShape | null } {
  return { ...runShape(run, project), agent: seen && agentShape(seen, question) };
}

/** Faults: `invalid` for a word that names nothing, `not_found`. */
export async function status(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const row = listed(ctx, runMeant(ctx, id, "newest"));
  host.print({ ...listedShape(row), tail: row.run.exit?.tail ?? null }, () =>
    runDetails(host, row, { tree: ctx.paths.task(row.run.taskId).tree, now: ctx.clock.now() }),
  );
}

/** Faults: `conflict` when the run is not live. */
export async function stop(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const run = runMeant(ctx, id, "live");
  stopAgent(ctx, run);
  const said = `Run r${run.id} stops, task ${run.taskId} is paused: \`ccm resume-task ${run.taskId}\` lets it go on.`;
  printAsked(ctx, host, run, said);
  noteWithoutDaemon(ctx, host);
}

/** Faults: `conflict` when the run is not live. */
export async function restart(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const run = restartAgent(ctx, runMeant(ctx, id, "live"));
  printAsked(ctx, host, run, `Run r${run.id} stops, and another takes its place.`);
  noteWithoutDaemon(ctx, host);
}

/** Ends the agent's turn; the agent waits for what it is told next. Faults: `conflict` when the run is not live or knows no interrupt. */
export async function interrupt(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const run = runMeant(ctx, id, "live");
  interruptAgent(ctx, run);
  printAsked(ctx, host, run, `The turn of run r${run.id} ends. Its agent then waits: \`ccm message ${run.taskId} "…"\` says how to go on.`);
}

/** Faults: `conflict` when the run is not live or its agent takes no messages, `invalid` for an empty text. */
export async function message(host: CommandHost, id: string, text: string, options: MessageOptions): Promise<void> {
  const ctx = await host.open();
  const run = runMeant(ctx, id, "live");
  sendMessage(ctx, run, text, options.now ? "now" : "next");
  printAsked(ctx, host, run, `Run r${run.id} has the message.`);
}

function printAsked(ctx: Ctx, host: CommandHost, run: Run, said: string): void {
  host.print(runShape(run, projectOf(ctx, run.projectId).name), () => wrap(said, host.columns, 0));
}

/** Faults: `conflict` when nothing is live, `invalid` when several are and nobody can be asked. */
export async function attach(host: CommandHost, id: string | undefined, options: AttachOptions): Promise<void> {
  if (host.json)
    throw new Fault("invalid", "`ccm attach` is for people.", "`ccm logs --json` and `ccm agent-status --json` are for scripts.");
  const ctx = await host.open();
  const run = id === undefined ? await chosenRun(ctx, host, options.project) : runMeant(ctx, id, "newest");
  if (await attachWindow(ctx, run)) return;
  const { viewRun } = await import("./view/view.ts");
  await viewRun(ctx.paths, run.id, "end");
}

/**
 * Shows the run's window in this terminal until the person leaves; false where there is none to show: without a terminal
 * or tmux, for a run that is over, and inside a tmux of the person's own, whose keys the inner one would not get.
 */
async function attachWindow(ctx: Ctx, run: Run): Promise<boolean> {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && !process.env.TMUX;
  if (!isTerminal || run.kind !== "agent" || ctx.outside.hosts.look(run.id).kind !== "live") return false;
  if (!mayHaveWindows(ctx, liveRuns(ctx))) return false;
  return (await ctx.outside.windows.attach({ runId: run.id, taskId: run.taskId })) === "left";
}

async function chosenRun(ctx: Ctx, host: CommandHost, project: string | undefined): Promise<Run> {
  const projectId = project === undefined ? undefined : projectNamed(ctx, project).id;
  const runs = liveRuns(ctx).filter((run) => projectId === undefined || run.projectId === projectId);
  const [only] = runs;
  if (!only) throw new Fault("conflict", "No agent is at work.", "`ccm plan` says what would start, and why the rest waits.");
  if (runs.length === 1) return only;
  host.note(
    runTable(
      host,
      runs.map((run) => listed(ctx, run)),
      ctx.clock.now(),
    ),
  );
  const answer = process.stdin.isTTY ? prompt("\nWhich run?") : null;
  const chosen = runs.find((run) => answer?.trim().replace(/^r/, "") === String(run.id));
  if (chosen) return chosen;
  throw new Fault(
    "invalid",
    answer ? `"${answer}" is none of these runs.` : "Several agents are at work.",
    `Name one: ccm attach r${only.id}`,
  );
}
