// The commands on runs. Each takes a task's number, which means its live run, or a run as r<number>.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";
import type { AttachOptions, ListOptions, MessageOptions } from "./command-actions.ts";

const load = () => import("./command-actions.ts");

export function agentCommands(program: CAC, host: CommandHost): void {
  program
    .command("list-agents", "List live runs and what each agent does this moment")
    .alias("instances list")
    .option("--all", "The newest runs, those that have ended included")
    .option("--limit <number>", "At most so many with --all", { default: "20" })
    .example("ccm list-agents")
    .action(async (options: ListOptions) => (await load()).list(host, options));
  program
    .command("agent-status <id>", "Show what an agent does, or how a run ended; what it asks, said and has cost")
    .example("ccm agent-status 12")
    .action(async (id: string) => (await load()).status(host, id));
  program
    .command("stop-agent <id>", "Stop an agent and pause its task; its work is kept")
    .alias("instances stop")
    .example("ccm stop-agent 12")
    .action(async (id: string) => (await load()).stop(host, id));
  program
    .command("restart-agent <id>", "Stop an agent and start another on the same work")
    .example("ccm restart-agent 12")
    .action(async (id: string) => (await load()).restart(host, id));
  program
    .command("message <id> <text>", "Tell an agent something while it works")
    .example('ccm message 12 "The tests are in spec/, not in test/."')
    .option("--now", "End its turn first, instead of waiting for the next step")
    .action(async (id: string, text: string, options: MessageOptions) => (await load()).message(host, id, text, options));
  program
    .command("interrupt <id>", "End an agent's turn without ending the agent; it then waits for your message")
    .example("ccm interrupt 12")
    .action(async (id: string) => (await load()).interrupt(host, id));
  program
    .command("attach [id]", "Watch a run live and type to its agent; Ctrl-C leaves, and the run goes on")
    .option("--project <project>", "The run of this project; asks when there are several")
    .example("ccm attach 12")
    .action(async (id: string | undefined, options: AttachOptions) => (await load()).attach(host, id, options));
}
