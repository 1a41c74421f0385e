// The page on agents: what each does this second, those that nothing is started with, and the runs there were.
import { AgentsAtWork, AgentsHeading, AgentsHeld, AgentsRuns } from "../../views/agents.tsx";
import type { Ctx } from "../kernel/context.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { briefOf } from "../tasks/actions.ts";
import { heldAgents, liveRuns, newestRuns } from "./actions.ts";
import type { Run } from "./schema.ts";
import { agentCard, runLine } from "./shown.ts";

export const agentsPage: PageRoute = { path: "/agents", area: "agents", show: agents };

/** Runs of one page of the list: about two screens. */
const LISTED = 40;

function agents(ctx: Ctx, asked: Asked): Page {
  const before = Number(/^r?([1-9]\d{0,14})$/.exec(asked.query.get("before") ?? "")?.[1] ?? Number.NaN);
  const isPaged = Number.isSafeInteger(before);
  return {
    title: "Agents",
    name: "agents",
    sections: [
      { kind: "still", id: "heading", html: AgentsHeading },
      {
        kind: "live",
        id: "at-work",
        html: () => AgentsAtWork({ cards: liveRuns(ctx).map((run) => agentCard(ctx, run, taskOf(ctx, run))) }),
      },
      { kind: "live", id: "held", html: () => AgentsHeld({ agents: held(ctx) }) },
      { kind: "live", id: "runs", html: () => AgentsRuns(runsPage(ctx, isPaged ? before : undefined)) },
    ],
  };
}

function taskOf(ctx: Ctx, run: Run): { id: number; title: string } {
  return { id: run.taskId, title: briefOf(ctx, run.taskId)?.title ?? "" };
}

function held(ctx: Ctx) {
  return heldAgents(ctx).map(({ agent, kind, text, openedAt, retryAt }) => ({
    agent,
    kind,
    text: printable(text),
    since: when(openedAt ?? 0),
    until: retryAt === null ? null : when(retryAt),
  }));
}

/** One more is read than shown, to know whether there is another page. */
function runsPage(ctx: Ctx, before: number | undefined) {
  const runs = newestRuns(ctx, LISTED + 1, before);
  const shown = runs.slice(0, LISTED);
  return {
    rows: shown.map((run) => runLine(ctx, run, taskOf(ctx, run))),
    earlier: runs.length > LISTED ? `/agents?before=r${shown.at(-1)?.id}#runs` : null,
    later: before === undefined ? null : "/agents#runs",
  };
}
