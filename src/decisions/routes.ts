// Forms with which a person decides: on the page of a task, on the page of everything that waits for them, and on the first page.
import * as v from "valibot";
import { openQuestion, shownRuns } from "../agents/actions.ts";
import type { Ctx } from "../kernel/context.ts";
import { taskNumber } from "../kernel/input.ts";
import { type Asked, type Done, type FormRoute, form, type Refused, type Routes } from "../kernel/page.ts";
import { approve, reject, requestChanges } from "./actions.ts";
import { snapshotForms } from "./form-snapshots.ts";
import { type Answered, answerText } from "./rules.ts";

/** A page with forms that decide: what their paths begin with, where it is, and the part of it that they are in. */
type Place = { path: string; page: (asked: Asked) => string; section: string };

const PLACES: readonly Place[] = [
  { path: "/tasks/:id", page: ({ params }) => `/tasks/${params.id}`, section: "needs" },
  { path: "/approvals/:id", page: () => "/approvals", section: "approvals" },
  { path: "/home/:id", page: () => "/", section: "needs" },
];

const commitField = v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/, "This form names no commit. Load the page again."));
const words = (missing: string) => v.pipe(v.string(), v.regex(/\S/, missing));

export const routes: Routes = { forms: [...PLACES.flatMap(formsOf), ...snapshotForms] };

function formsOf({ path, page, section }: Place): FormRoute[] {
  return [
    form({
      path: `${path}/approve`,
      fields: v.object({ commit: commitField, comment: v.optional(v.string(), "") }),
      page,
      section,
      act(ctx, { commit, comment }, asked): Done {
        const task = approve(ctx, idOf(asked), asked.by, comment, { commit });
        return { said: `Task ${task.id} is approved and goes into the merge queue.` };
      },
    }),
    form({
      path: `${path}/reject`,
      fields: v.object({ commit: v.optional(commitField), reason: words("Say why: it is kept with the task.") }),
      page,
      section,
      act(ctx, { commit, reason }, asked): Done {
        const task = reject(ctx, idOf(asked), asked.by, reason, commit === undefined ? {} : { commit });
        return { said: `Task ${task.id} is rejected; its work is kept on its branch.` };
      },
    }),
    form({
      path: `${path}/request-changes`,
      fields: v.object({ comment: words("Say what to change: the agent gets it word for word.") }),
      page,
      section,
      act(ctx, { comment }, asked): Done {
        const task = requestChanges(ctx, idOf(asked), asked.by, comment);
        return { said: `Task ${task.id} goes back to its agent with your comment.` };
      },
    }),
    form({
      path: `${path}/answer`,
      fields: v.objectWithRest(
        {
          question: v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
          verdict: v.optional(v.picklist(["allow", "deny"]), "allow"),
        },
        v.string(),
      ),
      page,
      section,
      act: answer,
    }),
  ];
}

async function answer(ctx: Ctx, input: Answered, asked: Asked): Promise<Done | Refused> {
  const id = idOf(asked);
  const { shownQuestion } = await shownRuns();
  const question = openQuestion(ctx, id);
  const seen = { question: input.question };
  if (input.verdict === "deny") {
    reject(ctx, id, asked.by, String(input.text ?? ""), seen);
    return { said: `The agent of task ${id} goes on with your no.` };
  }
  const text = answerText(question?.id === input.question ? shownQuestion(question).asked : [], input);
  if (typeof text !== "string") return text;
  approve(ctx, id, asked.by, text, seen);
  return { said: `The agent of task ${id} goes on with your answer.` };
}

function idOf({ params }: Asked): number {
  return taskNumber(params.id ?? "");
}
