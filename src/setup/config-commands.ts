// `ccm config list|get|set|check`: the configuration file without an editor. It works before there is a database.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

export function configCommands(program: CAC, host: CommandHost): void {
  program
    .command("config list", "Show every setting; its value and where that comes from")
    .example("ccm config list")
    .action(async () => (await import("./config-actions.ts")).listConfig(host));
  program
    .command("config get <key>", "Show one setting or one section")
    .example("ccm config get limits.runs")
    .action(async (key: string) => (await import("./config-actions.ts")).getConfig(host, key));
  program
    .command("config set <key> <value>", "Change one setting; comments in the file stay")
    .example("ccm config set limits.runs 8")
    .action(async (key: string, value: string) => (await import("./config-actions.ts")).setConfig(host, key, value));
  program
    .command("config check", "Check the configuration file and the environment")
    .example("ccm config check")
    .action(async () => (await import("./config-actions.ts")).checkConfigFile(host));
}
