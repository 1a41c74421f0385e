// A project as scripts read it.
import * as v from "valibot";
import { isoTimeSchema, uuidSchema } from "../kernel/shape.ts";
import { APPROVALS, projectSettingsSchema } from "./schema.ts";

const { gates, setup, copies, sandbox, guards, roles } = projectSettingsSchema.entries;

/** Settings on one level; of the project's variables the names only, since people put secrets there. */
export const projectShapeSchema = v.pipe(
  v.strictObject({
    id: v.number(),
    uuid: uuidSchema,
    name: v.string(),
    path: v.pipe(v.string(), v.description("The repository's checkout on this machine")),
    base: v.pipe(v.string(), v.description("The branch that work begins at and merges into")),
    agent: v.string(),
    approval: v.pipe(v.picklist(APPROVALS), v.description("`ask`: a person approves each merge")),
    gates: gates.wrapped,
    setup: setup.wrapped,
    copies: copies.wrapped,
    env: v.pipe(v.array(v.string()), v.description("Names of the project's variables")),
    sandbox: sandbox.wrapped,
    guards: guards.wrapped,
    roles: roles.wrapped,
    createdAt: isoTimeSchema,
  }),
  v.title("Project"),
  v.description("A registered git repository."),
);
