// Everything that waits for a person's word: work that would merge, questions of agents, and what else holds tasks.
import { ApprovalsHeading, ApprovalsList } from "../../views/approvals.tsx";
import type { Ctx } from "../kernel/context.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { projectOf } from "../projects/actions.ts";
import { mustFind } from "../tasks/actions.ts";
import { needsOf, type Need as Waiting } from "./actions.ts";
import { needOf } from "./task-needs.ts";

export const approvalsPage: PageRoute = { path: "/approvals", area: "approvals", show: showApprovals };

/** Items of one page: each has a change to sum up. */
const LISTED = 25;

async function showApprovals(ctx: Ctx, asked: Asked): Promise<Page> {
  const needs = needsOf(ctx);
  const from = Math.min(Math.max(0, Math.floor(Number(asked.query.get("from") ?? 0)) || 0), Math.max(0, needs.length - 1));
  const items = await Promise.all(needs.slice(from, from + LISTED).map((need) => itemOf(ctx, need)));
  const href = (at: number) => `/approvals${at > 0 ? `?from=${at}` : ""}`;
  const props = {
    ...{ items, csrf: asked.csrf, typed: asked.typed, total: needs.length },
    earlier: from > 0 ? href(Math.max(0, from - LISTED)) : null,
    later: from + LISTED < needs.length ? href(from + LISTED) : null,
  };
  return {
    title: "Approvals",
    name: "approvals",
    sections: [
      { kind: "still", id: "heading", html: ApprovalsHeading },
      { kind: "live", id: "approvals", html: () => ApprovalsList(props) },
    ],
  };
}

/** An agent that a person must mend, or a task with what it needs. */
async function itemOf(ctx: Ctx, waiting: Waiting) {
  if (waiting.kind === "agent") {
    const { agent, text, openedAt } = waiting.breaker;
    return { kind: "agent" as const, agent, text: printable(text), since: when(openedAt ?? 0) };
  }
  const task = mustFind(ctx, waiting.task.id);
  return {
    kind: "task" as const,
    id: task.id,
    title: printable(task.title),
    project: projectOf(ctx, task.projectId).name,
    ...(task.origin === "outside" ? { isOutside: true } : {}),
    need: await needOf(ctx, task),
  };
}
