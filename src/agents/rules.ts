// What came of a run, and what the task does next: decided from facts, never from what an agent says.
import { retryDelayMs } from "../tasks/rules.ts";
import type { Task, TaskError, TaskState } from "../tasks/schema.ts";
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

/** The outcome of a run by its exit record; null means that it never started. */
export function outcomeOf(exit: ExitRecord | null): RunOutcome {
  if (!exit) return "stopped";
  switch (exit.reason) {
    case "exited":
      return exit.code === 0 ? "passed" : "failed";
    case "stopped":
      return "stopped";
    case "unstarted":
      return "unstarted";
    case "died":
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
};

/** One sentence about how a run ended, for people. */
export function describeExit(who: string, exit: ExitRecord | null): string {
  if (!exit) return `${who} was stopped before it started.`;
  switch (exit.reason) {
    case "exited":
      return exit.signal ? `${who} was killed by ${exit.signal}.` : `${who} ended with exit code ${exit.code}.`;
    case "stopped":
      return `${who} was stopped.`;
    case "unstarted":
      return `${who} could not be started.`;
    case "died":
      return `${who} died: its host was killed.`;
    default:
      return `${who} ${LIMIT_TEXT[exit.reason] ?? "went over a limit"}.`;
  }
}

export type RunFacts = {
  kind: "agent" | "setup";
  name: string;
  exit: ExitRecord | null;
  /** The branch holds something that its base does not. */
  changed: boolean;
  /** Why ccm stopped the run, when it did. */
  stopWanted: string | null;
  /** Failed runs in a row before this one, and how many are allowed. */
  attempts: number;
  allowedAttempts: number;
};

export type RunVerdict =
  | { kind: "advance" }
  | { kind: "no_change" }
  | { kind: "again" }
  /** A person said something that did not reach the agent: it runs again with that. */
  | { kind: "heed"; messages: string[] }
  | { kind: "retry"; delayMs: number; attempts: number; why: string }
  | { kind: "fail"; error: TaskError };

/**
 * What a finished agent or set-up run means for its task. Limits and commands that cannot start fail at once, since
 * another try would end the same way; other failures are tried again after 2, 4 and 8 s.
 */
export function judgeRun(facts: RunFacts): RunVerdict {
  const outcome = outcomeOf(facts.exit);
  const why = describeExit(subject(facts), facts.exit);
  const messages = facts.exit?.undelivered ?? [];
  if (outcome === "passed" && messages.length > 0) return { kind: "heed", messages };
  if (outcome === "passed") return facts.kind === "agent" && !facts.changed ? { kind: "no_change" } : { kind: "advance" };
  if (outcome === "stopped" && facts.stopWanted) return { kind: "again" };
  if (outcome === "limit")
    return {
      kind: "fail",
      error: {
        code: "limit",
        text: why,
        hint: "Raise the limit with `ccm config set`, or make the task smaller; its work is kept on the branch.",
      },
    };
  if (outcome === "unstarted") {
    return {
      kind: "fail",
      error: {
        code: "unavailable",
        text: `${why} ${lastLine(facts.exit)}`.trim(),
        hint: "`ccm doctor` shows which agents are installed; `agents.<name>.command` says what to start.",
      },
    };
  }
  const attempts = facts.attempts + 1;
  if (attempts >= facts.allowedAttempts) {
    return {
      kind: "fail",
      error: {
        code: "failed",
        text: `${why} That was try ${attempts} of ${facts.allowedAttempts}.`,
        hint: "`ccm logs` shows its output; `ccm retry-task` starts it again.",
      },
    };
  }
  return { kind: "retry", delayMs: retryDelayMs(attempts), attempts, why };
}

function subject(facts: RunFacts): string {
  return facts.kind === "setup" ? "The set-up command" : `The agent "${facts.name}"`;
}

function lastLine(exit: ExitRecord | null): string {
  return exit?.tail.trim().split("\n").at(-1) ?? "";
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

/** Indented as a block, so that text from outside cannot pass for ccm's own words. */
export function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** The whole prompt of a worker run. */
export function composePrompt(
  task: Pick<Task, "id" | "title" | "prompt" | "branch" | "instruction">,
  project: { name: string; base: string },
): string {
  const next = task.instruction ? `\n\n## Next\n\n${task.instruction}` : "";
  return `# ${task.title}

${task.prompt.trim()}${next}

---
You are working for ccm on task ${task.id} of the project "${project.name}", in your own git worktree on branch ${task.branch}
(base: ${project.base}). Commit your work on this branch. Do not push, do not switch branches; ccm checks and merges what you committed.
`;
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
    commit: run.commit,
    sandbox: run.sandbox,
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
