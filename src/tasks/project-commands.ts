// The commands on projects. They are here because registering reserves task ids and forgetting asks for open tasks.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";
import type { RegisterOptions } from "./project-command-actions.ts";

const load = () => import("./project-command-actions.ts");

export function projectCommands(program: CAC, host: CommandHost): void {
  registerCommand(program, host);
  program
    .command("list-projects", "List the registered projects and what their tasks are doing")
    .example("ccm list-projects")
    .action(async () => (await load()).list(host));
  program
    .command("project-status [project]", "Show a project's settings and where its tasks stand; the only one if there is just one")
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
  program
    .command("register-project", "Register a git repository; nothing in it is changed")
    .option("--path <path>", "The repository", { default: "." })
    .option("--name <name>", "What to call it (default: the folder's name)")
    .option("--base <branch>", "The branch to work from and merge into (default: the one checked out)")
    .option("--agent <agent>", "The agent that does the work", { default: "claude" })
    .option("--approval <ask|auto>", "Whether a person approves each merge", { default: "ask" })
    .option("--gate <name=command>", "A check that must pass: quick, fast, full, perf; full gates the merge; may be repeated", { type: [] })
    .option("--setup <command>", "What a new worktree needs before the agent starts")
    .option("--copy <path>", "An ignored file to copy into each worktree, such as .env; may be repeated", { type: [] })
    .option("--env <name=value>", "A variable for the project's runs; may be repeated", { type: [] })
    .option("--role <worker.key=value>", "How agents work here, as `agents.<name>` says it elsewhere: worker.model=opus; may be repeated", {
      type: [],
    })
    .example('ccm register-project --path ~/src/my-app --gate full="npm test" --setup "npm ci" --copy .env')
    .action(async (options: RegisterOptions) => (await load()).register(host, options));
}
