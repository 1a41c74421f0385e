// The commands on the page; what they do is loaded when one of them runs.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export type OpenOptions = { print?: true };

export function webCommands(program: CAC, host: CommandHost): void {
  program
    .command("open", "Open the page in your browser, signed in; prints the link, which works once")
    .alias("web open")
    .option("--print", "Only print the link")
    .example("ccm open")
    .action(async (options: OpenOptions) => (await import("./open-action.ts")).open(host, options));
}
