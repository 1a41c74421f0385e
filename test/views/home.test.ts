// The first page as markup: what it shows of given facts, whatever is in their texts.
import { test } from "bun:test";
import { HomeFigures, HomeFinished, HomeNeeds, HomeQueue, HomeRunning, HomeWelcome, type NeedShown } from "../../views/home.tsx";
import type { TaskLine } from "../../views/parts/task-list.tsx";
import { expectGoldenHtml } from "../support/site.ts";

const HOSTILE = `"><script>alert('1')</script> & x`;
const since = { iso: "2030-01-31T14:03:00.000Z", text: "31 Jan 14:03" };
const task: TaskLine = {
  ...{ id: 7, title: HOSTILE, state: "approving", project: "my-app", priority: "high", since, waits: "you" },
  ...{ agent: "claude", cost: "$0.120", doing: null, rowId: "need-7" },
};
const question = { taskId: 7, runId: 3, at: since, tool: "Bash", text: "May it push?", call: `git push ${HOSTILE}`, asked: [] };
const options = [
  { label: "Redis", about: "" },
  { label: HOSTILE, about: "" },
];
const choice = { ...question, id: 2, tool: "AskUserQuestion", call: "", asked: [{ text: "Where?", options, several: false }] };

const NEEDS: NeedShown[] = [
  { kind: "agent", agent: "claude", trouble: "login", text: "could not log in.", since, until: since, tryTask: 9 },
  { kind: "question", line: task, question: { ...question, id: 1 } },
  { kind: "question", line: task, question: choice },
  { kind: "approval", line: task, commit: "95e906f16aac13f27730831b5b22fa218cb5e801" },
  {
    kind: "trouble",
    line: { ...task, id: 8 },
    text: `Commit what is in ${HOSTILE}.`,
    move: { kind: "move", word: "pause", label: "Pause" },
  },
];

test("what needs a person", async () => {
  expectGoldenHtml("views/home-needs", await HomeNeeds({ csrf: "csrf", typed: null, needs: NEEDS, count: 9 }));
  expectGoldenHtml("views/home-needs-nothing", await HomeNeeds({ csrf: "csrf", typed: null, needs: [], count: 0 }));
});

test("an approval that was refused, because something else is there now", async () => {
  const fault = { message: "What would merge is another commit now.", hint: "Look at it again." };
  const typed = { form: "/home/7/approve", values: {}, reasons: {}, fault };
  expectGoldenHtml("views/home-needs-refused", await HomeNeeds({ csrf: "csrf", typed, needs: NEEDS.slice(3, 4), count: 1 }));
});

test("figures", async () => {
  const figures = { needs: 1, running: 2, queued: 3, paused: 1, failed: 1, done: 12, today: "$1.20", total: "$14.00" };
  expectGoldenHtml("views/home-figures", await HomeFigures({ ...figures, sandbox: null }));
});

test("agents at work", async () => {
  const run = { text: "r3", href: "/tasks/7/log?run=r3" };
  const at = { activity: "working", doing: `Runs ${HOSTILE}`, since, said: HOSTILE, figures: [{ label: "Cost", text: "$0.120" }] } as const;
  const card = { id: "run-3", name: "claude", run, task: { text: `#7 ${HOSTILE}`, href: "/tasks/7" }, ...at };
  expectGoldenHtml("views/home-running", await HomeRunning({ cards: [card], count: 3 }));
});

test("the queue", async () => {
  const queued = { id: 9, title: HOSTILE, project: "my-app" };
  const next = [{ ...queued, why: "All 3 slots are taken." }];
  const reasons = [{ text: `Waits for ${HOSTILE}.`, count: 5, tasks: [{ ...queued, id: 10 }] }];
  expectGoldenHtml("views/home-queue", await HomeQueue({ queued: 6, next, reasons }));
  expectGoldenHtml("views/home-queue-nothing", await HomeQueue({ queued: 0, next: [], reasons: [] }));
});

test("what has ended, and the first steps before there is anything", async () => {
  expectGoldenHtml("views/home-finished", await HomeFinished({ rows: [{ ...task, state: "done", doing: "merged", rowId: "ended-7" }] }));
  expectGoldenHtml("views/home-welcome", await HomeWelcome({ projects: [] }));
  expectGoldenHtml("views/home-welcome-project", await HomeWelcome({ projects: ["my-app"] }));
});
