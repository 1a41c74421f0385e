// Deciding on the page: about exactly what was shown, with the reasons beside the fields, from the task or from the list.
import { beforeEach, describe, expect, test } from "bun:test";
import * as v from "valibot";
import { openQuestion } from "../../src/agents/actions.ts";
import { noteQuestion } from "../../src/agents/questions.ts";
import type { Question } from "../../src/agents/schema.ts";
import { lastDecision } from "../../src/decisions/actions.ts";
import { answerText } from "../../src/decisions/rules.ts";
import { stepDecisions } from "../../src/decisions/step.ts";
import { registerProject } from "../../src/projects/actions.ts";
import { newProjectSchema } from "../../src/projects/schema.ts";
import { createTask, mustFind } from "../../src/tasks/actions.ts";
import { newTaskSchema } from "../../src/tasks/schema.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { checkedCandidate, moveThrough, startedRun } from "../support/progress.ts";
import { openSite, type TestSite } from "../support/site.ts";

let home: CommandHome;
let site: TestSite;
let commit: string;

beforeEach(async () => {
  home = openCommandHome();
  const project = await registerProject(home.ctx, v.parse(newProjectSchema, { path: home.repository.path, name: "my-app", agent: "demo" }));
  createTask(home.ctx, project.id, v.parse(newTaskSchema, { title: "Fix <b>it</b>", prompt: "Do it." }));
  site = await openSite(home.ctx);
});

/** The task waits for approval of a commit that adds a line. */
function waits(): void {
  moveThrough(home.ctx, 1, "executing", "approving");
  candidate();
  stepDecisions(home.ctx);
}

function candidate(): void {
  const base = home.repository.git("rev-parse", "HEAD");
  commit = home.repository.commit("Change", { [`file-${base.slice(0, 6)}.txt`]: "new\n" });
  checkedCandidate(home.ctx, 1, { base, tip: commit, commit });
}

/** What the form on a page carries for an action. */
function hidden(html: string, action: string, name: string): string | undefined {
  const form = html.split(`action="${action}"`)[1]?.split("</form>")[0] ?? "";
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1];
}

describe.each([
  ["the task's page", "/tasks/1"],
  ["the list of what waits", "/approvals"],
])("on %s", (_, page) => {
  const place = page === "/approvals" ? "/approvals/1" : page;

  test("an approval is of the commit that the page showed", async () => {
    waits();
    const shown = await site.get(page);
    expect(shown.main).toContain("1 file");
    expect(shown.main).toContain("Fix &lt;b&gt;it&lt;/b&gt;");
    expect(hidden(shown.main, `${place}/approve`, "commit")).toBe(commit);
    site.news();
    expect(await site.post(`${place}/approve`, { commit, comment: "Nice." })).toMatchObject({ status: 303, to: page });
    expect(site.news()).toEqual(["task.approved", "task.moved"]);
    expect(lastDecision(home.ctx, 1)).toMatchObject({ verdict: "approved", commit, by: "ada", comment: "Nice." });
  });

  test("work that has changed meanwhile is not approved, and the page says so and shows what it is now", async () => {
    waits();
    const before = commit;
    candidate();
    const refused = await site.post(`${place}/approve`, { commit: before, comment: "Looks good" });
    expect(refused.status).toBe(409);
    expect(refused.main).toContain(
      `The work changed while you were reading: ${commit.slice(0, 10)} is what would merge now, not ${before.slice(0, 10)}.`,
    );
    expect(refused.main).toContain("Looks good");
    expect(hidden(refused.main, `${place}/approve`, "commit")).toBe(commit);
    expect(mustFind(home.ctx, 1).state).toBe("approving");
  });

  test.each([
    ["reject", { reason: " " }, "Say why"],
    ["request-changes", { comment: "" }, "Say what to change"],
    ["approve", { commit: "HEAD" }, "This form names no commit"],
  ])("%s without what is needed comes back with the reason", async (word, fields, reason) => {
    waits();
    const refused = await site.post(`${place}/${word}`, { commit, ...fields });
    expect(refused.status).toBe(422);
    expect(refused.main).toContain(reason);
    expect(mustFind(home.ctx, 1).state).toBe("approving");
  });

  test("rejecting keeps the reason, asking for changes sends it to the agent", async () => {
    waits();
    expect(await site.post(`${place}/request-changes`, { comment: "Keep <the> name." })).toMatchObject({ status: 303, to: page });
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "executing", instruction: expect.stringContaining("Keep <the> name.") });
    moveThrough(home.ctx, 1, "approving");
    expect(await site.post(`${place}/reject`, { commit, reason: "Other library." })).toMatchObject({ status: 303 });
    expect(mustFind(home.ctx, 1)).toMatchObject({ state: "cancelled", error: { text: "Other library." } });
  });
});

test.each(["/tasks/1", "/approvals/1"])("what was decided meanwhile is told on %s, and what was written is not lost", async (place) => {
  waits();
  await home.out("approve", "1");
  moveThrough(home.ctx, 1, "done");
  const refused = await site.post(`${place}/request-changes`, { comment: "A long and good comment." });
  expect(refused.status).toBe(409);
  expect(refused.main).toContain("Task 1 is &quot;done&quot;: there is nothing to decide about it.");
  expect(refused.main).toContain("A long and good comment.");
});

describe("what an agent asks", () => {
  const ask = (question: Question) => {
    home.ctx.db.transact(() => noteQuestion(home.ctx, run(), question, home.clock.now()));
    return openQuestion(home.ctx, 1)?.id ?? 0;
  };
  const run = () => ({ id: 1, taskId: 1, projectId: 1 });
  const PUSH: Question = { key: "toolu_1", tool: "Bash", input: { command: "git push <origin>" }, why: "It matches ask." };
  const CHOICE: Question = {
    key: "toolu_2",
    tool: "AskUserQuestion",
    input: {
      questions: [
        {
          question: "Which <colour>?",
          options: [
            { label: "red", description: "warm" },
            { label: "blue", description: "cold" },
          ],
        },
        { question: "Which sizes?", multiSelect: true, options: [{ label: "S" }, { label: "M" }, { label: "L" }] },
      ],
    },
    why: "",
  };

  beforeEach(() => {
    moveThrough(home.ctx, 1, "executing");
    startedRun(home.ctx, 1);
  });

  test("is shown with the call as it is, and a yes or no goes to the live agent", async () => {
    const id = ask(PUSH);
    for (const page of ["/tasks/1", "/approvals"]) {
      const { main } = await site.get(page);
      expect(main).toContain("git push &lt;origin&gt;");
      expect(main).toContain(`name="question" value="${id}"`);
    }
    expect(await site.post("/approvals/1/answer", { question: String(id), verdict: "deny", text: "ccm merges" })).toMatchObject({
      status: 303,
      to: "/approvals",
    });
    expect(home.requests).toEqual([
      { runId: 1, request: { kind: "answer", answer: { ...PUSH, why: undefined, verdict: "deny", text: "ccm merges" } } },
    ] as unknown as typeof home.requests);
  });

  test("an answer is to the question that was shown, and to no other", async () => {
    const first = ask(PUSH);
    await site.post("/tasks/1/answer", { question: String(first), verdict: "allow" });
    ask({ ...PUSH, key: "toolu_9", input: { command: "rm -rf /" } });
    const refused = await site.post("/tasks/1/answer", { question: String(first), verdict: "allow" });
    expect(refused.status).toBe(409);
    expect(refused.main).toContain("no longer asks this: it asks now: May it use Bash: rm -rf /?");
    expect(openQuestion(home.ctx, 1)?.key).toBe("toolu_9");
  });

  test("choices are made by their numbers or in one's own words; what is missing comes back", async () => {
    const id = String(ask(CHOICE));
    const { main } = await site.get("/tasks/1");
    expect(main).toContain("Which &lt;colour&gt;?");
    expect(main).toContain("cold");
    const refused = await site.post("/tasks/1/answer", { question: id, "choice-0": "2" });
    expect({ status: refused.status, says: refused.main.includes("Choose, or say it in your own words.") }).toEqual({
      status: 422,
      says: true,
    });
    expect(await site.post("/tasks/1/answer", { question: id, "choice-0": "2", "choice-1": ["1", "3"] })).toMatchObject({ status: 303 });
    expect(home.requests[0]?.request).toMatchObject({ kind: "answer", answer: { verdict: "allow", text: "2\nS, L" } });
  });
});

test.each<[Parameters<typeof answerText>[1], ReturnType<typeof answerText>]>([
  [{ "choice-0": "2" }, "2"],
  [{ "choice-0": "9" }, { reasons: { "choice-0": "Choose, or say it in your own words." } }],
  [{ "choice-0": "1", "words-0": "green,\n please" }, "green, please"],
  [{}, { reasons: { "choice-0": "Choose, or say it in your own words." } }],
])("%j is the answer %j", (given, answer) => {
  expect(answerText([{ options: [{ label: "red" }, { label: "blue" }], several: false }], given)).toEqual(answer);
});

test("on the command line an approval may name the commit that it is of", async () => {
  waits();
  expect(await home.fault("approve", "1", "--commit", "0123456789")).toMatchObject({
    code: "conflict",
    message: expect.stringContaining("The work changed"),
  });
  expect(await home.fault("approve", "1", "--commit", "main")).toMatchObject({ code: "invalid" });
  expect(await home.out("approve", "1", "--commit", commit.slice(0, 8))).toContain("is approved");
});

test("with nothing that waits, the list says so and what comes there", async () => {
  expect((await site.get("/approvals")).main).toContain("Nothing waits for you.");
});
