// The command of a run as the kernel gets it: prompt filled in, sandbox around it, environment complete.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../kernel/fault.ts";
import type { RunPaths, TaskPaths } from "../../kernel/paths.ts";
import { sandboxLaunch } from "../../sandbox/actions.ts";
import { CARRIED, sandboxArgv, sandboxEnv } from "../../sandbox/rules.ts";
import { makeClaudeHome } from "../claude/home.ts";
import type { RunSpec } from "../schema.ts";
import { MARKER_NAME } from "../survivors.ts";

export type HostedCommand = { argv: string[]; cwd: string; env: Record<string, string> };

/** One argument of execve(2) may take 128 kB on Linux (MAX_ARG_STRLEN), its end included. */
const ARGUMENT_BYTES = 131_071;

/**
 * Writes the prompt's file where there is one, and the agent's home. `variables` say how the run reaches its host; in the
 * words, `{runUrl}` stands for its address. Faults: `invalid` when the prompt does not fit into an argument.
 */
export function prepareCommand(spec: RunSpec, run: RunPaths, variables: Record<string, string>): HostedCommand {
  refuseMissing(spec);
  makeHome(spec);
  const url = variables.CCM_RUN_URL;
  const argv = withPrompt(spec).map((word) => (spec.conversation && url ? word.replaceAll("{runUrl}", () => url) : word));
  const env = sandboxEnv(spec.sandbox.level, { ...environmentFor(spec, run), ...variables });
  return { argv: [...dyingWithHost(), ...sandboxWords(spec, run), ...argv], cwd: spec.sandbox.cwd, env };
}

/** A home of the agent's own below its temporary folder; one of the person is not ccm's to make. */
function makeHome({ env, sandbox, conversation }: RunSpec): void {
  if (!env.HOME?.startsWith(`${sandbox.tmp}/`)) return;
  mkdirSync(env.HOME, { recursive: true, mode: 0o700 });
  if (conversation?.home) makeClaudeHome(env.HOME, conversation.home);
}

/** Said before anything starts, since a wrapper would only exit with 127. */
function refuseMissing(spec: RunSpec): void {
  const program = spec.argv[0] ?? "";
  if (Bun.which(program, { PATH: spec.env.PATH ?? "", cwd: spec.sandbox.cwd })) return;
  throw new Fault(
    "environment",
    `The program "${program}" is not there or not executable.`,
    "Install it, or correct the agent's `command`.",
  );
}

/** The folders of a task, for which a process in them is a run's. */
export function taskFolders({ tree, git, tmp }: Pick<TaskPaths, "tree" | "git" | "tmp">): string[] {
  return [tree, git, tmp];
}

/** This run's markers, by which its processes are found when nothing else is left of them; the sandbox's own carry it under another name. */
export function markersOf(run: RunPaths): string[] {
  return [`${MARKER_NAME}=${run.spool}`, `${CARRIED}${MARKER_NAME}=${run.spool}`];
}

/** The sandbox of a run's processes as `ccm sandbox` reads it. */
export function sandboxFile(run: RunPaths): string {
  return join(run.root, "sandbox.json");
}

function sandboxWords(spec: RunSpec, run: RunPaths): string[] {
  if (spec.sandbox.level === "none") return [];
  const specPath = sandboxFile(run);
  writeFileSync(specPath, JSON.stringify(spec.sandbox), { mode: 0o600 });
  return sandboxArgv(spec.sandbox, sandboxLaunch(specPath));
}

/** What every process of the run has in its environment, but for how it reaches its host. */
export function environmentFor(spec: RunSpec, run: RunPaths): Record<string, string> {
  return { ...spec.env, CCM_TASK: String(spec.taskId), CCM_RUN: String(spec.runId), [MARKER_NAME]: run.spool };
}

function withPrompt(spec: RunSpec): string[] {
  if (spec.promptBy === "file") {
    const path = writePromptFile(spec);
    return spec.argv.map((word) => word.replaceAll("{promptFile}", () => path));
  }
  if (spec.promptBy !== "argument") return spec.argv;
  if (Buffer.byteLength(spec.prompt) > ARGUMENT_BYTES) {
    throw new Fault(
      "invalid",
      `The prompt has ${Buffer.byteLength(spec.prompt)} bytes; an argument takes ${ARGUMENT_BYTES}.`,
      "Set the agent's `promptBy` to `stdin` or `file`.",
    );
  }
  const hasPlace = spec.argv.some((word) => word.includes("{prompt}"));
  return hasPlace ? spec.argv.map((word) => word.replaceAll("{prompt}", () => spec.prompt)) : [...spec.argv, spec.prompt];
}

/** The folder is the agent's: what an earlier run left under this name (a link to elsewhere) is removed, never written through. */
function writePromptFile(spec: RunSpec): string {
  const path = join(spec.sandbox.tmp, `prompt-${spec.runId}.md`);
  mkdirSync(spec.sandbox.tmp, { recursive: true, mode: 0o700 });
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, spec.prompt, { mode: 0o600, flag: "wx" });
  return path;
}

/** util-linux's setpriv has the kernel kill the command when the process that starts it dies, also by kill -9 (prctl(2), PR_SET_PDEATHSIG). */
export function dyingWithHost(): string[] {
  const setpriv = Bun.which("setpriv");
  return setpriv ? [setpriv, "--pdeathsig", "KILL", "--"] : [];
}
