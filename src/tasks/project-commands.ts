// The commands on projects. They are here because registering reserves task ids and forgetting asks for open tasks.
import type { CAC, Command } from "cac";
import type { CommandHost } from "../kernel/module.ts";
import type { EditProjectOptions, RegisterOptions } from "./project-command-actions.ts";

const load = () => import("./project-command-actions.ts");

export function projectCommands(program: CAC, host: CommandHost): void {
  registerCommand(program, host);
  editCommand(program, host);
  program
    .command("list-projects", "List projects and what their tasks are doing")
    .example("ccm list-projects")
    .action(async () => (await load()).list(host));
  program
    .command("project-status [project]", "Show a project's settings and its tasks; the only one if there is just one")
    .example("ccm project-status my-app")
    .action(async (name: string | undefined) => (await load()).status(host, name));
  program
    .command("unregister-project <project>", "Forget a project; the repository and the branches in it stay as they are")
    .option("--cancel-tasks", "Cancel the tasks that have not ended; their work stays on their branches")
    .example("ccm unregister-project my-app")
    .action(async (name: string, options: { cancelTasks?: boolean }) =>
      (await load()).unregister(host, name, options.cancelTasks ? "cancel" : "refuse"),
    );
}

function registerCommand(program: CAC, host: CommandHost): void {
  withSettings(
    program
      .command("register-project", "Register a git repository; nothing in it is changed")
      .option("--path <path>", "The repository", { default: "." })
      .option("--name <name>", "What to call it (default: the folder's name)")
      .option("--base <branch>", "The branch to work from and merge into (default: the one checked out)")
      .option("--agent <agent>", "The agent that does the work", { default: "claude" })
      .option("--approval <ask|auto>", "Whether a person approves each merge", { default: "ask" }),
  )
    .example('ccm register-project --path ~/src/my-app --gate full="npm test" --setup "npm ci" --copy .env')
    .action(async (options: RegisterOptions) => (await load()).register(host, options));
}

function editCommand(program: CAC, host: CommandHost): void {
  withSettings(
    program
      .command(
        "edit-project <project>",
        "Change settings of a project; those that are given, for what begins from now on; --gate full= takes one away",
      )
      .option("--name <name>", "What to call it")
      .option("--base <branch>", "The branch to work from and merge into; not while work that began at another has not ended")
      .option("--agent <agent>", "The agent that does the work")
      .option("--approval <ask|auto>", "Whether a person approves each merge"),
  )
    .example('ccm edit-project my-app --gate full="npm run check" --approval auto')
    .example("ccm edit-project my-app --sandbox level=namespace --sandbox hide=~/private --sandbox readOnly=package.json,migrations")
    .example('ccm edit-project my-app --guard publish=deny --guard ask="Bash(make deploy:*)"')
    .action(async (name: string, options: EditProjectOptions) => (await load()).edit(host, name, options));
}

function withSettings(command: Command): Command {
  return command
    .option("--gate <name=command>", "A check that must pass: quick, fast, full, perf; full gates the merge; may be repeated", { type: [] })
    .option("--setup <command>", "What a new worktree needs before the agent starts")
    .option("--copy <path>", "An ignored file to copy into each worktree, such as .env; may be repeated", { type: [] })
    .option("--env <name=value>", "A variable for the project's runs; may be repeated", { type: [] })
    .option(
      "--sandbox <name=value>",
      "What its runs may see and reach: level, network, hosts, ports, hide, readOnly, unixSockets; may be repeated",
      {
        type: [],
      },
    )
    .option("--guard <name=value>", "How commands are judged: network=ask, or deny, ask, allow with rules; may be repeated", { type: [] })
    .option("--role <worker.key=value>", "How agents work here, as `agents.<name>` says it elsewhere: worker.model=opus; may be repeated", {
      type: [],
    });
}
