// Tasks and projects as markup: what a page shows of given facts, whatever is in their texts.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { TaskState } from "../../src/tasks/schema.ts";
import type { TaskLine } from "../../views/parts/task-list.tsx";
import { ProjectForm, RepositoryForm } from "../../views/project-form.tsx";
import { ProjectFacts, ProjectLeave, type ProjectLine, ProjectsList } from "../../views/projects.tsx";
import { TaskFormBody } from "../../views/task-form.tsx";
import { type Row, TasksBoard, TasksFilters, TasksList } from "../../views/tasks.tsx";
import { expectGoldenHtml } from "../support/site.ts";

const HOSTILE = `"><script>alert('1')</script> & x`;
const since = { iso: "2030-01-31T14:03:00.000Z", text: "31 Jan 14:03" };
const act = { csrf: "csrf", back: "/tasks?state=open" };

const line = (id: number, state: TaskState, part: Partial<TaskLine> = {}): TaskLine => ({
  ...{
    id,
    title: `Task ${id}`,
    state,
    project: "my-app",
    priority: "normal",
    since,
    waits: null,
    agent: "claude",
    cost: null,
    doing: null,
  },
  ...part,
});
const ROWS: Row[] = [
  {
    line: line(3, "approving", { title: HOSTILE, waits: "you", cost: "$0.120", priority: "urgent" }),
    move: { kind: "look", label: "Review" },
  },
  { line: line(2, "paused"), move: { kind: "move", word: "resume", label: "Resume" } },
  { line: line(1, "done"), move: null },
];

test("the list", async () => {
  const paging = { before: null, after: "/tasks?after=1~1" };
  expectGoldenHtml("views/tasks-list", await TasksList({ rows: ROWS, act, isOfProject: false, ...paging, empty: { kind: "no task" } }));
});

test.each(["no project", "no task", "filtered", "end"] as const)("the list without a task: %s", async (kind) => {
  const empty = kind === "filtered" || kind === "end" ? { kind, href: "/tasks" } : { kind };
  const markup = await TasksList({ rows: [], act, isOfProject: false, before: null, after: null, empty });
  expectGoldenHtml(`views/tasks-empty-${kind.replace(" ", "-")}`, markup);
});

test("the board", async () => {
  const columns = [
    { state: "queued", count: 0, rows: [], more: null },
    { state: "approving", count: 1, rows: ROWS.slice(0, 1), more: null },
    { state: "done", count: 9, rows: ROWS.slice(2), more: { text: "8 more", href: "/tasks?state=done" } },
  ] as const;
  expectGoldenHtml("views/tasks-board", await TasksBoard({ act, columns }));
});

test("the filters", async () => {
  const none = { project: "", agent: "", kind: "", priority: "", sort: "newest", beyond: null } as const;
  const wanted = { ...none, view: "list", state: "open", words: HOSTILE } as const;
  const words = { projects: ["my-app"], agents: ["claude"], kinds: ["bugfix"], priorities: ["high"] };
  expectGoldenHtml("views/tasks-filters", await TasksFilters({ wanted, ...words, clear: "/tasks?state=open" }));
});

test("the form of a task that was refused", async () => {
  const values = {
    project: "my-app",
    title: HOSTILE,
    prompt: `\n</textarea>${HOSTILE}`,
    kind: "custom",
    priority: "normal",
    after: "99",
    agent: "",
  };
  const reasons = { after: `There is no task "99" to come after.` };
  const markup = await TaskFormBody({
    heading: { title: "New task", over: [] },
    action: "/tasks/new",
    csrf: "csrf",
    typed: { form: "/tasks/new", values, reasons, fault: null },
    projects: [{ name: "my-app", agent: "claude", base: "main" }],
    agents: ["claude", "demo"],
    kinds: ["bugfix", "custom"],
    priorities: ["urgent", "normal"],
    values: { ...values, title: "", prompt: "", source: "", attached: "" },
    submit: "Create task",
  });
  expectGoldenHtml("views/task-form", markup);
});

const PROJECT: ProjectLine = {
  name: "my-app",
  href: "/projects/my-app",
  path: `/src/${HOSTILE}`,
  base: "main",
  agent: "claude",
  approval: "ask",
  gates: [{ name: "full", command: `npm test ${HOSTILE}` }],
  counts: [
    { state: "queued", count: 2 },
    { state: "done", count: 12 },
  ],
  open: 2,
  cost: "$1.50",
  disk: "3.4 GB of trees",
};

test("projects", async () => {
  expectGoldenHtml(
    "views/projects",
    await ProjectsList({ projects: [PROJECT, { ...PROJECT, name: "other", counts: [], approval: "auto" }] }),
  );
  expectGoldenHtml("views/projects-empty", await ProjectsList({ projects: [] }));
  expectGoldenHtml("views/project-facts", await ProjectFacts({ line: PROJECT, registered: since }));
});

test("the form of a project, and the way out", async () => {
  const of = { name: "my-app", mcpServers: ["docs"], sandbox: "level kernel" };
  const values = { name: "my-app", base: "main", agent: "claude", approval: "ask", gateFull: HOSTILE, env: "TOKEN=••••••" };
  const form = { action: "/projects/my-app/settings", csrf: "csrf", typed: null, values, agents: ["claude"], of, from: null };
  expectGoldenHtml("views/project-form", await ProjectForm(form));
  expectGoldenHtml("views/project-repository", await RepositoryForm({ path: HOSTILE, reason: `"${HOSTILE}" does not exist.` }));
  const fault = { message: `The project "my-app" has a task that did not end.`, hint: "Wait for it." };
  const typed = { form: "/projects/my-app/unregister", values: {}, reasons: {}, fault };
  const leave = { action: "/projects/my-app/unregister", csrf: "csrf", name: "my-app", path: PROJECT.path };
  expectGoldenHtml("views/project-leave", await ProjectLeave({ ...leave, typed }));
});

test("no text of all these becomes an element", () => {
  const folder = `${import.meta.dir}/../golden/views`;
  for (const file of new Bun.Glob("*.html").scanSync({ cwd: folder, absolute: true })) {
    const found: string[] = [];
    const note = { element: (element: { tagName: string }) => void found.push(element.tagName) };
    new HTMLRewriter().on("script, img, iframe, b", note).transform(readFileSync(file, "utf8"));
    expect({ file, found }).toEqual({ file, found: [] });
  }
});
