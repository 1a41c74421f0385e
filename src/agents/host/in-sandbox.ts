// `ccm in-sandbox <run> -- COMMAND…`: runs a command as the run's own processes run, for what a person's automations start from its tree.
import { existsSync, readFileSync } from "node:fs";
import { Fault, isFault } from "../../kernel/fault.ts";
import { currentCaller, requireOwnHome } from "../../kernel/home.ts";
import { homeFrom, pathsAt, type RunPaths } from "../../kernel/paths.ts";
import { sandboxLaunch } from "../../sandbox/actions.ts";
import { sandboxArgv, sandboxEnv } from "../../sandbox/rules.ts";
import type { RunSpec } from "../schema.ts";
import { dyingWithHost, environmentFor, sandboxFile } from "./command.ts";
import { parseSpec } from "./read-spec.ts";

/** ccm's own failure, as `ccm sandbox` and env(1) have it. */
const FAILED = 125;

/** Gives the command's exit code. It gets no token of the run: what it prints is for the automation that started it. */
export async function main(words: string[]): Promise<number> {
  const [run, dashes, ...argv] = words;
  const runId = Number(run);
  if (!Number.isSafeInteger(runId) || runId < 1 || dashes !== "--" || argv.length === 0) {
    process.stderr.write("ccm in-sandbox takes the number of a run and a command: ccm in-sandbox 12 -- npm test\n");
    return FAILED;
  }
  try {
    return await runIn(runId, argv);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    process.stderr.write(`ccm in-sandbox: ${thrown.message} ${thrown.hint}\n`);
    return FAILED;
  }
}

async function runIn(runId: number, argv: string[]): Promise<number> {
  const paths = pathsAt(homeFrom(process.env));
  requireOwnHome(paths, currentCaller());
  const run = paths.run(runId);
  const spec = specOf(run, runId);
  const child = Bun.spawn([...dyingWithHost(), ...sandboxOf(spec, run), ...argv], {
    cwd: spec.sandbox.cwd,
    env: sandboxEnv(spec.sandbox.level, environmentFor(spec, run)),
    stdio: ["inherit", "inherit", "inherit"],
  });
  return child.exited;
}

/** Faults: `not_found` for a run that has no folder. */
function specOf(run: RunPaths, runId: number): RunSpec {
  try {
    return parseSpec(readFileSync(run.spec, "utf8"));
  } catch (thrown) {
    if (isFault(thrown)) throw thrown;
    throw new Fault("not_found", `There is no run "${runId}".`, "`ccm logs` names them.", { cause: thrown });
  }
}

/** The sandbox as the host made it: what its own processes have, these have. Faults: `conflict` before it has started them. */
function sandboxOf(spec: RunSpec, run: RunPaths): string[] {
  if (spec.sandbox.level === "none") return [];
  const path = sandboxFile(run);
  if (!existsSync(path))
    throw new Fault("conflict", `Run "${spec.runId}" has not started yet.`, "Automations are started by a run's own events.");
  return sandboxArgv(spec.sandbox, sandboxLaunch(path));
}
