// Forms on a task's page that reach its agent: a message, an interrupt, stop, another one in its place.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { taskNumber } from "../kernel/input.ts";
import { type Asked, type Done, type FormRoute, form } from "../kernel/page.ts";
import { runMeant } from "./actions.ts";
import type { Run } from "./schema.ts";
import { interruptAgent, restartAgent, sendMessage, stopAgent } from "./talk.ts";

const page = (asked: Asked) => `/tasks/${asked.params.id}`;

/** What is said to the live run of the page's task. Faults: `conflict` without one. */
function toAgent(word: string, act: (ctx: Ctx, run: Run) => string): FormRoute {
  return form({
    path: `/tasks/:id/${word}`,
    fields: v.object({}),
    page,
    section: "talk",
    act: (ctx, _input, asked): Done => ({ said: act(ctx, liveRun(ctx, asked)) }),
  });
}

function liveRun(ctx: Ctx, asked: Asked): Run {
  return runMeant(ctx, String(taskNumber(asked.params.id ?? "")), "live");
}

export const agentForms: readonly FormRoute[] = [
  form({
    path: "/tasks/:id/message",
    fields: v.object({
      text: v.pipe(v.string(), v.regex(/\S/, "The message is empty.")),
      when: v.optional(v.picklist(["now", "next"]), "next"),
    }),
    page,
    section: "talk",
    act(ctx, input, asked): Done {
      const run = liveRun(ctx, asked);
      sendMessage(ctx, run, input.text, input.when);
      return { said: `Run r${run.id} has the message.` };
    },
  }),
  toAgent("interrupt", (ctx, run) => {
    interruptAgent(ctx, run);
    return `The turn of run r${run.id} ends. Its agent then waits for your message.`;
  }),
  toAgent("stop-agent", (ctx, run) => {
    stopAgent(ctx, run);
    return `Run r${run.id} stops, and the task is paused.`;
  }),
  toAgent("restart-agent", (ctx, run) => {
    restartAgent(ctx, run);
    return `Run r${run.id} stops, and another takes its place.`;
  }),
];
