// `ccm fsck`: compares, repairs, and compares again; in the daemon when one runs, since only one process may touch trees and repositories.
import type { Ctx } from "../kernel/context.ts";
import { appendEvent } from "../kernel/events.ts";
import { Fault, messageOf } from "../kernel/fault.ts";
import { takeLock } from "../kernel/lock.ts";
import type { CommandHost } from "../kernel/module.ts";
import { askDaemon } from "../kernel/requests.ts";
import { wrap } from "../kernel/text-table.ts";
import { apply } from "./repair.ts";
import { findDifferences } from "./rules.ts";
import type { Difference } from "./schema.ts";
import { surveyAll, surveyHome } from "./survey.ts";

/** `home` leaves the repositories out: what the daemon does at its start, before the loop runs. */
export type FsckOrder = { repair: boolean; scope: "home" | "all" };

/** A difference, and what became of its repair; `failed` says why it could not be made. */
export type Finding = Difference & { done: boolean; failed: string | null };

/** Compares and, if asked, repairs. A repair that fails is reported and keeps no other from being made. */
export async function check(ctx: Ctx, order: FsckOrder): Promise<Finding[]> {
  const facts = order.scope === "home" ? surveyHome(ctx) : await surveyAll(ctx);
  const findings: Finding[] = [];
  for (const difference of findDifferences(facts)) {
    const failed = order.repair && difference.repair ? await attempt(ctx, difference) : null;
    findings.push({ ...difference, done: order.repair && difference.repair !== null && failed === null, failed });
  }
  const done = findings.filter((finding) => finding.done);
  if (done.length > 0) tell(ctx, done);
  return findings;
}

async function attempt(ctx: Ctx, difference: Difference): Promise<string | null> {
  try {
    if (difference.repair) await apply(ctx, difference.repair);
    return null;
  } catch (thrown) {
    ctx.log.error(`fsck could not repair: ${difference.text}`, { error: messageOf(thrown) });
    return messageOf(thrown);
  }
}

function tell(ctx: Ctx, done: readonly Finding[]): void {
  ctx.log.warn("fsck repaired", { differences: done.map((finding) => finding.text) });
  ctx.db.transact(() =>
    appendEvent(ctx.db, ctx.clock.now(), {
      name: "home.repaired",
      source: "daemon",
      data: { differences: done.map(({ text, remedy }) => ({ text, remedy })) },
    }),
  );
}

/** The daemon's answer; at its own start it leaves the repositories out. */
export async function answerFsck(ctx: Ctx, input: Record<string, unknown>): Promise<Finding[]> {
  return check(ctx, { repair: input.repair === true, scope: input.scope === "all" ? "all" : "home" });
}

/** Faults: `failed` when something could not be repaired. */
export async function fsck(host: CommandHost, options: { dryRun?: true }): Promise<void> {
  const ctx = await host.open();
  const order: FsckOrder = { repair: !options.dryRun, scope: "all" };
  const findings = await checkAlone(ctx, order);
  host.print(findings, () => findingsText(host, findings, order));
  const failed = findings.filter((finding) => finding.failed !== null);
  if (failed.length > 0)
    throw new Fault("failed", `${failed.length} of ${findings.length} differences could not be repaired.`, failed[0]?.failed ?? "");
}

/** In the daemon, or, without one, here under the daemon's lock. */
async function checkAlone(ctx: Ctx, order: FsckOrder): Promise<Finding[]> {
  const lock = takeLock(ctx.paths.lock);
  if (!lock) return (await askDaemon(ctx, "fsck", order)) as Finding[];
  try {
    return await check(ctx, order);
  } finally {
    lock.release();
  }
}

function findingsText(host: CommandHost, findings: readonly Finding[], order: FsckOrder): string {
  if (findings.length === 0) return "Database, trees, runs, processes and refs agree.";
  return findings
    .map((finding) => {
      const mark = finding.repair === null ? "kept" : finding.failed !== null ? "FAILED" : order.repair ? "done" : "would";
      const text = `${finding.text} ${finding.failed ?? `${finding.remedy[0]?.toUpperCase()}${finding.remedy.slice(1)}.`}`;
      return `${mark.padEnd(8)}${wrap(text, host.columns, 8)}`;
    })
    .join("\n");
}
