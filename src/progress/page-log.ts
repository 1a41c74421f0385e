// What a run printed, as `ccm view` shows it: the end of it, live, and earlier parts by the byte that they end at.
import { TaskLog, TaskLogLines, TaskNoRun, TaskRunHead } from "../../views/task-log.tsx";
import { findRun, newestRunsOf, shownRuns } from "../agents/actions.ts";
import type { Run } from "../agents/schema.ts";
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { once } from "../kernel/once.ts";
import type { Asked, FeedSection, Page, PageRoute, Section } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { pageOf, type Shown, shownTask, type TaskTab } from "./task-page.ts";

export const logPage: PageRoute = { path: "/tasks/:id/log", area: "tasks", show: (ctx, asked) => showLog(ctx, asked, "log") };
export const gatesPage: PageRoute = { path: "/tasks/:id/gates", area: "tasks", show: (ctx, asked) => showLog(ctx, asked, "gates") };

/** Runs that one can go to from a log; the list of runs has them all. */
const NAMED_RUNS = 20;

/** The run that was asked for, else the one that matters most: of the log the agent's, of the gates the last check. */
async function showLog(ctx: Ctx, asked: Asked, tab: Extract<TaskTab, "log" | "gates">): Promise<Page> {
  const shown = shownTask(ctx, asked);
  const runs = newestRunsOf(ctx, shown.task.id, NAMED_RUNS * 2).filter((run) => tab === "log" || run.kind !== "agent");
  const run = runAsked(ctx, asked, shown) ?? runs.find(({ kind }) => kind === (tab === "log" ? "agent" : "gate")) ?? runs[0];
  if (!run) return pageOf(asked, shown, tab, [{ kind: "live", id: "log", html: () => TaskNoRun({ tab, state: shown.task.state }) }]);
  const sections = await sectionsOf(ctx, asked, { run, runs: runs.slice(0, NAMED_RUNS), tab });
  const isLive = run.state !== "finished";
  return isLive ? pageOf(asked, shown, tab, sections, () => ctx.outside.hosts.written(run.id)) : pageOf(asked, shown, tab, sections);
}

/** Faults: `not_found` for a run that is not of this task. */
function runAsked(ctx: Ctx, asked: Asked, { task }: Shown): Run | null {
  const word = asked.query.get("run");
  if (word === null) return null;
  const run = findRun(ctx, Number(/^r?(\d{1,15})$/.exec(word)?.[1] ?? 0));
  if (run?.taskId === task.id) return run;
  throw new Fault("not_found", `Task ${task.id} has no run "${word}".`, `\`ccm task-status ${task.id}\` shows its runs.`);
}

type Log = { run: Run; runs: readonly Run[]; tab: "log" | "gates" };

/** What is known of the run changes; what it printed grows. */
async function sectionsOf(ctx: Ctx, asked: Asked, { run, runs, tab }: Log): Promise<Section[]> {
  const { figuresOf, logAfter, logBefore, runLine } = await shownRuns();
  const given = Number(asked.query.get("before") ?? Number.NaN);
  const before = Number.isSafeInteger(given) && given > 0 ? given : null;
  const place = `/tasks/${run.taskId}/${tab}?run=r${run.id}`;
  const about = () =>
    TaskRunHead({
      run: runLine(ctx, run),
      others: runs.map((one) => ({ name: nameOf(one), href: `/tasks/${one.taskId}/${tab}?run=r${one.id}`, isCurrent: one.id === run.id })),
      cause: printable(run.kind === "agent" ? run.cause : (run.command ?? "")),
      session: run.session,
      figures: figuresOf(ctx, run),
    });
  // The stream asks for what follows, many times a second, and not for the window.
  const window = once(() => logBefore(ctx, run.id, before));
  const html = () =>
    TaskLog({
      title: nameOf(run),
      lines: window().lines,
      kind: run.kind,
      isLive: run.state !== "finished",
      isEnd: before === null,
      earlier: window().from > 0 ? `${place}&before=${window().from}#log` : null,
      later: before === null ? null : `${place}#log`,
    });
  const head: Section = { kind: "live", id: "run", html: about };
  if (before !== null) return [head, { kind: "still", id: "log", html }];
  const more = (cursor: string) => {
    const [runId, byte] = cursor.split("x").map(Number);
    if (runId !== run.id || byte === undefined || !Number.isSafeInteger(byte)) return "anew";
    const after = logAfter(ctx, run.id, byte);
    if (after === "nothing") return null;
    return after === "much" ? "anew" : { rows: TaskLogLines({ lines: after.lines, kind: run.kind }), cursor: `${run.id}x${after.to}` };
  };
  // Another run is another log, and so the run is in the cursor.
  const log: FeedSection = {
    ...{ kind: "feed", id: "log", html, more },
    get cursor() {
      return `${run.id}x${window().to}`;
    },
  };
  return [head, log];
}

function nameOf(run: Run): string {
  return `r${run.id} ${run.kind === "agent" ? run.agent : `${run.kind} ${run.agent}`}`;
}
