// The page of the audit log: its rows, the newest first, and on demand whether all are as they were written.
import * as v from "valibot";
import { AuditChecked, AuditHeading, type AuditLine, AuditRows } from "../../views/audit.tsx";
import { type AuditRow, auditRows, checkAudit } from "../kernel/audit.ts";
import type { Ctx } from "../kernel/context.ts";
import { type Asked, type FormRoute, form, type Page, type PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { projectFinder } from "../projects/actions.ts";
import type { Project } from "../projects/schema.ts";
import { checkText, judgeAudit } from "./audit-action.ts";
import { auditAbout, auditSentence, auditWho } from "./rules.ts";

export const auditPage: PageRoute = { path: "/audit", area: "health", show: showAudit };

/** Rows of one page. */
const LISTED = 100;

/** What was last found, since the daemon started: looking through it all takes a second on a log of years. */
let checked: { at: number; text: string; whole: boolean } | null = null;

function showAudit(ctx: Ctx, { query, csrf, typed }: Asked): Page {
  const given = Number(query.get("before") ?? Number.NaN);
  const before = Number.isSafeInteger(given) && given > 0 ? given : undefined;
  const rows = auditRows(ctx.db, { limit: LISTED + 1, ...(before === undefined ? {} : { before }) });
  const shown = rows.slice(-LISTED).reverse();
  const projectWith = projectFinder(ctx);
  const props = {
    rows: shown.map((row) => lineOf(row, projectWith)),
    earlier: rows.length > LISTED ? `/audit?before=${shown.at(-1)?.id}` : null,
    latest: before === undefined ? null : "/audit",
  };
  return {
    title: "Audit log",
    name: "audit",
    sections: [
      { kind: "still", id: "heading", html: () => AuditHeading({ csrf, typed }) },
      { kind: "live", id: "checked", html: () => AuditChecked({ check: checked && { ...checked, at: when(checked.at) } }) },
      { kind: "live", id: "rows", html: () => AuditRows(props) },
    ],
  };
}

function lineOf(row: AuditRow, projectWith: (id: number) => Project): AuditLine {
  return {
    id: row.id,
    at: when(row.at),
    who: printable(auditWho(row)),
    about: aboutOf(row, projectWith),
    text: printable(auditSentence(row)),
    scrubbed: row.scrubbedAt !== null,
  };
}

function aboutOf(row: AuditRow, projectWith: (id: number) => Project): AuditLine["about"] {
  if (row.taskId !== null) return { text: auditAbout(row), href: `/tasks/${row.taskId}` };
  if (row.projectId === null) return null;
  const { name, removedAt } = projectWith(row.projectId);
  return { text: name, href: removedAt === null ? `/projects/${encodeURIComponent(name)}` : null };
}

export const checkForm: FormRoute = form({
  path: "/audit/check",
  fields: v.object({}),
  page: () => "/audit",
  section: "checked",
  act(ctx) {
    const check = checkAudit(ctx.db);
    const fault = judgeAudit(check);
    checked = { at: ctx.clock.now(), text: fault?.message ?? checkText(check), whole: fault === null };
    return { said: fault ? "The audit log is not as it was written." : "The audit log is as it was written." };
  },
});
