// What came of a run, and what the task does next: decided from facts, never from what an agent says.
import type { Config } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import type { Project } from "../projects/schema.ts";
import { levelFor, policyOf } from "../sandbox/rules.ts";
import type { Sandbox, SandboxLevel, SandboxPolicy } from "../sandbox/schema.ts";
import { loweredRights, type Right } from "../tasks/rules.ts";
import type { Task, TaskState } from "../tasks/schema.ts";
import type { ExitRecord, Run, RunKind, RunOutcome, RunShape } from "./schema.ts";

/** The stage in which a kind of run belongs; in any other stage the run is not wanted any more. */
export function stageOf(kind: RunKind): TaskState {
  return kind === "gate" ? "verifying" : "executing";
}

/** Why a live run is to be stopped, or null while it is wanted. */
export function stopReason(run: Pick<Run, "kind" | "stopWanted">, task: Pick<Task, "state">): string | null {
  if (run.stopWanted) return run.stopWanted;
  return task.state === stageOf(run.kind) ? null : `the task is ${task.state}`;
}

/** What holds for the sandbox of a project's runs. What a role says is for agents: nobody else has one. */
export function policyFor(config: Pick<Config, "sandbox">, { settings }: Pick<Project, "settings">, kind: RunKind): SandboxPolicy {
  return policyOf(config.sandbox, settings.sandbox, kind === "agent" ? settings.roles.worker?.sandbox : undefined);
}

/** The same for a run whose task others have a part in: of the hosts that it might reach, its model. */
export function withoutNetwork(policy: SandboxPolicy): SandboxPolicy {
  if (policy.network === "none") return policy;
  const hosts = policy.network === "hosts" ? policy.hosts.filter((host) => host === "model") : ["model"];
  return { ...policy, network: "hosts", hosts };
}

/**
 * What a run does without because of its task. Set-up in a tree that no agent has been in is a command of the person's, on
 * their own files: it installs what the agent will need, which it cannot do without a network.
 */
export function loweredFor(run: Pick<Run, "kind">, task: Pick<Task, "origin" | "lifted">, agentBefore: Run | null): Right[] {
  const isFirst = run.kind === "setup" && agentBefore === null;
  return loweredRights(task).filter((right) => right !== "network" || !isFirst);
}

/**
 * The level that a run gets, or why it may not start: `denied`. `outside` is its task where others have a part in that: what
 * its runs are to do without is no right that they have where nothing holds them to it.
 */
export function levelOf(
  here: Pick<Sandbox, "level">,
  policy: SandboxPolicy,
  outside: { id: number; lowered: readonly Right[] } | null,
): SandboxLevel | Fault {
  const level = levelFor(here, policy);
  if (!outside || level instanceof Fault) return level;
  const { id, lowered } = outside;
  const held = lowered.filter((right) => right !== "auto-merge");
  const words = held.map((right) => `--${right}`).join(" ");
  if (level === "none" && held.length > 0)
    return new Fault(
      "denied",
      `Not all that task ${id} says is yours, and without a sandbox its runs could do all that you can.`,
      `\`ccm trust ${id} ${words}\` lets them; \`ccm doctor\` says what a sandbox needs.`,
    );
  const heldLevel = held.includes("network") ? levelFor(here, withoutNetwork(policy)) : level;
  if (!(heldLevel instanceof Fault)) return heldLevel;
  return new Fault(
    "denied",
    `Not all that task ${id} says is yours, and this machine cannot hold its runs to their model.`,
    `\`ccm trust ${id} --network\` lets them reach the network; holding them needs Linux 6.7 with Landlock, or the level namespace.`,
  );
}

/** The outcome of a run by its exit record; null means that it never started. */
export function outcomeOf(exit: ExitRecord | null): RunOutcome {
  if (!exit) return "stopped";
  switch (exit.reason) {
    case "exited":
      return exit.code === 0 ? "passed" : "failed";
    case "stopped":
    case "parked":
      return "stopped";
    case "unstarted":
      return "unstarted";
    case "died":
    case "rebooted":
      return "died";
    default:
      return "limit";
  }
}

const LIMIT_TEXT: Record<string, string> = {
  runMs: "ran longer than limits.runMinutes allows",
  memoryBytes: "used more memory than limits.memoryMb allows",
  children: "had more processes than limits.children allows",
  outputBytes: "wrote more output than limits.outputMb allows",
  treeBytes: "made the tree larger than limits.treeMb allows",
  commits: "made more commits than limits.commits allows",
};

/** One sentence about how a run ended, for people. */
export function describeExit(who: string, exit: ExitRecord | null): string {
  return `${who} ${exitText(exit)}`;
}

/** The same without its subject, by what the host recorded alone. */
export function exitText(exit: ExitRecord | null): string {
  if (!exit) return "was stopped before it started.";
  switch (exit.reason) {
    case "exited":
      return exit.signal ? `was killed by ${exit.signal}.` : `ended with exit code ${exit.code}.`;
    case "stopped":
      return "was stopped.";
    case "parked":
      return "waits for an answer of a person.";
    case "unstarted":
      return "could not be started.";
    case "died":
      return "died: its host was killed.";
    case "rebooted":
      return "was ended by a restart of the machine.";
    default:
      return `${LIMIT_TEXT[exit.reason] ?? "went over a limit"}.`;
  }
}

/** Most of a run's last output that is shown to the next run, in characters: enough for a stack trace. */
const TAIL_CHARS = 4_000;

/** What an agent is told after a failed run. */
export function retryInstruction(why: string, exit: ExitRecord | null): string {
  const tail = (exit?.tail ?? "").slice(-TAIL_CHARS).trim();
  const output = tail ? `\n\nIts last output was:\n\n${indent(tail)}` : "";
  const said = exit?.undelivered.length ? `\n\n${messageInstruction(exit.undelivered)}` : "";
  return `An earlier run of this task did not end well. ${why} What it left is in the tree and on the branch: look at it, then go on.${output}${said}`;
}

/** What a person said while the agent could not hear it. */
export function messageInstruction(messages: readonly string[]): string {
  return `While you worked, a person said:\n\n${messages.map(indent).join("\n\n")}`;
}

/** What an agent is told whose work a person took back since its last run. */
export const ROLLED_BACK =
  "A person took your work back to an earlier state: the tree and the branch are as they were then. Look at what is there before you go on; later changes that you remember are gone on purpose.";

/** Indented as a block, so that text from outside cannot pass for ccm's own words. */
export function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** What a session that goes on is told: the task is known there. */
export function resumePrompt(task: Pick<Task, "instruction" | "cause">): string {
  return task.instruction ?? `You were interrupted (${task.cause}). Look at where you are in the tree, then go on with the task.`;
}

export type EnvironmentParts = {
  path: string;
  lang: string;
  home: string;
  tmp: string;
  taskId: number;
  runId: number;
  spool: string;
  extra: Record<string, string>;
};

/** The environment of a run: this list and nothing of ccm's own. What a project or an agent configures cannot replace ccm's variables. */
export function runEnvironment(parts: EnvironmentParts): Record<string, string> {
  const extra = Object.fromEntries(
    Object.entries(parts.extra).filter(([name]) => !name.startsWith("CCM_") && !name.startsWith("LD_") && !name.startsWith("GIT_")),
  );
  return {
    PATH: parts.path,
    HOME: parts.home,
    LANG: parts.lang,
    TERM: "dumb",
    ...extra,
    TMPDIR: parts.tmp,
    CCM_TASK: String(parts.taskId),
    CCM_RUN: String(parts.runId),
    CCM_RUN_SPOOL: parts.spool,
  };
}

/** The host's own address, which no proxy is asked for: Claude Code posts its hooks through the proxy of HTTP_PROXY, token and all. */
const LOOPBACK = "127.0.0.1";

/** What keeps an agent's way to its host direct, whatever proxy its environment names; both spellings, since programs read either. */
export function besideProxy(env: Record<string, string>): Record<string, string> {
  const excepted = env.no_proxy ?? env.NO_PROXY ?? "";
  const all =
    excepted.trim() === "*" ? "*" : [...excepted.split(/[\s,]+/).filter((name) => name !== "" && name !== LOOPBACK), LOOPBACK].join(",");
  return { NO_PROXY: all, no_proxy: all };
}

/** A run as scripts and the web read it. */
export function runShape(run: Run, project: string): RunShape {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    id: run.id,
    uuid: run.uuid,
    task: run.taskId,
    project,
    kind: run.kind,
    name: run.agent,
    state: run.state,
    attempt: run.attempt,
    cause: run.cause,
    session: run.session,
    commit: run.commit,
    sandbox: run.sandbox,
    rights: run.rights,
    outcome: run.outcome,
    summary: run.summary,
    exitCode: run.exit?.code ?? null,
    peakMemoryBytes: run.exit?.peakMemoryBytes ?? null,
    claimedAt: new Date(run.claimedAt).toISOString(),
    startedAt: iso(run.startedAt),
    endedAt: iso(run.endedAt),
  };
}

/** How long a run has taken so far, or took: from its start, or from its claim while it has none. */
export function runDurationMs(run: Pick<Run, "claimedAt" | "startedAt" | "endedAt">, now: number): number {
  return (run.endedAt ?? now) - (run.startedAt ?? run.claimedAt);
}
