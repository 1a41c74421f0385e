// The API's operations on the audit log: its rows, the newest first, and whether they are as they were written.
import * as v from "valibot";
import { auditRows, checkAudit } from "../kernel/audit.ts";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { decodeCursor, numberInQuery, pageOf, pageQuery, pageSchema } from "../kernel/paging.ts";
import { isoTimeSchema } from "../kernel/shape.ts";
import { projectNamed } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { auditShape, checkShape } from "./audit-action.ts";
import { auditCheckSchema, auditShapeSchema } from "./shapes.ts";

const LIST = "audit";

const audit = readOperation({
  path: "/audit",
  name: "audit",
  summary: "List who decided, allowed, overrode or changed what, the newest first",
  query: v.strictObject({
    since: v.exactOptional(v.pipe(isoTimeSchema, v.description("Only what happened since then"))),
    project: v.exactOptional(v.pipe(v.string(), v.description("Only what is about this project"))),
    task: v.exactOptional(v.pipe(numberInQuery(1, Number.MAX_SAFE_INTEGER), v.description("Only what is about this task"))),
    ...pageQuery,
  }),
  answer: pageSchema(auditShapeSchema),
  run(ctx, { query: { since, project, task, limit, cursor } }) {
    const rows = auditRows(ctx.db, {
      limit: limit + 1,
      ...(cursor === undefined ? {} : { before: decodeCursor(LIST, cursor, 1)[0] ?? 0 }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
      ...(project === undefined ? {} : { projectId: projectNamed(ctx, project).id }),
      ...(task === undefined ? {} : { taskId: mustFind(ctx, task).id }),
    });
    return pageOf(rows.reverse(), { list: LIST, limit, place: (row) => [row.id], shape: auditShape });
  },
});

const verifyAudit = readOperation({
  path: "/audit/check",
  name: "checkAudit",
  summary: "Check that every row of the audit log is as it was written",
  description: "Reads all of it: about a second for 100,000 rows.",
  answer: auditCheckSchema,
  run: (ctx) => checkShape(checkAudit(ctx.db)),
});

export const auditOperations: readonly Operation[] = [audit, verifyAudit];
