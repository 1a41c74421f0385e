// `ccm audit`: who decided, allowed, overrode or changed what, and whether the log of it is as it was written.
import { type AuditCheck, type AuditDamage, type AuditRow, auditHash, auditRows, checkAudit } from "../kernel/audit.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { pastTime, taskNumber, wholeNumber } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import { printable, wrap } from "../kernel/text-table.ts";
import { dateOf, timeOfDay } from "../kernel/time-text.ts";
import { projectNamed } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { auditAbout, auditSentence, auditWho } from "./rules.ts";
import type { AuditCheckShape, AuditShape } from "./shapes.ts";

export type AuditOptions = { since?: string; project?: string; task?: string; limit: string; verify?: boolean; noted?: string };

/** Most rows of one list. */
const LIST_LIMIT = 100_000;
/** What `--verify` prints, and `--noted` takes: a row's number and its hash. */
const NOTED = /^(\d{1,15}):([0-9a-f]{64})$/;

/** Faults: `not_found` for what does not exist, `invalid`, and with `verify` `failed` when the log is not as it was written. */
export async function audit(host: CommandHost, options: AuditOptions): Promise<void> {
  if (options.verify || options.noted !== undefined) return verify(host, options.noted);
  const limit = wholeNumber(options.limit, "limit", 1, LIST_LIMIT);
  const ctx = await host.open();
  const rows = auditRows(ctx.db, {
    limit,
    ...(options.since === undefined ? {} : { since: pastTime(options.since, ctx.clock.now()) }),
    ...(options.project === undefined ? {} : { projectId: projectNamed(ctx, options.project).id }),
    ...(options.task === undefined ? {} : { taskId: mustFind(ctx, taskNumber(options.task)).id }),
  });
  host.print(rows.map(auditShape), () => auditText(host, rows));
}

async function verify(host: CommandHost, noted: string | undefined): Promise<void> {
  const [, id, hash] = NOTED.exec(noted ?? "") ?? [];
  if (noted !== undefined && hash === undefined)
    throw new Fault("invalid", `"${noted}" is no row with its hash.`, "Give what `ccm audit --verify` printed at its end: NUMBER:HASH.");
  const ctx = await host.open();
  const check = checkAudit(ctx.db);
  const fault = judgeAudit(check) ?? (hash === undefined ? null : judgeNoted(ctx, Number(id), hash));
  if (fault) throw fault;
  host.print(checkShape(check), () => wrap(checkText(check), host.columns, 0));
}

/** The Fault of a log that is not as it was written, null for one that is. */
export function judgeAudit({ damages }: AuditCheck): Fault | null {
  if (damages.length === 0) return null;
  const told = damages.map(({ id, what }) => DAMAGES[what](id)).join(", ");
  return new Fault(
    "failed",
    `The audit log is not as it was written: ${told}.`,
    "Compare it with a copy of CCM_HOME/backups; somebody has edited ccm.db.",
  );
}

const DAMAGES: Record<AuditDamage["what"], (id: number) => string> = {
  "put in": (id) => `row ${id} was put in`,
  changed: (id) => `row ${id} or the hash before it was changed`,
  "data changed": (id) => `the data of row ${id} were changed`,
  "missing before": (id) => `rows before ${id} are missing`,
  "missing after": (id) => `rows after ${id} are missing`,
};

function judgeNoted(ctx: Ctx, id: number, hash: string): Fault | null {
  if (auditHash(ctx.db, id) === hash) return null;
  return new Fault(
    "failed",
    `Row ${id} of the audit log is not the one that was noted.`,
    "The log was written anew from its beginning, or is another home's.",
  );
}

/** What a look through a whole log showed, for people. */
export function checkText({ rows, scrubbed, head }: AuditCheck): string {
  if (!head) return "The audit log is empty.";
  const gone = scrubbed > 0 ? ` Secrets were taken out of ${scrubbed === 1 ? "one row" : `${scrubbed} rows`} later.` : "";
  return `The ${rows} rows of the audit log are as they were written.${gone} Note this elsewhere, and --noted shows later whether the log was written anew: ${head.id}:${head.hash}`;
}

/** What was changed is told in full: a line of a table would cut it. */
function auditText(host: CommandHost, rows: readonly AuditRow[]): string {
  if (rows.length === 0) return "Nothing of that is in the audit log.";
  return rows.map((row) => wrap(lineOf(row), host.columns, INDENT)).join("\n");
}

const INDENT = 4;

function lineOf(row: AuditRow): string {
  const about = auditAbout(row);
  const said = `${auditSentence(row)}${row.scrubbedAt === null ? "" : " (secrets were taken out of it)"}`;
  return printable(`${row.id} ${dateOf(row.at)} ${timeOfDay(row.at)} ${auditWho(row)}${about ? `, ${about}` : ""}: ${said}`);
}

/** A row as scripts read it. */
export function auditShape(row: AuditRow): AuditShape {
  const { scrubbedAt, ...rest } = row;
  return { ...rest, at: new Date(row.at).toISOString(), scrubbedAt: scrubbedAt === null ? null : new Date(scrubbedAt).toISOString() };
}

export function checkShape({ rows, scrubbed, head, damages }: AuditCheck): AuditCheckShape {
  return { whole: damages.length === 0, rows, scrubbed, head: head && `${head.id}:${head.hash}`, damages };
}
