// The forms that give rights to runs of a task from outside, and take them again: what `ccm trust` does.
import * as v from "valibot";
import { oneOf, taskNumber } from "../kernel/input.ts";
import { type FormRoute, form } from "../kernel/page.ts";
import { trustTask } from "./persons-word.ts";
import { RIGHTS } from "./rules.ts";

export const trustForms: readonly FormRoute[] = [trustForm("trust", "lift"), trustForm("distrust", "withdraw")];

function trustForm(word: string, how: "lift" | "withdraw"): FormRoute {
  return form({
    path: `/tasks/:id/${word}/:right`,
    fields: v.object({}),
    page: ({ params }) => `/tasks/${params.id}`,
    section: "trust",
    act(ctx, _nothing, asked) {
      const right = oneOf(RIGHTS, asked.params.right ?? "", "right");
      const task = trustTask(ctx, taskNumber(asked.params.id ?? ""), [right], how);
      return { said: `Runs of task ${task.id} ${how === "lift" ? "have" : "do without"} ${right} from the next one on.` };
    },
  });
}
