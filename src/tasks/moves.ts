// What a person may do to a task by one word, on the command line and on the page.
import type { Ctx } from "../kernel/context.ts";
import { pauseTask } from "./actions.ts";
import { cancelTask, resumeTask, retryTask } from "./persons-word.ts";
import type { Task } from "./schema.ts";

/** `said` goes on after the task's number. */
export type MoveByWord = { act: (ctx: Ctx, id: number, why?: string) => Task; said: string };

export const MOVES_BY_WORD = {
  pause: { act: pauseTask, said: "is paused; its work is kept" },
  resume: { act: resumeTask, said: "goes on" },
  retry: { act: retryTask, said: "is queued again" },
  cancel: { act: cancelTask, said: "is cancelled; its work stays on its branch" },
} satisfies Record<string, MoveByWord>;
