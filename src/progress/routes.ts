// The pages on one task, and on everything that waits for a person.
import type { Routes } from "../kernel/page.ts";
import { approvalsPage } from "./page-approvals.ts";
import { auditPage, checkForm } from "./page-audit.ts";
import { diffPage } from "./page-diff.ts";
import { gatesPage, logPage } from "./page-log.ts";
import { runsPage } from "./page-runs.ts";
import { taskPage } from "./page-task.ts";

export const routes: Routes = { pages: [taskPage, logPage, diffPage, gatesPage, runsPage, approvalsPage, auditPage], forms: [checkForm] };
