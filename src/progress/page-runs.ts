// The runs of one task: why each was made, what came of it, what it took.
import { TaskRuns } from "../../views/task-runs.tsx";
import { newestRunsOf, shownRuns } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { sandboxText } from "../sandbox/rules.ts";
import { pageOf, shownTask } from "./task-page.ts";

export const runsPage: PageRoute = { path: "/tasks/:id/runs", area: "tasks", show: showRuns };

/** Runs of one page. */
const LISTED = 50;

async function showRuns(ctx: Ctx, asked: Asked): Promise<Page> {
  const shown = shownTask(ctx, asked);
  const { runLine } = await shownRuns();
  const before = Number(/^r?([1-9]\d{0,14})$/.exec(asked.query.get("before") ?? "")?.[1] ?? Number.NaN);
  const from = Number.isSafeInteger(before) ? before : undefined;
  const runs = newestRunsOf(ctx, shown.task.id, LISTED + 1, from);
  const place = `/tasks/${shown.task.id}/runs`;
  const props = {
    rows: runs.slice(0, LISTED).map((run) => ({
      line: runLine(ctx, run),
      cause: printable(run.kind === "agent" ? run.cause : (run.command ?? "")),
      session: run.session,
      sandbox: printable(sandboxText(run.sandbox, run.rights)),
    })),
    earlier: runs.length > LISTED ? `${place}?before=r${runs[LISTED - 1]?.id}` : null,
    later: from === undefined ? null : place,
  };
  return pageOf(asked, shown, "runs", [{ kind: "live", id: "runs", html: () => TaskRuns(props) }]);
}
