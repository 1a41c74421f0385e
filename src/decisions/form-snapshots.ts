// Forms on a task's page that keep the state of its work, and go back to one.
import * as v from "valibot";
import type { Ctx } from "../kernel/context.ts";
import { taskNumber, wholeNumber } from "../kernel/input.ts";
import { type Asked, type Done, type FormRoute, form } from "../kernel/page.ts";
import { askDaemon } from "../kernel/requests.ts";
import type { SnapshotAnswer } from "../worktrees/schema.ts";
import { rolledBackText } from "./rollback-command-action.ts";
import type { RolledBack } from "./schema.ts";

const page = ({ params }: Asked) => `/tasks/${params.id}`;

export const snapshotForms: readonly FormRoute[] = [
  form({
    path: "/tasks/:id/snapshots",
    fields: v.object({}),
    page,
    section: "side",
    async act(ctx: Ctx, _input, { params, by }): Promise<Done> {
      const taskId = taskNumber(params.id ?? "");
      const { snapshot, isNew } = (await askDaemon(ctx, "snapshot", { taskId, note: "", by })) as SnapshotAnswer;
      return { said: isNew ? `Snapshot ${snapshot.n} is taken.` : `Nothing has changed since snapshot ${snapshot.n}.` };
    },
  }),
  form({
    path: "/tasks/:id/snapshots/:n/rollback",
    fields: v.object({}),
    page,
    section: "side",
    async act(ctx: Ctx, _input, { params, by }): Promise<Done> {
      const asked = { taskId: taskNumber(params.id ?? ""), to: wholeNumber(params.n ?? "", "snapshot", 1), by };
      return { said: rolledBackText((await askDaemon(ctx, "rollback", asked)) as RolledBack) };
    },
  }),
];
