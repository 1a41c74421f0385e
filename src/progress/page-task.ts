// The page of one task: how far it is, what it needs, what has happened, and its facts.
import { TaskNeeds, TaskNow, TaskStages, TaskTalk, TaskTimeline, TaskTimelineRows } from "../../views/task.tsx";
import { TaskSide } from "../../views/task-side.tsx";
import { TaskTrust, type TrustProps } from "../../views/task-trust.tsx";
import { shownRuns } from "../agents/actions.ts";
import { decisionsOf } from "../decisions/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { newestEvents } from "../kernel/events.ts";
import { once } from "../kernel/once.ts";
import type { Asked, Page, PageRoute, Section } from "../kernel/page.ts";
import { redact } from "../kernel/redact.ts";
import { printable, printableLines } from "../kernel/text-table.ts";
import { sizeText, when } from "../kernel/time-text.ts";
import { findCandidate } from "../review/actions.ts";
import { briefOf, dependenciesOf, dependentsOf, textsOf } from "../tasks/actions.ts";
import { approvalFor, isFinal, RIGHTS } from "../tasks/rules.ts";
import { TASK_STATES, type Task, type TaskState } from "../tasks/schema.ts";
import { findWorktree, snapshotsOf } from "../worktrees/actions.ts";
import { whyText } from "../worktrees/rules.ts";
import { stagesOf } from "./stages.ts";
import { needOf } from "./task-needs.ts";
import { pageOf, type Shown, shownTask } from "./task-page.ts";
import { type TimelineWanted, timelineMore, timelineRows } from "./timeline.ts";

export const taskPage: PageRoute = { path: "/tasks/:id", area: "tasks", show: showTask };

/** Characters of a prompt that the page shows: some screens; the task's file or command has the rest. */
const PROMPT_CHARACTERS = 20_000;
/** Tasks that come after this one that are named. */
const RELATED = 20;
/** The last events of a task among which its end is: what follows an end is little. */
const LAST_EVENTS = 30;

async function showTask(ctx: Ctx, asked: Asked): Promise<Page> {
  const shown = shownTask(ctx, asked);
  const { task } = shown;
  const { csrf, typed } = asked;
  const need = await needOf(ctx, task);
  const { agentCard, talkOf } = await shownRuns();
  const live = shown.live && shown.live.state !== "ended" ? shown.live : null;
  const talk = live && { ...talkOf(ctx, live), run: live.id, kind: live.kind, name: live.agent, isStopping: live.stopWanted !== null };
  return pageOf(asked, shown, "overview", [
    { kind: "live", id: "stages", html: () => TaskStages({ stages: stagesOf(task, stageFacts(ctx, shown)) }) },
    { kind: "live", id: "needs", html: () => TaskNeeds({ need, csrf, typed, id: task.id }) },
    { kind: "live", id: "trust", html: () => TaskTrust({ id: task.id, csrf, typed, outside: outsideOf(ctx, task) }) },
    { kind: "live", id: "now", html: () => TaskNow({ now: live && agentCard(ctx, live, task) }) },
    timelineSection(ctx, asked, task),
    { kind: "live", id: "talk", html: () => TaskTalk({ id: task.id, csrf, typed, talk }) },
    { kind: "live", id: "side", html: () => TaskSide(sideOf(ctx, asked, shown)) },
  ]);
}

/** Pages of what was earlier do not change; the latest one grows. */
function timelineSection(ctx: Ctx, asked: Asked, task: Task): Section {
  const noise = asked.query.get("all") === "1" ? "all" : "hidden";
  const given = Number(asked.query.get("before") ?? Number.NaN);
  const before = Number.isSafeInteger(given) && given > 0 ? given : undefined;
  const wanted: TimelineWanted = { taskId: task.id, noise, ...(before === undefined ? {} : { before }) };
  // The stream asks for what follows, many times a second, and not for these.
  const shown = once(() => timelineRows(ctx, wanted));
  const href = (query: Record<string, string>) =>
    `/tasks/${task.id}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ""}#timeline`;
  const all: Record<string, string> = noise === "all" ? { all: "1" } : {};
  const html = () => {
    const { rows, earlier } = shown();
    return TaskTimeline({
      rows,
      isEnd: before === undefined,
      noise: noise === "all" ? { text: "Only what matters", href: href({}) } : { text: "Everything", href: href({ all: "1" }) },
      earlier: earlier === null ? null : href({ ...all, before: String(earlier) }),
      later: before === undefined ? null : href(all),
    });
  };
  if (before !== undefined) return { kind: "still", id: "timeline", html };
  return {
    kind: "feed",
    id: "timeline",
    html,
    get cursor() {
      return String(shown().cursor);
    },
    more(from) {
      const more = timelineMore(ctx, wanted, Number(from));
      if (more === "anew") return "anew";
      if (more.rows.length === 0) return null;
      return { rows: TaskTimelineRows({ rows: more.rows }), cursor: String(more.cursor) };
    },
  };
}

function stageFacts(ctx: Ctx, { task, project }: Shown) {
  const skipped = new Set<TaskState>();
  const candidate = findCandidate(ctx, task.id);
  if (candidate && candidate.gate === null) skipped.add("verifying");
  if (approvalFor(task, project) === "auto" && !decisionsOf(ctx, task.id).some(({ verdict }) => verdict === "approved"))
    skipped.add("approving");
  if (task.result === "no_change") for (const state of ["verifying", "approving", "merging"] as const) skipped.add(state);
  return { endedIn: isFinal(task.state) && task.state !== "done" ? endedIn(ctx, task) : null, skipped };
}

/** The state in which it failed or was cancelled, by its own event; null when that is no longer in the log. */
function endedIn(ctx: Ctx, task: Task): TaskState | null {
  const event = newestEvents(ctx.db, { taskId: task.id, limit: LAST_EVENTS }).findLast(({ name }) => name === `task.${task.state}`);
  return TASK_STATES.find((state) => state === event?.data.from) ?? null;
}

/** The newest snapshots that the page shows; `ccm snapshots` lists all. */
const SNAPSHOTS = 12;

function snapshotsFor(ctx: Ctx, { csrf, typed }: Asked, task: Task) {
  const kept = snapshotsOf(ctx, task.id).reverse().slice(0, SNAPSHOTS);
  const canTake = findWorktree(ctx, task.id)?.state === "ready" && task.state !== "done";
  if (kept.length === 0 && !canTake) return null;
  const snapshots = kept.map(({ n, commit, at, why, note, unfinished }) => ({
    ...{ n, commit: commit.slice(0, 10), at: when(at), canGoBack: canTake && unfinished === null },
    text: printable([whyText(why), unfinished, note].filter(Boolean).join(": ")),
  }));
  return { place: `/tasks/${task.id}`, csrf, typed, canTake, snapshots };
}

function sideOf(ctx: Ctx, asked: Asked, { task, project, live }: Shown) {
  const after = dependenciesOf(ctx, task.id);
  const before = dependentsOf(ctx, task.id).slice(0, RELATED);
  return {
    id: task.id,
    created: when(task.createdAt),
    facts: factsOf(ctx, task, project.base),
    after: after.map(({ id, title, state }) => ({ id, title: printable(title), state })),
    before: before.flatMap((id) => {
      const one = briefOf(ctx, id);
      return one ? [{ id, title: printable(one.title), state: one.state }] : [];
    }),
    decisions: decisionsOf(ctx, task.id).map(({ verdict, by, at, comment, commit }) => ({
      ...{ verdict, by: printable(by), at: when(at), comment: printable(redact(comment)) },
      commit: commit?.slice(0, 10) ?? null,
    })),
    snapshots: snapshotsFor(ctx, asked, task),
    prompt: cut(task.prompt),
    commands: [`ccm task-status ${task.id}`, `ccm logs ${task.id} -f`, `ccm diff ${task.id}`, ...(live ? [`ccm attach ${task.id}`] : [])],
  };
}

/** What others have to do with it; null where nobody has. */
function outsideOf(ctx: Ctx, task: Task): TrustProps["outside"] {
  if (task.origin === "person") return null;
  return {
    source: task.source === null ? null : printable(task.source),
    rights: RIGHTS.map((right) => ({ right, lifted: task.lifted.includes(right) })),
    texts: textsOf(ctx, task.id).map(({ source, text }) => ({ source: printable(source), text: cut(text) })),
    isDone: task.state === "done",
  };
}

function cut(text: string): string {
  const shown = printableLines(redact(text.trim()).slice(0, PROMPT_CHARACTERS));
  return text.length > PROMPT_CHARACTERS ? `${shown}\n… ${(text.length - PROMPT_CHARACTERS).toLocaleString("en")} characters more` : shown;
}

function factsOf(ctx: Ctx, task: Task, base: string) {
  const worktree = findWorktree(ctx, task.id);
  const { tree } = ctx.paths.task(task.id);
  const isReady = worktree?.state === "ready";
  const facts = [
    { label: "Branch", text: printable(task.branch), copy: task.branch },
    { label: "Tip", text: task.tipCommit?.slice(0, 10) ?? "", copy: task.tipCommit ?? "" },
    {
      label: "Base",
      text: task.baseCommit ? `${printable(base)} ${task.baseCommit.slice(0, 10)}` : printable(base),
      copy: task.baseCommit ?? base,
    },
    { label: "Merged", text: task.mergedCommit?.slice(0, 10) ?? "", copy: task.mergedCommit ?? "" },
    { label: "Tree", text: isReady ? tree : (worktree?.state ?? ""), ...(isReady ? { copy: tree } : {}) },
    { label: "Size", text: isReady && worktree.sizeBytes > 0 ? sizeText(worktree.sizeBytes) : "" },
    { label: "Not copied", text: (worktree?.skipped ?? []).map(({ path, why }) => printable(`${path} (${why})`)).join(", ") },
    { label: "UUID", text: task.uuid, copy: task.uuid },
  ];
  return facts.filter(({ text }) => text !== "");
}
