// A plan of what starts next, as scripts read it.
import * as v from "valibot";
import { waitingSchema } from "../tasks/shapes.ts";
import { START_KINDS } from "./rules.ts";

const want = {
  task: v.number(),
  title: v.string(),
  project: v.string(),
  kind: v.picklist(START_KINDS),
  name: v.string(),
};

export const planShapeSchema = v.strictObject({
  starts: v.pipe(v.array(v.strictObject(want)), v.description("What would start now")),
  holds: v.pipe(v.array(v.strictObject({ ...want, waiting: waitingSchema })), v.description("What waits, and for what")),
});
export type PlanShape = v.InferOutput<typeof planShapeSchema>;
