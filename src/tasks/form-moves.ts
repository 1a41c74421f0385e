// The forms that pause, resume, retry and cancel a task: what the commands of these names do.
import * as v from "valibot";
import { taskNumber } from "../kernel/input.ts";
import { type FormRoute, form } from "../kernel/page.ts";
import { MOVES_BY_WORD, type MoveByWord } from "./moves.ts";

/** Longest reason in characters: it is shown in one line of lists, too. */
const REASON_CHARS = 2_000;

/** These forms are on many pages: what is wrong is said by a notice, and not in a part of one of them. */
const NO_PART = "moves";

const fields = v.object({
  /** Where to go on: a page of this server and nothing else. */
  back: v.optional(v.pipe(v.string(), v.regex(/^\/(?![/\\])[^\s\\]*$/, "Not a page of ccm."))),
  reason: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(REASON_CHARS, `The reason is longer than ${REASON_CHARS} characters.`)), ""),
});

export const moveForms: readonly FormRoute[] = Object.entries(MOVES_BY_WORD).map(([word, move]) => moveForm(word, move));

function moveForm(word: string, { act, said }: MoveByWord): FormRoute {
  return form({
    path: `/tasks/:id/${word}`,
    fields,
    page: ({ params }) => `/tasks/${params.id}`,
    section: NO_PART,
    act: (ctx, { back, reason }, asked) => {
      const task = act(ctx, taskNumber(asked.params.id ?? ""), reason);
      return { ...(back === undefined ? {} : { to: back }), said: `Task ${task.id} ${said}.` };
    },
  });
}
