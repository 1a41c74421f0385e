// The commands that tell where things stand and what has happened.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";
import type { AuditOptions } from "./audit-action.ts";
import type { LogOptions } from "./log-action.ts";

export function progressCommands(program: CAC, host: CommandHost): void {
  program
    .command("task-status <task>", "Show everything about a task: where it is, what it waits for, its runs and decisions")
    .alias("tasks status")
    .example("ccm task-status 12")
    .action(async (task: string) => (await import("./command-actions.ts")).taskStatus(host, task));
  program
    .command("recent-results", "List the tasks that ended last, the latest last")
    .option("--project <project>", "Only tasks of this project")
    .option("--limit <number>", "At most so many", { default: "20" })
    .example("ccm recent-results --project my-app")
    .action(async (options: { project?: string; limit: string }) => (await import("./command-actions.ts")).recentResults(host, options));
  program
    .command("logs [id]", "Tell what has happened: all of it, or about one task (12) or run (r34)")
    .option("--project <project>", "Only what is about this project")
    .option("-f, --follow", "Go on with what happens from now on; of a task until it has ended")
    .option("--all", "Also what people mostly need not see: beginnings of calls, tries of requests")
    .option("--limit <number>", "Begin with so many of the latest events", { default: "50" })
    .example("ccm logs 12 -f")
    .action(async (id: string | undefined, options: LogOptions) => (await import("./log-action.ts")).logs(host, id, options));
  program
    .command("audit", "Tell who decided, allowed, overrode or changed what, the newest last")
    .option("--since <time>", "Since then: 30d, 12h, or a date such as 2030-01-31")
    .option("--project <project>", "Only what is about this project")
    .option("--task <task>", "Only what is about this task")
    .option("--limit <number>", "At most so many, the newest", { default: "50" })
    .option("--verify", "Check that every row is as it was written; exits with 9 if not")
    .option("--noted <row>", "Check, too, that the log goes on from a row that --verify printed: NUMBER:HASH")
    .example("ccm audit --since 7d --task 12")
    .example("ccm audit --verify")
    .action(async (options: AuditOptions) => (await import("./audit-action.ts")).audit(host, options));
}
