// `ccm diff`: what a task would change.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export function reviewCommands(program: CAC, host: CommandHost): void {
  program
    .command("diff <task>", "Show what a task changes: exactly what its gates ran on and what would merge")
    .example("ccm diff 12 | less -R")
    .action(async (task: string) => (await import("./command-actions.ts")).diff(host, task));
}
