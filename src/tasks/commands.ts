// The commands on tasks: create, list, wait for, and tell what is to become of them.
import type { CAC, Command } from "cac";
import type { CommandHost } from "../kernel/module.ts";
import type { CreateOptions, EditOptions, ListOptions } from "./command-actions.ts";
import type { TrustOptions } from "./trust-action.ts";

const load = () => import("./command-actions.ts");

export function taskCommands(program: CAC, host: CommandHost): void {
  createCommand(program, host);
  editCommand(program, host);
  trustCommand(program, host);
  program
    .command("list-tasks", "List tasks, the newest last")
    .alias("tasks list")
    .option("--project <project>", "Only tasks of this project")
    .option("--state <state>", "Only tasks in this state")
    .option("--limit <number>", "At most so many, the newest", { default: "50" })
    .example("ccm list-tasks --project my-app --state approving")
    .action(async (options: ListOptions) => (await load()).list(host, options));
  program
    .command("wait <task>", "Wait until a task comes into a state; exits with 9 if it failed, 4 if it ended otherwise")
    .alias("tasks wait")
    .option("--for <state>", "The state to wait for", { default: "done" })
    .option("--timeout <seconds>", "Give up after so many seconds, with exit code 7")
    .example("ccm wait 12 --for approving --timeout 3600")
    .action(async (task: string, options: { for: string; timeout?: string }) =>
      (await import("./wait-action.ts")).waitForState(host, task, options),
    );
  moveCommand(program, host, "pause", "Stop a task where it is and keep its work");
  moveCommand(program, host, "resume", "Let a paused task go on from where it was");
  moveCommand(program, host, "retry", "Queue a failed or cancelled task again; its branch and tree go on");
  moveCommand(program, host, "cancel", "Cancel a task; its work stays on its branch").option("--reason <text>", "Why, for the record");
}

function createCommand(program: CAC, host: CommandHost): void {
  prompted(program.command("create-task [input]", "Queue a task for an agent; the input - reads the prompt from standard input"))
    .alias("tasks create")
    .alias("instances spawn")
    .option("--project <project>", "The project; the only one if there is just one")
    .option("--file <path>", "A Markdown file: its first heading is the title, the rest the prompt")
    .option("--kind <kind>", "What kind of work it is: feature, bugfix, refactor, …", { default: "custom" })
    .option("--after <task>", "Start when this task is done; may be repeated", { type: [] })
    .option("--from-outside <source>", "Somebody you do not vouch for wrote title and prompt; where they are from, such as an address")
    .option("--attach <path>", "A text of somebody you do not vouch for that the task is about; may be repeated", { type: [] })
    .example('ccm create-task --project my-app --title "Fix the login" --prompt "Users with a + in their address cannot log in."')
    .example('git log -5 | ccm create-task --project my-app --title "Explain the last commits" -')
    .action(async (input: string | undefined, options: CreateOptions) => (await load()).create(host, input, options));
}

function trustCommand(program: CAC, host: CommandHost): void {
  program
    .command("trust <task>", "Give rights to the runs of a task from outside, which have less than others")
    .option("--network", "They may reach what runs of its project reach, and not only their model")
    .option("--secrets", "They get the project's variables and copied files, and your MCP servers")
    .option("--auto-merge", "It may merge without you, where its project's approval is auto")
    .option("--withdraw", "Take what is named again")
    .example("ccm trust 12 --network")
    .action(async (task: string, options: TrustOptions) => (await import("./trust-action.ts")).trust(host, task, options));
}

function editCommand(program: CAC, host: CommandHost): void {
  prompted(program.command("edit-task <task> [input]", "Change a task that has not started"))
    .alias("tasks edit")
    .example("ccm edit-task 12 --priority urgent")
    .action(async (task: string, input: string | undefined, options: EditOptions) => (await load()).edit(host, task, input, options));
}

function prompted(command: Command): Command {
  return command
    .option("--title <text>", "One line that says what is to be done")
    .option("--prompt <text>", "What the agent is told")
    .option("--prompt-file <path>", "Read the prompt from a file")
    .option("--priority <priority>", "urgent, high, normal or low")
    .option("--agent <agent>", "Another agent than the project's");
}

function moveCommand(program: CAC, host: CommandHost, verb: "pause" | "resume" | "retry" | "cancel", description: string): Command {
  return program
    .command(`${verb}-task <task>`, description)
    .alias(`tasks ${verb}`)
    .example(`ccm ${verb}-task 12`)
    .action(async (task: string, options: { reason?: string }) => (await load()).move(host, verb, task, options.reason));
}
