// `ccm plan`: the decision that dispatch would make now, and why it would.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export function dispatchCommands(program: CAC, host: CommandHost): void {
  program
    .command("plan", "Show what starts next, and why each other task waits")
    .option("--limit <number>", "Look at so many tasks of each project", { default: "20" })
    .example("ccm plan")
    .action(async (options: { limit: string }) => (await import("./command-actions.ts")).plan(host, options));
}
