// What agents ask of people: noted as it comes, answered from anywhere, carried to the agent wherever it is then.
import type { Ctx } from "../kernel/context.ts";
import { Fault } from "../kernel/fault.ts";
import { mustFind, patchTask, record, setWaiting } from "../tasks/actions.ts";
import { questionText } from "./question-text.ts";
import type { Answer, AnswerVerdict, AskedQuestion, PersonsAnswer, Question, Run } from "./schema.ts";
import * as table from "./table.ts";

/** Longest answer in bytes: it travels in the prompt of the agent's next run. */
const ANSWER_BYTES = 20_000;

/** Notes a question of a live run; the same call asked again (by the run that took over) is the same question. */
export function noteQuestion(ctx: Ctx, run: Pick<Run, "id" | "taskId" | "projectId">, question: Question, at: number): void {
  const task = { id: run.taskId, projectId: run.projectId };
  if (!table.insertQuestion(ctx.db, { ...question, taskId: run.taskId, runId: run.id, at })) return;
  const text = questionText(question);
  record(ctx, task, "question.asked", "agent", { key: question.key, tool: question.tool, text }, run.id);
  setWaiting(ctx, mustFind(ctx, run.taskId), {
    reason: "question",
    text: `${text} \`ccm approve ${run.taskId}\` or \`ccm reject\` answers.`,
  });
}

/**
 * Answers a task's open question: the live agent gets it within a moment, a parked one is started again with it.
 * Durable: an answer that was given is never asked for again. Faults: `conflict` without a question, `invalid`.
 */
export function giveAnswer(ctx: Ctx, taskId: number, answer: PersonsAnswer): AskedQuestion {
  if (Buffer.byteLength(answer.text) > ANSWER_BYTES)
    throw new Fault("invalid", `The answer is larger than ${ANSWER_BYTES / 1_000} kB.`, "Put long texts into a file and name it.");
  return ctx.db.transact(() => {
    const task = mustFind(ctx, taskId);
    const question = table.openQuestion(ctx.db, taskId);
    if (!question || !table.setAnswered(ctx.db, question.id, answer, ctx.clock.now()))
      throw new Fault("conflict", `The agent of task ${taskId} asks nothing.`, `\`ccm task-status ${taskId}\` shows where it is.`);
    const { verdict, text, by } = answer;
    record(ctx, task, "question.answered", "person", { key: question.key, tool: question.tool, verdict, text, by }, question.runId);
    if (task.waiting?.reason === "question") setWaiting(ctx, task, null);
    patchTask(ctx, taskId, { notBefore: null, cause: "a person answered its question" });
    const run = table.liveRunOf(ctx.db, taskId);
    if (run?.id === question.runId)
      ctx.db.afterCommit(() => ctx.outside.hosts.request(run.id, { kind: "answer", answer: answerFor(question, answer) }));
    return question;
  }, "durable");
}

function answerFor(question: AskedQuestion, { verdict, text }: { verdict: AnswerVerdict; text: string }): Answer {
  return { key: question.key, tool: question.tool, input: question.input, verdict, text };
}

/** Answers that no agent has got yet: the task's next run is started with them. */
export function undeliveredAnswers(ctx: Ctx, taskId: number): Answer[] {
  return table
    .undelivered(ctx.db, taskId)
    .flatMap((question) =>
      question.answer ? [answerFor(question, { verdict: question.answer.verdict, text: question.answer.text })] : [],
    );
}

/** The agent has the answer. One that a person gave in its view went straight to it, and is kept only now. */
export function noteDelivered(ctx: Ctx, run: Pick<Run, "id" | "taskId">, { key, verdict, text }: Answer, at: number): void {
  const open = table.openQuestions(ctx.db).find((question) => question.taskId === run.taskId && question.key === key);
  const answer = { verdict, text, by: "a person" };
  if (open && table.setAnswered(ctx.db, open.id, answer, at)) {
    const task = mustFind(ctx, run.taskId);
    record(ctx, task, "question.answered", "person", { key, tool: open.tool, ...answer }, run.id);
    if (task.waiting?.reason === "question") setWaiting(ctx, task, null);
  }
  table.setDelivered(ctx.db, run.taskId, key, ctx.clock.now());
}

/** The agent of this run has heard its prompt, and in it what a person had answered before. Until then a run may die unheard. */
export function noteTold(ctx: Ctx, run: Pick<Run, "taskId" | "claimedAt">): void {
  table.setTold(ctx.db, run.taskId, run.claimedAt, ctx.clock.now());
}
