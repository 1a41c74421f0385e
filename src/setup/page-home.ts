// Home: what needs a person, what runs, what starts next and why the rest waits, what has ended, and what it has cost.
import {
  HomeFigures,
  HomeFinished,
  HomeHeading,
  HomeNeeds,
  HomeQueue,
  HomeRunning,
  HomeWelcome,
  type NeedShown,
  type QueueProps,
  type QueueReason,
} from "../../views/home.tsx";
import { liveRuns, openQuestion } from "../agents/actions.ts";
import type { Run } from "../agents/schema.ts";
import { agentCard, shownQuestion } from "../agents/shown.ts";
import { explainPlan } from "../dispatch/actions.ts";
import type { Want } from "../dispatch/rules.ts";
import type { Ctx } from "../kernel/context.ts";
import { costText } from "../kernel/number-text.ts";
import type { Asked, Page, PageRoute } from "../kernel/page.ts";
import { cut, printable } from "../kernel/text-table.ts";
import { when } from "../kernel/time-text.ts";
import { type Need, needsOf } from "../progress/actions.ts";
import { listProjects, projectFinder } from "../projects/actions.ts";
import { findCandidate } from "../review/actions.ts";
import { briefOf, endedBriefs, spentToday, taskTotals } from "../tasks/actions.ts";
import { likelyMove } from "../tasks/rules.ts";
import type { TaskBrief, TaskState, WaitingReason } from "../tasks/schema.ts";
import { taskLineOf } from "../tasks/shown.ts";

/** What each part shows at most: one looks through it, and the pages behind have all of it. */
const NEEDS = 12;
const RUNNING = 24;
const FINISHED = 12;
const NEXT = 5;
const REASONS = 6;
/** Tasks of one reason that are named. */
const NAMED = 3;
/** Queued tasks of each project that are looked at to say what starts next. */
const LOOKED_AT = 20;
/** Columns of a sentence in a list. */
const OUTCOME_COLUMNS = 160;

export const homePage: PageRoute = { path: "/", area: "home", show: showHome };

function showHome(ctx: Ctx, asked: Asked): Page {
  const totals = taskTotals(ctx);
  const hasTasks = totals.length > 0;
  const heading = { kind: "still", id: "heading", html: () => HomeHeading({ hasTasks }) } as const;
  if (!hasTasks) {
    const welcome = () => HomeWelcome({ projects: listProjects(ctx).map(({ name }) => name) });
    return { title: "Home", name: "home", sections: [heading, { kind: "live", id: "welcome", html: welcome }] };
  }
  const count = (...states: TaskState[]) => totals.filter(({ state }) => states.includes(state)).reduce((sum, { tasks }) => sum + tasks, 0);
  const needs = needsOf(ctx);
  const runs = liveRuns(ctx);
  const spent = Math.max(
    0,
    totals.reduce((sum, { costUsd }) => sum + costUsd, 0),
  );
  return {
    title: "Home",
    name: "home",
    sections: [
      heading,
      {
        kind: "live",
        id: "figures",
        html: () =>
          HomeFigures({
            needs: needs.length,
            running: runs.length,
            queued: count("queued"),
            paused: count("paused"),
            failed: count("failed"),
            done: count("done"),
            today: costText(spentToday(ctx)),
            total: costText(spent),
            sandbox: ctx.outside.sandbox.level(),
          }),
      },
      {
        kind: "live",
        id: "needs",
        html: () => HomeNeeds({ csrf: asked.csrf, typed: asked.typed, needs: shownNeeds(ctx, needs), count: needs.length }),
      },
      {
        kind: "live",
        id: "running",
        html: () =>
          HomeRunning({
            count: runs.length,
            cards: runs.slice(0, RUNNING).map((run) => runningCard(ctx, run)),
          }),
      },
      { kind: "live", id: "queue", html: () => HomeQueue(queueOf(ctx, count("queued"))) },
      { kind: "live", id: "finished", html: () => HomeFinished({ rows: finishedRows(ctx) }) },
    ],
  };
}

/** What it does this second; the page on agents has all that is known of it. */
function runningCard(ctx: Ctx, run: Run) {
  const card = agentCard(ctx, run, { id: run.taskId, title: briefOf(ctx, run.taskId)?.title ?? "" });
  return { ...card, figures: card.figures.filter(({ label }) => label === "Cost"), context: null };
}

function shownNeeds(ctx: Ctx, needs: readonly Need[]): NeedShown[] {
  const projectWith = projectFinder(ctx);
  return needs.slice(0, NEEDS).map((need) => {
    if (need.kind === "agent") {
      const { agent, kind, text, openedAt, retryAt } = need.breaker;
      const until = retryAt === null ? null : when(retryAt);
      return {
        kind: "agent",
        agent,
        trouble: kind,
        text: printable(text),
        since: when(openedAt ?? 0),
        until,
        tryTask: heldTask(ctx, agent),
      };
    }
    const { task } = need;
    const line = { ...taskLineOf(task, projectWith(task.projectId)), rowId: `need-${task.id}` };
    const question = task.waiting?.reason === "question" ? openQuestion(ctx, task.id) : null;
    if (question) return { kind: "question", line, question: shownQuestion(question) };
    if (task.waiting?.reason === "approval") return { kind: "approval", line, commit: findCandidate(ctx, task.id)?.commit ?? null };
    return { kind: "trouble", line, text: printable(task.waiting?.text ?? ""), move: likelyMove(task) };
  });
}

/** A task that waits for the agent and could try it; null when none does. */
function heldTask(ctx: Ctx, agent: string): number | null {
  const { holds } = explainPlan(ctx, LOOKED_AT, "as found");
  return (
    holds.find(({ want, waiting }) => want.name === agent && (waiting.reason === "login" || waiting.reason === "agent"))?.want.taskId ??
    null
  );
}

/** Reasons to wait that are shown among what needs a person. */
const SHOWN_AS_NEEDS: ReadonlySet<WaitingReason> = new Set(["question", "login", "agent"]);

/** What starts, or would if there were a slot, in its order; and what else is waited for. */
function queueOf(ctx: Ctx, queued: number): QueueProps {
  const { starts, holds } = explainPlan(ctx, LOOKED_AT, "as found");
  const projectWith = projectFinder(ctx);
  const shown = (want: Want) => ({ id: want.taskId, title: printable(want.title), project: projectWith(want.projectId).name });
  const others = holds.filter(({ waiting }) => !SHOWN_AS_NEEDS.has(waiting.reason));
  const forSlot = others.filter(
    ({ waiting }) => waiting.reason === "capacity" || waiting.reason === "memory" || waiting.reason === "load" || waiting.reason === "disk",
  );
  const next = [...starts.map((want) => ({ want, why: null })), ...forSlot.map(({ want, waiting }) => ({ want, why: waiting.text }))];
  const groups = Map.groupBy(
    others.filter((hold) => !forSlot.includes(hold)),
    ({ waiting }) => waiting.text,
  );
  const reasons: QueueReason[] = [...groups].slice(0, REASONS).map(([text, held]) => ({
    text: printable(text),
    count: held.length,
    tasks: held.slice(0, NAMED).map(({ want }) => shown(want)),
  }));
  return { queued, next: next.slice(0, NEXT).map(({ want, why }) => ({ ...shown(want), why })), reasons };
}

function finishedRows(ctx: Ctx) {
  const projectWith = projectFinder(ctx);
  return endedBriefs(ctx, { limit: FINISHED }).map((task) => ({
    ...taskLineOf(task, projectWith(task.projectId), outcomeOf(task)),
    rowId: `ended-${task.id}`,
  }));
}

function outcomeOf(task: TaskBrief): string {
  if (task.error) return cut(printable(task.error.text), OUTCOME_COLUMNS);
  return (task.result ?? "").replaceAll("_", " ");
}
