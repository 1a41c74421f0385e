// The commands on secrets; what they do is loaded when one of them runs.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export type SetOptions = { for?: string | string[]; store?: string };
export type ScrubOptions = { dryRun?: true };

export function secretCommands(program: CAC, host: CommandHost): void {
  program
    .command("secret set <name>", "Keep a secret for automations and integrations; asks for it, or reads it from standard input")
    .option("--for <use>", "Who gets it: automation:NAME or integration:NAME, instead of those before; may be repeated", { type: [] })
    .option("--store <keyring|file>", "Where it is kept, instead of what secrets.store says")
    .example("ccm secret set GITHUB_TOKEN --for integration:github")
    .example("gh auth token | ccm secret set GITHUB_TOKEN --for automation:open-issue")
    .action(async (name: string, options: SetOptions) => (await import("./command-actions.ts")).set(host, name, options));
  program
    .command("secret list", "List secrets: names, where they are kept and who gets them, never values")
    .example("ccm secret list")
    .action(async () => (await import("./command-actions.ts")).list(host));
  program
    .command("secret remove <secret>", "Forget a secret's value, which is still taken out of texts")
    .example("ccm secret remove GITHUB_TOKEN")
    .action(async (name: string) => (await import("./command-actions.ts")).remove(host, name));
  program
    .command("secret forget <earlier-secret>", "Let the removed and replaced values of a secret stand in texts again")
    .example("ccm secret forget GITHUB_TOKEN")
    .action(async (name: string) => (await import("./command-actions.ts")).forget(host, name));
  program
    .command("scrub", "Find secrets that got into the database, logs, records and agents' homes, take them out, and prove it")
    .option("--dry-run", "Only say what is where")
    .example("ccm scrub --dry-run")
    .action(async (options: ScrubOptions) => (await import("./scrub-action.ts")).scrubHome(host, options));
}
