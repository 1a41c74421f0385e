// What `ccm init` finds: what this machine has for ccm, and whose repository the current folder is.
import type { RepositoryFacts } from "../git/schema.ts";
import type { Config, Ctx } from "../kernel/context.ts";
import { isFault, messageOf } from "../kernel/fault.ts";
import type { Paths } from "../kernel/paths.ts";
import { projectAt, proposalFor } from "../projects/actions.ts";
import { nameFrom, repositoryFault } from "../projects/rules.ts";
import type { Proposal } from "../projects/schema.ts";
import { checkAgents, checkTmux } from "./agent-checks.ts";
import { checkGit, checkSandbox, ok, tried } from "./checks.ts";
import type { Check } from "./schema.ts";

/** The repository of the current folder: as what it is registered, or what it would be registered with. */
export type RepositoryHere = { path: string; name: string; base: string; project: string | null; proposal: Proposal };

/** Git, tmux, the sandbox and the agents, tried side by side; none of it needs a home or the network. */
export async function lookAtMachine(config: Config, paths: Paths): Promise<Check[]> {
  const [sandbox, agents, tmux] = await Promise.all([checkSandbox(config), checkAgents(config, process.env), checkTmux(config, paths)]);
  const chosen = sandbox.at(-1);
  // Each level has a line in `ccm doctor`; here they are of interest when none works.
  const levels = chosen?.verdict === "fail" ? sandbox : sandbox.slice(-1);
  return [await tried("git", checkGit), tmux, ...levels, ...agents];
}

/** The repository that `folder` is in, and how that is said; null where there is none that could be worked in. */
export async function lookAtFolder(ctx: Ctx, folder: string): Promise<{ here: RepositoryHere | null; check: Check }> {
  try {
    const facts = await ctx.outside.git.inspect(folder);
    const project = projectAt(ctx, facts);
    if (project)
      return {
        here: { ...project, project: project.name, proposal: proposalFor(facts.path) },
        check: registered(project.name, facts.path),
      };
    const fault = repositoryFault(facts);
    if (fault) return { here: null, check: { name: "repository", verdict: "warn", text: fault.message, hint: fault.hint } };
    return newRepository(facts);
  } catch (thrown) {
    const hint = isFault(thrown) && thrown.code === "denied" ? thrown.hint : "";
    return {
      here: null,
      check: { name: "repository", verdict: hint ? "warn" : "ok", text: hint ? messageOf(thrown) : "None in this folder.", hint },
    };
  }
}

function registered(name: string, path: string): Check {
  return ok("repository", `"${path}" is the project "${name}".`);
}

function newRepository(facts: RepositoryFacts): { here: RepositoryHere; check: Check } {
  const here = {
    path: facts.path,
    name: nameFrom(lastPart(facts.path)),
    base: facts.head ?? "",
    project: null,
    proposal: proposalFor(facts.path),
  };
  return { here, check: ok("repository", `"${facts.path}", branch "${here.base}", is not registered.`) };
}

function lastPart(path: string): string {
  return path.split("/").at(-1) ?? "";
}
