// What agents ask: noted once, answered once, and known to be delivered, wherever the answer was given.
import { beforeEach, expect, test } from "bun:test";
import { answerQuestion, openQuestion } from "../../src/agents/actions.ts";
import { noteDelivered, noteQuestion, undeliveredAnswers } from "../../src/agents/questions.ts";
import type { Question, Run } from "../../src/agents/schema.ts";
import { readEvents } from "../../src/kernel/events.ts";
import { mustFind } from "../../src/tasks/actions.ts";
import { type CommandHome, openCommandHome } from "../support/command-home.ts";
import { moveThrough, startedRun } from "../support/progress.ts";

let home: CommandHome;
let run: Run;

const PUSH: Question = { key: "toolu_1", tool: "Bash", input: { command: "git push" }, why: "" };
const answerTo = ({ key, tool, input }: Question) => ({ key, tool, input, verdict: "deny" as const, text: "ccm merges" });

beforeEach(async () => {
  home = openCommandHome();
  await home.out("register-project", "--path", home.repository.path, "--name", "my-app", "--agent", "demo");
  await home.out("create-task", "--title", "Push", "--prompt", "Do it.");
  moveThrough(home.ctx, 1, "executing");
  run = startedRun(home.ctx, 1);
  home.ctx.db.transact(() => noteQuestion(home.ctx, run, PUSH, home.clock.now()));
});

const answered = () => readEvents(home.ctx.db, { after: 0, limit: 1_000 }).filter(({ name }) => name === "question.answered");
const deliver = () => home.ctx.db.transact(() => noteDelivered(home.ctx, run, answerTo(PUSH), home.clock.now()));

test("a question holds its task until a person answers; the live agent is told", () => {
  expect(mustFind(home.ctx, 1).waiting?.reason).toBe("question");
  answerQuestion(home.ctx, 1, { verdict: "deny", text: "ccm merges", by: "ada" });
  expect([openQuestion(home.ctx, 1), mustFind(home.ctx, 1).waiting]).toEqual([null, null]);
  expect(home.requests).toEqual([{ runId: run.id, request: { kind: "answer", answer: answerTo(PUSH) } }]);
  expect(undeliveredAnswers(home.ctx, 1)).toEqual([answerTo(PUSH)]);
  deliver();
  expect(undeliveredAnswers(home.ctx, 1)).toEqual([]);
  expect(answered().map(({ data }) => data.by)).toEqual(["ada"]);
});

test("an answer that was given in the agent's view counts as well, and once", () => {
  deliver();
  deliver();
  expect([openQuestion(home.ctx, 1), mustFind(home.ctx, 1).waiting]).toEqual([null, null]);
  expect(undeliveredAnswers(home.ctx, 1)).toEqual([]);
  expect(answered().map(({ data, runId, source }) => ({ ...data, runId, source }))).toMatchObject([
    { verdict: "deny", text: "ccm merges", by: "a person", runId: run.id, source: "person" },
  ]);
  expect(() => answerQuestion(home.ctx, 1, { verdict: "allow", text: "", by: "ada" })).toThrow("asks nothing");
});
