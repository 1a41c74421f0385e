// What `rollback` does: asks the daemon, because only it may touch trees and repositories.
import { Fault } from "../kernel/fault.ts";
import { currentUser } from "../kernel/home.ts";
import { taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { askDaemon } from "../kernel/requests.ts";
import { wrap } from "../kernel/text-table.ts";
import { mustFind } from "../tasks/actions.ts";
import type { RolledBack } from "./schema.ts";

/** Faults: `unavailable` without a daemon; those of `answerRollback`. */
export async function rollback(host: CommandHost, id: string, options: { to?: string }): Promise<void> {
  const number = taskNumber(id);
  if (options.to === undefined) throw new Fault("invalid", "Which snapshot?", `\`ccm snapshots ${number}\` lists them; then add --to N.`);
  const to = wholeNumber(options.to, "to", 1);
  const ctx = await host.open();
  mustFind(ctx, number);
  const done = (await askDaemon(ctx, "rollback", { taskId: number, to, by: currentUser() })) as RolledBack;
  host.print(done, () => wrap(rolledBackText(done), host.columns, 0));
}

/** The same words on the page. */
export function rolledBackText({ task, to, kept }: RolledBack): string {
  return `Task ${task} is back at snapshot ${to}. What was there is kept as snapshot ${kept.join(" and ")}.`;
}
