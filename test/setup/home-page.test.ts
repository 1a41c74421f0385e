// The first page: what needs a person, what runs, what waits and what has ended, with the forms that act on it.
import { beforeEach, describe, expect, test } from "bun:test";
import { openQuestion } from "../../src/agents/actions.ts";
import { noteQuestion } from "../../src/agents/questions.ts";
import type { Question } from "../../src/agents/schema.ts";
import { putBreaker } from "../../src/agents/table.ts";
import { moveTask, mustFind, patchTask, setWaiting } from "../../src/tasks/actions.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough, startedRun } from "../support/progress.ts";
import { openSite, plain, type TestSite } from "../support/site.ts";

let home: CommandHome;
let site: TestSite;

beforeEach(async () => {
  home = openCommandHome();
  site = await openSite(home.ctx);
});

const register = () => home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
const create = (title: string, ...words: string[]) => home.out("create-task", "--title", title, "--prompt", "x", ...words);
/** The part of the page with that id. */
const part = async (id: string) => new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec((await site.get("/")).main)?.[0] ?? "";
const tile = async (name: string) =>
  new RegExp(`>${name}<[\\s\\S]*?tile-value">([^<]*)<(?:/span><span class="tile-note">([^<]*))?`).exec(await part("figures"));

describe("without a task", () => {
  test("leads through the first steps", async () => {
    expect((await site.get("/")).main).toContain('href="/projects/new"');
    await register();
    const { main } = await site.get("/");
    expect(main).toContain("Registered: my-app.");
    expect(main).toContain('href="/tasks/new"');
    await create("Fix it");
    expect((await site.get("/")).main).not.toContain("Welcome");
  });
});

describe("what needs a person", () => {
  beforeEach(register);

  /** Task 1 waits for approval with a commit that was checked. */
  async function ready(): Promise<string> {
    await create("Fix it");
    const commit = home.repository.git("rev-parse", "HEAD");
    moveThrough(home.ctx, 1, "executing", "verifying", "approving");
    checkedCandidate(home.ctx, 1, { base: commit, tip: commit, commit });
    setWaiting(home.ctx, mustFind(home.ctx, 1), { reason: "approval", text: "Waits for a person." });
    site.news();
    return commit;
  }

  test("work that is ready can be approved on the spot, exactly what was there", async () => {
    const commit = await ready();
    expect(await part("needs")).toContain(`name="commit" value="${commit}"`);
    expect((await site.post("/home/1/approve", { commit: "f".repeat(40) })).status).toBe(409);
    expect(await site.post("/home/1/approve", { commit })).toMatchObject({ status: 303, to: "/" });
    expect(mustFind(home.ctx, 1).state).toBe("merging");
    expect(site.news()).toContain("task.approved");
    expect(await part("needs")).toContain("Nothing needs you");
  });

  /** The agent of task 1 asks. */
  async function asked(question: Pick<Question, "tool" | "input">): Promise<string> {
    await create("Fix it");
    moveThrough(home.ctx, 1, "executing");
    const run = startedRun(home.ctx, 1);
    home.ctx.db.transact(() => noteQuestion(home.ctx, run, { key: "call-1", why: "", ...question }, home.clock.now()));
    return String(openQuestion(home.ctx, 1)?.id);
  }

  test("a call can be allowed or denied", async () => {
    const question = await asked({ tool: "Bash", input: { command: "git push <here>" } });
    const needs = await part("needs");
    expect(needs).toContain("May it use Bash?");
    expect(needs).toContain("git push &lt;here&gt;");
    expect(await site.post("/home/1/answer", { question, verdict: "deny" })).toMatchObject({ status: 303, to: "/" });
    expect(home.requests).toMatchObject([{ runId: 1, request: { kind: "answer", answer: { verdict: "deny" } } }]);
    expect((await site.post("/home/1/answer", { question, verdict: "allow" })).status).toBe(409);
  });

  test("one of a few options is one click", async () => {
    const options = [
      { label: "Redis", description: "" },
      { label: "<b>Cookies</b>", description: "" },
    ];
    const question = await asked({ tool: "AskUserQuestion", input: { questions: [{ question: "Where?", options, multiSelect: false }] } });
    expect(await part("needs")).toContain("&lt;b&gt;Cookies&lt;/b&gt;");
    expect((await site.post("/home/1/answer", { question, "choice-0": "2" })).status).toBe(303);
    expect(home.requests).toMatchObject([{ request: { kind: "answer", answer: { verdict: "allow", text: "2" } } }]);
  });

  test("a dirty checkout, a conflict and a fault say what is to be done", async () => {
    await create("Fix it");
    moveThrough(home.ctx, 1, "executing", "verifying", "merging");
    setWaiting(home.ctx, mustFind(home.ctx, 1), { reason: "dirty_checkout", text: 'Commit or stash what is in "/src/my-app".' });
    expect(plain(await part("needs"))).toContain('Commit or stash what is in "/src/my-app".');
  });

  test("an agent that cannot log in is one thing, however many tasks wait for it, and can be tried", async () => {
    for (const title of ["One", "Two"]) await create(title, "--agent", "claude");
    const breaker = {
      agent: "claude",
      kind: "login",
      failures: 1,
      text: "could not log in.",
      openedAt: home.clock.now(),
      retryAt: null,
      fingerprint: null,
    } as const;
    home.ctx.db.transact(() => putBreaker(home.ctx.db, breaker));
    for (const id of [1, 2]) setWaiting(home.ctx, mustFind(home.ctx, id), { reason: "login", text: "The agent could not log in." });
    expect((await tile("Need you"))?.[1]).toBe("1");
    const needs = await part("needs");
    expect(needs.match(/Nothing is started with claude/g)).toHaveLength(1);
    expect(needs).toContain('action="/tasks/1/resume"');
    site.news();
    expect(await site.post("/tasks/1/resume", { back: "/" })).toMatchObject({ status: 303, to: "/" });
    expect(site.news()).toEqual(["task.urged"]);
  });
});

describe("figures and lists", () => {
  beforeEach(register);

  test("count tasks and money, whatever has become of the tasks", async () => {
    for (const title of ["One", "Two", "Three"]) await create(title);
    patchTask(home.ctx, 1, { costUsd: 1.25 });
    moveTask(home.ctx, { task: mustFind(home.ctx, 1), to: "done", patch: { result: "merged" } });
    home.clock.advance(24 * 3_600_000);
    patchTask(home.ctx, 2, { costUsd: 0.5 });
    moveTask(home.ctx, {
      task: mustFind(home.ctx, 2),
      to: "failed",
      patch: { error: { code: "failed", text: "The gate failed.", hint: "" } },
    });
    expect((await tile("Queued"))?.[1]).toBe("1");
    expect((await tile("Done"))?.slice(1)).toEqual(["1", "1 failed"]);
    expect((await tile("Cost today"))?.slice(1)).toEqual(["$0.500", "$1.75 in all"]);
    const finished = await part("finished");
    expect(finished.indexOf("ended-2")).toBeLessThan(finished.indexOf("ended-1"));
    expect(finished).toContain("The gate failed.");
    expect(finished).toContain("merged");
  });

  test("show what starts next, and why the rest waits", async () => {
    await create("First");
    await create("Second", "--after", "1");
    const queue = await part("queue");
    expect(queue).toContain("Starts next");
    expect(queue.indexOf("#1")).toBeLessThan(queue.indexOf("Waits for task 1 (queued)."));
    expect(queue).toContain("#2");
  });

  test("show what each agent does this second, and stay the same while nothing changes", async () => {
    await create("Fix it");
    moveThrough(home.ctx, 1, "executing");
    startedRun(home.ctx, 1);
    const running = await part("running");
    expect(running).toContain("Fix it");
    expect(running).toContain("r1");
    home.clock.advance(3_600_000);
    expect(await part("running")).toBe(running);
  });
});
