// One task, approvals, agents and health as markup: from data as the rooms give it, hostile texts included.
import { describe, test } from "bun:test";
import type { Approval, Need } from "../../src/progress/task-needs.ts";
import { AgentsAtWork, AgentsHeld } from "../../views/agents.tsx";
import { ApprovalsList, type Item } from "../../views/approvals.tsx";
import { HealthChecks, HealthTried } from "../../views/health.tsx";
import { TaskNeeds } from "../../views/task.tsx";
import { TaskDiff } from "../../views/task-diff.tsx";
import { TaskLog } from "../../views/task-log.tsx";
import { expectGoldenHtml as expectGolden } from "../support/site.ts";

/** The shapes of icons are tested where they are made. */
const expectGoldenHtml = (name: string, html: string) => expectGolden(name, html.replace(/<svg.*?<\/svg>/g, "<svg></svg>"));

const AT = { iso: "2030-01-01T00:00:00.000Z", text: "1 Jan 00:00" };
const HOSTILE = `<script>alert("1")</script> & 'more'`;
const COMMIT = "c".repeat(40);

const APPROVAL: Approval = {
  taskId: 12,
  commit: COMMIT,
  base: "b".repeat(40),
  size: { count: 8, added: 1_200, removed: 3 },
  files: [
    { path: HOSTILE, lines: { added: 1_200, removed: 3 } },
    { path: "logo.png", lines: null },
  ],
  gate: { name: "full", took: "12 s", href: "/tasks/12/gates" },
  cost: "$0.42",
  since: AT,
};

const question = (asked: { text: string; options: { label: string; about: string }[]; several: boolean }[]) => ({
  ...{ id: 5, taskId: 12, runId: 7, at: AT, tool: "Bash", text: HOSTILE, call: asked.length === 0 ? `git push\n${HOSTILE}` : "", asked },
});

const NEEDS: Record<string, Need> = {
  approval: { kind: "approval", approval: APPROVAL },
  "approval-without-gate": { kind: "approval", approval: { ...APPROVAL, size: null, files: [], gate: null, cost: null } },
  permission: { kind: "question", question: question([]), agent: "claude" },
  choice: {
    kind: "question",
    question: question([
      { text: HOSTILE, options: [{ label: "red", about: HOSTILE }], several: false },
      {
        text: "Which sizes?",
        options: [
          { label: "S", about: "" },
          { label: "M", about: "" },
        ],
        several: true,
      },
      { text: "What else?", options: [], several: false },
    ]),
    agent: "claude",
  },
  failed: {
    kind: "failed",
    text: HOSTILE,
    hint: "Try again.",
    output: { run: "r7", text: `last words\n${HOSTILE}`, href: "/tasks/12/log?run=r7" },
  },
  trouble: { kind: "trouble", text: HOSTILE, taskId: 12 },
  waits: { kind: "waits", text: "It is in the merge queue.", since: AT, mayChange: true, taskId: 12 },
  nothing: { kind: "nothing" },
};

describe("what a task needs", () => {
  test.each(Object.entries(NEEDS))("%s", async (name, need) => {
    expectGoldenHtml(`views/task-needs-${name}`, await TaskNeeds({ need, csrf: "csrf", typed: null, id: 12 }));
  });

  test("a refused approval", async () => {
    const fault = { message: "The work changed while you were reading.", hint: "Look at it again." };
    const typed = { form: "/tasks/12/approve", values: { commit: COMMIT, comment: HOSTILE }, reasons: {}, fault };
    expectGoldenHtml("views/task-needs-refused", await TaskNeeds({ need: NEEDS.approval as Need, csrf: "csrf", typed, id: 12 }));
  });
});

test("approvals, one after another", async () => {
  const items: Item[] = [
    { kind: "agent", agent: "claude", text: HOSTILE, since: AT },
    { kind: "task", id: 12, title: HOSTILE, project: "my-app", need: NEEDS.approval as Need },
    { kind: "task", id: 13, title: "Push", project: "my-app", need: NEEDS.permission as Need },
  ];
  const props = { items, total: 3, csrf: "csrf", typed: null, earlier: null, later: "/approvals?from=25" };
  expectGoldenHtml("views/approvals", await ApprovalsList(props));
});

test("a log with every tone, and a fold", async () => {
  const tones = ["plain", "faint", "tool", "person", "good", "warn", "bad", "added", "removed"] as const;
  const lines = tones.map((tone) => ({ tone, text: `${tone} ${HOSTILE}` }));
  const folded = { tone: "faint" as const, text: "… 1 more lines", folded: [{ tone: "bad" as const, text: HOSTILE }] };
  const props = {
    title: "r7 claude",
    lines: [...lines, folded],
    kind: "agent" as const,
    isLive: true,
    isEnd: true,
    earlier: "/tasks/12/log?before=9",
    later: null,
  };
  expectGoldenHtml("views/task-log", await TaskLog(props));
});

test("a change with a file that is shown, one that is not, and one that is no text", async () => {
  const file = (id: number, more = {}) => ({ id: `file-${id}`, path: HOSTILE, change: "changed" as const, added: 1, removed: 1, ...more });
  const rows = [
    { kind: "same" as const, old: 1, now: 1, text: HOSTILE },
    { kind: "removed" as const, old: 2, now: null, text: "old" },
    { kind: "added" as const, old: null, now: 2, text: "new␍" },
    { kind: "note" as const, old: null, now: null, text: "No newline at end of file" },
  ];
  const files = [
    { file: file(0, { open: true, from: "old.txt", change: "renamed" }), hunks: [{ heading: "@@ -1,2 +1,2 @@", rows }], more: null },
    { file: file(1, { open: false }), hunks: [], more: { href: "/tasks/12/diff?file=a", text: "Show its lines" } },
    { file: file(2, { note: "It is no text, so its content is not shown." }), hunks: [], more: null },
  ];
  const about = { place: "/tasks/12/diff", base: "b".repeat(40), commit: COMMIT, count: 3, added: 3, removed: 3, decide: "#needs" };
  expectGoldenHtml("views/task-diff", await TaskDiff({ ...about, files, earlier: null, later: "/tasks/12/diff?from=200" }));
});

test("agents at work, and one that is held", async () => {
  const card = {
    ...{
      id: "run-7",
      name: "claude",
      run: { text: "r7", href: "/tasks/12/log?run=r7" },
      task: { text: `#12 ${HOSTILE}`, href: "/tasks/12" },
    },
    ...{ activity: "working" as const, doing: HOSTILE, since: AT, said: HOSTILE, figures: [{ label: "Cost", text: "$0.42" }] },
    context: { used: 50, size: 200, text: "50 of 200 (25 %)" },
  };
  const held = { agent: "claude", kind: "login" as const, text: HOSTILE, since: AT, until: AT };
  expectGoldenHtml("views/agents", `${await AgentsAtWork({ cards: [card] })}\n${await AgentsHeld({ agents: [held] })}`);
});

test("checks of each verdict", async () => {
  const checks = (["ok", "warn", "fail"] as const).map((verdict) => ({
    name: verdict,
    verdict,
    text: HOSTILE,
    hint: verdict === "ok" ? "" : "Do this.",
  }));
  expectGoldenHtml("views/health", `${await HealthChecks({ checks })}\n${await HealthTried({ trial: { at: AT, checks } })}`);
});
