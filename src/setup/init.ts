// `ccm init`: looks at the machine, makes CCM_HOME, offers to register the repository of this folder, says what comes next.
import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { shipAutomations } from "../hooks/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import { SCHEMA_VERSION } from "../kernel/migrations.ts";
import type { CommandHost } from "../kernel/module.ts";
import { homeFrom, type Paths, pathsAt } from "../kernel/paths.ts";
import { textFields, wrap } from "../kernel/text-table.ts";
import { listProjects, registerProject, repositoryOf } from "../projects/actions.ts";
import { reserveIdsOf } from "../tasks/actions.ts";
import { checkLines } from "./check-text.ts";
import { ok } from "./checks.ts";
import { findDaemon } from "./daemon-file.ts";
import { readConfig } from "./doctor.ts";
import { lookAtFolder, lookAtMachine, type RepositoryHere } from "./first-look.ts";
import { makeHome } from "./home-actions.ts";
import { nextSteps } from "./rules.ts";
import type { Check } from "./schema.ts";

/** The agent that does the work unless somebody names another. */
const AGENT = "claude";

/**
 * Harmless to repeat. It asks on a terminal only, whether to make the home and whether to register the repository.
 * Faults: `invalid` without --yes where nobody can be asked, `denied`, `environment`.
 */
export async function init(host: CommandHost, options: { yes?: true }): Promise<void> {
  const paths = pathsAt(homeFrom(process.env));
  const isNew = !existsSync(paths.database);
  const isAsked = !options.yes && !host.json && process.stdin.isTTY;
  if (isNew && !isAsked && !options.yes)
    throw new Fault("invalid", `"${paths.home}" would be made, and nobody can be asked.`, "Say so with: ccm init --yes");
  // A home that cannot be used is refused before anything is said.
  if (!isNew || options.yes) await makeWholeHome(paths);
  const { config, check } = readConfig(paths);
  const machine = [...(await lookAtMachine(config, paths)), ...(check.verdict === "ok" ? [] : [check])];
  host.note(checkLines(host, machine));
  if (isNew && isAsked) await makeIfAgreed(paths);
  const home = ok("home", isNew ? `Made "${paths.home}".` : `"${paths.home}" is in order.`);
  host.note(checkLines(host, [home]));
  await lookAround(host, { paths, isNew, isAsked, checks: [...machine, home] });
}

async function makeIfAgreed(paths: Paths): Promise<void> {
  if (!(await agreed(`Make "${paths.home}" with a database in it?`)))
    throw new Fault("denied", "Nothing was made.", "CCM_HOME names another place.");
  await makeWholeHome(paths);
}

/** With the automations that come with ccm, none of them switched on. */
async function makeWholeHome(paths: Paths): Promise<void> {
  makeHome(paths);
  await shipAutomations(paths.home);
}

type Made = { paths: Paths; isNew: boolean; isAsked: boolean; checks: Check[] };

/** A home whose configuration cannot be read is made all the same; which line is wrong was said above. */
async function lookAround(host: CommandHost, { paths, isNew, isAsked, checks }: Made): Promise<void> {
  const ctx = await host.open().catch(() => null);
  const folder = ctx && (await lookAtFolder(ctx, currentFolder()));
  if (folder) host.note(checkLines(host, [folder.check]));
  const here = folder?.here ?? null;
  const project = ctx && here && isAsked && here.project === null ? await offer(host, ctx, here) : (here?.project ?? null);
  const next = nextSteps({
    here: here && { ...here, project },
    projects: ctx ? listProjects(ctx).map(({ name }) => name) : [],
    isRunning: findDaemon(paths).kind !== "absent",
  });
  const found = { checks: [...checks, ...(folder ? [folder.check] : [])], repository: here && { ...here, project }, next };
  host.print(
    { home: paths.home, created: isNew, schema: SCHEMA_VERSION, ...found },
    () => `\nNext:\n${next.map((line) => `  ${line}`).join("\n")}`,
  );
}

/** A folder that was deleted while a shell is in it is none. */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "";
  }
}

/** The name of the project, null when the person does not want it or it cannot be. */
async function offer(host: CommandHost, ctx: Ctx, here: RepositoryHere): Promise<string | null> {
  const { gate, setup, from } = here.proposal;
  const fields = textFields(
    [
      ["  Name", here.name],
      ["  Base branch", here.base],
      ["  Agent", AGENT],
      ["  Gate", gate ? `${gate}  (${from})` : "none found; what merges is then checked by you alone"],
      ["  Set-up", setup ?? ""],
    ],
    host.columns,
  );
  host.note(`\nThis repository could be a project:\n${fields}\n`);
  if (!(await agreed("Register it? Nothing in it is changed."))) return null;
  try {
    const settings = { gates: gate ? { full: gate } : {}, setup, copies: [], env: {}, sandbox: {}, guards: {}, roles: {} };
    const project = await registerProject(ctx, { path: here.path, agent: AGENT, approval: "ask", settings });
    await reserveIdsOf(ctx, repositoryOf(project));
    host.note(`Registered "${project.name}".`);
    return project.name;
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    host.note(wrap(`${thrown.message} ${thrown.hint}`, host.columns, 0));
    return null;
  }
}

/** Questions go to standard error, as those of other programs whose output may be piped. */
async function agreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes|)$/i.test((await terminal.question(`${question} [Y/n] `)).trim());
  } finally {
    terminal.close();
  }
}
