// What the commands on runs do: find the run that was meant, ask of it, print.
import type { Ctx } from "../kernel/context.ts";
import { noteWithoutDaemon } from "../kernel/daemon-note.ts";
import { Fault, unwrap } from "../kernel/fault.ts";
import { wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import { projectNamed, projectOf } from "../projects/actions.ts";
import { mustFind, pauseTask } from "../tasks/actions.ts";
import { liveRuns, newestRuns, openQuestion, restartRun, runMeant } from "./actions.ts";
import { agentShape } from "./agent-text.ts";
import { agentCommand, driverOf } from "./drivers.ts";
import { observationOf } from "./ingest.ts";
import { runShape } from "./rules.ts";
import { type ListedRun, runDetails, runTable } from "./run-text.ts";
import type { AgentShape, Run, RunShape } from "./schema.ts";
import { mayHaveWindows } from "./windows-step.ts";

export type ListOptions = { all?: boolean; limit: string };
export type AttachOptions = { project?: string };
export type MessageOptions = { now?: boolean };

/** Most runs of one list. */
const LIST_LIMIT = 10_000;
/** Longest message in bytes: it goes through a file to the host and on in one line. */
const MESSAGE_BYTES = 100_000;

export async function list(host: CommandHost, options: ListOptions): Promise<void> {
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const ctx = await host.open();
  const runs = options.all ? newestRuns(ctx, limit).reverse() : liveRuns(ctx);
  const rows = runs.map((run) => listed(ctx, run));
  host.print(rows.map(listedShape), () => runTable(host, rows, ctx.clock.now()));
}

function listed(ctx: Ctx, run: Run): ListedRun {
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
function listedShape({ run, project, seen, question }: ListedRun): RunShape & { agent: AgentShape | null } {
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
  pauseTask(ctx, run.taskId);
  printAsked(ctx, host, run, `Run r${run.id} stops, task ${run.taskId} is paused: \`ccm resume-task ${run.taskId}\` lets it go on.`);
}

/** Faults: `conflict` when the run is not live. */
export async function restart(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const run = restartRun(ctx, runMeant(ctx, id, "live").taskId);
  printAsked(ctx, host, run, `Run r${run.id} stops, and another takes its place.`);
}

function printAsked(ctx: Ctx, host: CommandHost, run: Run, said: string): void {
  host.print(runShape(run, projectOf(ctx, run.projectId).name), () => wrap(said, host.columns, 0));
  noteWithoutDaemon(ctx, host);
}

/** Ends the agent's turn; the agent waits for what it is told next. Faults: `conflict` when the run is not live or knows no interrupt. */
export async function interrupt(host: CommandHost, id: string): Promise<void> {
  const ctx = await host.open();
  const run = runMeant(ctx, id, "live");
  refuseUninterrupted(ctx, run);
  ctx.outside.hosts.request(run.id, { kind: "interrupt" });
  const said = `The turn of run r${run.id} ends. Its agent then waits: \`ccm message ${run.taskId} "…"\` says how to go on.`;
  host.print(runShape(run, projectOf(ctx, run.projectId).name), () => wrap(said, host.columns, 0));
}

/** Faults: `conflict` when the run is not live or its agent takes no messages, `invalid` for an empty text. */
export async function message(host: CommandHost, id: string, text: string, options: MessageOptions): Promise<void> {
  if (text.trim() === "") throw new Fault("invalid", "The message is empty.", 'For example: ccm message 12 "Use the new client."');
  if (Buffer.byteLength(text) > MESSAGE_BYTES)
    throw new Fault(
      "invalid",
      `The message is larger than ${MESSAGE_BYTES / 1_000} kB.`,
      "Put long texts into a file of the repository and name it.",
    );
  const ctx = await host.open();
  const run = runMeant(ctx, id, "live");
  refuseDeaf(ctx, run);
  if (options.now) {
    refuseUninterrupted(ctx, run);
    ctx.outside.hosts.request(run.id, { kind: "interrupt" });
  }
  ctx.outside.hosts.request(run.id, { kind: "message", text });
  host.print(runShape(run, projectOf(ctx, run.projectId).name), () => `Run r${run.id} has the message.`);
}

/** Only an agent that reads stream-json on its standard input hears anything while it works. */
function refuseDeaf(ctx: Ctx, run: Run): void {
  if (run.kind !== "agent") throw new Fault("conflict", `Run r${run.id} is a ${run.kind}, not an agent.`, "Only an agent takes messages.");
  const { promptBy, output } = unwrap(agentCommand({ name: run.agent, agents: ctx.config.agents, executable: [], session: null }));
  if (promptBy === "stdin" && output === "stream-json") return;
  throw new Fault(
    "conflict",
    `The agent "${run.agent}" takes no messages while it works.`,
    `\`ccm request-changes ${run.taskId}\` reaches it when it has finished; \`ccm stop-agent ${run.taskId}\` stops it now.`,
  );
}

/** A turn is known, and can be ended, where ccm speaks the agent's own protocol. */
function refuseUninterrupted(ctx: Ctx, run: Run): void {
  if (run.kind === "agent" && driverOf(run.agent, ctx.config.agents) === "claude") return;
  throw new Fault(
    "conflict",
    run.kind === "agent" ? `The agent "${run.agent}" knows no interrupt.` : `Run r${run.id} is a ${run.kind}, not an agent.`,
    `\`ccm stop-agent ${run.taskId}\` stops it; its work is kept.`,
  );
}

/** Faults: `conflict` when nothing is live, `invalid` when several are and nobody can be asked. */
export async function attach(host: CommandHost, id: string | undefined, options: AttachOptions): Promise<void> {
  if (host.json)
    throw new Fault("invalid", "`ccm attach` is for people.", "`ccm logs --json` and `ccm agent-status --json` are for scripts.");
  const ctx = await host.open();
  const run = id === undefined ? await chosenRun(ctx, host, options.project) : runMeant(ctx, id, "newest");
  if (await attachWindow(ctx, run)) return;
  const { viewRun } = await import("./view.ts");
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
