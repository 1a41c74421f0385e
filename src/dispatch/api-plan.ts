// The API's operation on what starts next.
import * as v from "valibot";
import { type Operation, readOperation } from "../kernel/operation.ts";
import { numberInQuery } from "../kernel/paging.ts";
import { explainPlan } from "./actions.ts";
import { PLAN_LIMIT, planShape } from "./command-actions.ts";
import { planShapeSchema } from "./shapes.ts";

const plan = readOperation({
  path: "/plan",
  name: "plan",
  summary: "Show what starts next, and why each other task waits",
  query: v.strictObject({
    limit: v.pipe(v.optional(numberInQuery(1, PLAN_LIMIT), "20"), v.description("Look at so many tasks of each project")),
  }),
  answer: planShapeSchema,
  run: (ctx, { query }) => planShape(ctx, explainPlan(ctx, query.limit, "as found")),
});

export const dispatchOperations: readonly Operation[] = [plan];
