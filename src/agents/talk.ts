// What a person may say to a live run, from wherever: a message, an interrupt, stop, another one in its place.
import type { Ctx } from "../kernel/context.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import { pauseTask } from "../tasks/actions.ts";
import { restartRun } from "./actions.ts";
import { agentCommand, driverOf } from "./drivers.ts";
import type { Run } from "./schema.ts";

/** Longest message in bytes: it goes through a file to the host and on in one line. */
const MESSAGE_BYTES = 100_000;

/** `now` ends the agent's turn first; otherwise the message is taken when the agent next looks. */
export type MessageWhen = "now" | "next";

/** Faults: `conflict` when the run's agent takes no messages, or knows no interrupt; `invalid` for an empty or endless text. */
export function sendMessage(ctx: Ctx, run: Run, text: string, when: MessageWhen): void {
  if (text.trim() === "") throw new Fault("invalid", "The message is empty.", 'For example: ccm message 12 "Use the new client."');
  if (Buffer.byteLength(text) > MESSAGE_BYTES)
    throw new Fault(
      "invalid",
      `The message is larger than ${MESSAGE_BYTES / 1_000} kB.`,
      "Put long texts into a file of the repository and name it.",
    );
  const refused = deafness(ctx, run) ?? (when === "now" ? steadiness(ctx, run) : null);
  if (refused) throw refused;
  if (when === "now") ctx.outside.hosts.request(run.id, { kind: "interrupt" });
  ctx.outside.hosts.request(run.id, { kind: "message", text });
}

/** Ends the agent's turn; the agent waits for what it is told next. Faults: `conflict` when it knows no interrupt. */
export function interruptAgent(ctx: Ctx, run: Run): void {
  const refused = steadiness(ctx, run);
  if (refused) throw refused;
  ctx.outside.hosts.request(run.id, { kind: "interrupt" });
}

/** Stops the run and pauses its task; its work is kept. Faults: `conflict` when the task has just ended. */
export function stopAgent(ctx: Ctx, run: Run): void {
  pauseTask(ctx, run.taskId);
}

/** Stops the run so that the next one starts in its place. Faults: `conflict` when it has just ended. */
export function restartAgent(ctx: Ctx, run: Run): Run {
  return restartRun(ctx, run.taskId);
}

/** Why a run takes no messages, or null when it does: only an agent that reads stream-json on its standard input hears while it works. */
export function deafness(ctx: Ctx, run: Run): Fault | null {
  if (run.kind !== "agent") return new Fault("conflict", `Run r${run.id} is a ${run.kind}, not an agent.`, "Only an agent takes messages.");
  const command = agentCommand({ name: run.agent, agents: ctx.config.agents, executable: [], session: null });
  if (isFault(command)) return command;
  if (command.promptBy === "stdin" && command.output === "stream-json") return null;
  return new Fault(
    "conflict",
    `The agent "${run.agent}" takes no messages while it works.`,
    `\`ccm request-changes ${run.taskId}\` reaches it when it has finished; \`ccm stop-agent ${run.taskId}\` stops it now.`,
  );
}

/** Why a run's turn cannot be ended, or null when it can: a turn is known where ccm speaks the agent's own protocol. */
export function steadiness(ctx: Ctx, run: Run): Fault | null {
  if (run.kind === "agent" && driverOf(run.agent, ctx.config.agents) === "claude") return null;
  return new Fault(
    "conflict",
    run.kind === "agent" ? `The agent "${run.agent}" knows no interrupt.` : `Run r${run.id} is a ${run.kind}, not an agent.`,
    `\`ccm stop-agent ${run.taskId}\` stops it; its work is kept.`,
  );
}
