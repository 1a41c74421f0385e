// The commands with which a person decides about a task's work.
import type { CAC } from "cac";
import type { CommandHost } from "../kernel/module.ts";

const load = () => import("./command-actions.ts");
const loadRollback = () => import("./rollback-command-action.ts");

export function decisionCommands(program: CAC, host: CommandHost): void {
  program
    .command("approve <task>", "Let a task's work merge, exactly what `ccm diff` shows; or answer yes to what its agent asks")
    .alias("tasks approve")
    .option("--comment <text>", "A word for the record; the choice, where the agent lets you choose")
    .option("--commit <id>", "Only if it is still this commit that would merge")
    .example("ccm approve 12")
    .action(async (task: string, options: { comment?: string; commit?: string }) =>
      (await load()).decide(host, "approve", task, { text: options.comment, commit: options.commit }),
    );
  program
    .command("reject <task>", "End a task without a merge; its work stays on its branch; or answer no to what its agent asks")
    .alias("tasks reject")
    .option("--reason <text>", "Why (needed)")
    .example('ccm reject 12 --reason "We use the other library."')
    .action(async (task: string, options: { reason?: string }) => (await load()).decide(host, "reject", task, { text: options.reason }));
  program
    .command("request-changes <task>", "Send a task back with what you want changed")
    .alias("tasks request-changes")
    .option("--comment <text>", "What the agent is told, word for word (needed)")
    .example('ccm request-changes 12 --comment "Keep the old name as an alias."')
    .action(async (task: string, options: { comment?: string }) => (await load()).decide(host, "changes", task, { text: options.comment }));
  program
    .command("rollback <task>", "Take a task's work back to a snapshot; what is there now is kept as another one")
    .option("--to <n>", "The number of the snapshot (needed): `ccm snapshots` lists them")
    .example("ccm rollback 12 --to 3")
    .action(async (task: string, options: { to?: string }) => (await loadRollback()).rollback(host, task, options));
}
