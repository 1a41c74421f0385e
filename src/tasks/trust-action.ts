// `ccm trust`: what runs of a task from outside may do after all, one right by one.
import { Fault } from "../kernel/fault.ts";
import { taskNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { wrap } from "../kernel/text-table.ts";
import { projectOf } from "../projects/actions.ts";
import { trustTask } from "./persons-word.ts";
import { type Right, taskShape } from "./rules.ts";
import { loweredText } from "./task-text.ts";

export type TrustOptions = { network?: boolean; secrets?: boolean; autoMerge?: boolean; withdraw?: boolean };

/** Faults: `invalid` when no right is named, `conflict` for a task that is all the person's own. */
export async function trust(host: CommandHost, id: string, options: TrustOptions): Promise<void> {
  const number = taskNumber(id);
  const rights: Right[] = [
    ...(options.network ? (["network"] as const) : []),
    ...(options.secrets ? (["secrets"] as const) : []),
    ...(options.autoMerge ? (["auto-merge"] as const) : []),
  ];
  if (rights.length === 0)
    throw new Fault("invalid", `No right of task ${number} is named.`, "Name one or more: --network, --secrets, --auto-merge.");
  const ctx = await host.open();
  const task = trustTask(ctx, number, rights, options.withdraw ? "withdraw" : "lift");
  host.print(taskShape(task, projectOf(ctx, task.projectId).name), () => wrap(loweredText(task), host.columns, 0));
  host.note("A run that is live keeps what it started with.");
}
