// The commands on automations; what they do is loaded when one of them runs.
import type { CAC } from "cac";
import type { CommandHost } from "../../kernel/module.ts";

export type TestOptions = { event?: string; command?: string; input?: string; run?: string };
export type AutomationLogOptions = { limit: string };

export function automationCommands(program: CAC, host: CommandHost): void {
  program
    .command("automations list", "List your automations: programs that run at events of agents, as you and outside of the sandbox")
    .example("ccm automations list")
    .action(async () => (await import("./actions.ts")).list(host));
  program
    .command("automations enable <automation>", "Have an automation run from the next start of an agent on")
    .example("ccm automations enable 10-guard-commands")
    .action(async (name: string) => (await import("./actions.ts")).enable(host, name));
  program
    .command("automations disable <automation>", "Have an automation run no more, also where an agent is at work")
    .example("ccm automations disable 10-guard-commands")
    .action(async (name: string) => (await import("./actions.ts")).disable(host, name));
  program
    .command("automations test <automation>", "Run an automation once, as a run would, and show what it says")
    .option("--event <event>", "Another event than the first one that it names")
    .option("--command <line>", "The command that the agent is about to run")
    .option("--input <file>", "The event as JSON, from a file or - for standard input, instead of a made-up one")
    .option("--run <run>", "As if this run caused it: its tree, its sandbox")
    .example('ccm automations test 10-guard-commands --command "rm -rf /"')
    .action(async (name: string, options: TestOptions) => (await import("./try.ts")).test(host, name, options));
  program
    .command("automations logs [automation]", "Tell what automations did, the newest last")
    .option("--limit <number>", "At most so many", { default: "50" })
    .example("ccm automations logs 30-checkpoint")
    .action(async (name: string | undefined, options: AutomationLogOptions) => (await import("./actions.ts")).logs(host, name, options));
}
