// The order for one run: command, prompt, environment, sandbox and limits, put together from what is configured.
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Ctx } from "../kernel/context.ts";
import { Fault, unwrap } from "../kernel/fault.ts";
import { ownCommand, ownPlaces } from "../kernel/process.ts";
import type { Project } from "../projects/schema.ts";
import { sandboxSpec } from "../sandbox/rules.ts";
import type { SandboxLevel } from "../sandbox/schema.ts";
import type { Task } from "../tasks/schema.ts";
import { type AgentCommand, agentCommand } from "./drivers.ts";
import { composePrompt, runEnvironment } from "./rules.ts";
import type { Run, RunLimits, RunSpec } from "./schema.ts";

const MB = 1_000_000;
const MINUTE_MS = 60_000;

/** Faults: `not_found` or `invalid` when the agent is not configured. */
export function specOf(ctx: Ctx, run: Run, task: Task, project: Project, level: SandboxLevel): RunSpec {
  const places = ctx.paths.task(task.id);
  const { spool } = ctx.paths.run(run.id);
  const command = commandOf(ctx, run);
  return {
    runId: run.id,
    taskId: task.id,
    kind: run.kind,
    title: task.title,
    argv: command.argv,
    prompt: run.kind === "agent" ? composePrompt(task, project) : "",
    promptBy: command.promptBy,
    output: command.output,
    conversation: null,
    env: runEnvironment({
      path: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
      lang: process.env.LANG ?? "C.UTF-8",
      home: join(places.tmp, "home"),
      tmp: places.tmp,
      taskId: task.id,
      runId: run.id,
      spool,
      extra: { ...project.settings.env, ...command.env },
    }),
    sandbox: sandboxSpec({
      level,
      tree: places.tree,
      git: places.git,
      tmp: places.tmp,
      spool,
      ccmHome: ctx.paths.home,
      userHome: process.env.HOME ?? "/",
      repositoryGit: project.gitDir,
      network: ctx.config.sandbox.network,
      unixSockets: project.settings.unixSockets,
      hide: ctx.config.sandbox.hide,
      show: [...ctx.config.sandbox.show, ...ownPlaces(), ...shownWords(run, command)],
    }),
    limits: limitsOf(ctx, run),
    treePath: places.tree,
    gitPath: places.git,
  };
}

/** A person's own agent may lie where the sandbox hides everything, such as /tmp; what a repository says is never shown. */
function shownWords(run: Run, command: AgentCommand): string[] {
  return run.kind === "agent" ? command.argv.filter((word) => isAbsolute(word) && existsSync(word)) : [];
}

/** Set-up and gates are lines for a shell, as a person would type them. */
function commandOf(ctx: Ctx, run: Run): AgentCommand {
  if (run.kind === "agent") return unwrap(agentCommand(run.agent, ctx.config.agents, ownCommand()));
  if (!run.command)
    throw new Fault("invalid", `The ${run.kind} "${run.agent}" has no command.`, "`ccm project-status` shows the project's commands.");
  return { argv: ["sh", "-c", run.command], promptBy: "none", output: "text", env: {} };
}

function limitsOf(ctx: Ctx, run: Run): RunLimits {
  const { limits } = ctx.config;
  const minutes = { agent: limits.runMinutes, setup: limits.setupMinutes, gate: limits.gateMinutes };
  return {
    runMs: minutes[run.kind] * MINUTE_MS,
    memoryBytes: limits.memoryMb * MB,
    children: limits.children,
    outputBytes: limits.outputMb * MB,
    treeBytes: limits.treeMb * MB,
    stopMs: limits.stopSeconds * 1_000,
  };
}
