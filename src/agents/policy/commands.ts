// The commands on the policy: what holds, and what another one would have made of what happened.
import type { CAC } from "cac";
import type { CommandHost } from "../../kernel/module.ts";
import type { TestOptions } from "./action.ts";

export function policyCommands(program: CAC, host: CommandHost): void {
  program
    .command("policy show", "Show what agents may do, and who said so")
    .option("--project <project>", "For agents of this project")
    .example("ccm policy show --project my-app")
    .action(async (options: { project?: string }) => (await import("./action.ts")).showPolicy(host, options));
  program
    .command("policy test", "Judge what agents did by the policy as it is now, or by another; nothing is changed")
    .option("--since <time>", "Calls since then: 30d, 12h, or a date such as 2030-01-31", { default: "30d" })
    .option("--project <project>", "Only calls in this project")
    .option("--with <path>", "A file to try in the place of `guards` of the configuration, or of the project's")
    .example("ccm policy test --since 30d --with stricter.yaml")
    .action(async (options: TestOptions) => (await import("./action.ts")).testPolicy(host, options));
}
