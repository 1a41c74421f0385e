// The policy, and what replaying it showed, as scripts read them.
import * as v from "valibot";
import { COMMAND_CLASSES, VERDICTS } from "../../hooks/rules.ts";
import { countSchema, isoTimeSchema } from "../../kernel/shape.ts";
import { APPROVALS } from "../../projects/schema.ts";
import { SPEAKERS } from "./policy.ts";

const verdict = v.picklist(VERDICTS);
const from = v.pipe(v.picklist(SPEAKERS), v.description("Who said so: `ccm` where nobody did"));

export const policyShapeSchema = v.pipe(
  v.strictObject({
    project: v.nullable(v.string()),
    approval: v.nullable(v.picklist(APPROVALS)),
    classes: v.pipe(
      v.array(v.strictObject({ class: v.picklist(COMMAND_CLASSES), verdict, from })),
      v.description("What happens with commands that no rule is about"),
    ),
    rules: v.pipe(
      v.array(v.strictObject({ verdict, rule: v.string(), from })),
      v.description("They go before classes: deny before ask, ask before allow"),
    ),
    sandbox: v.array(
      v.strictObject({
        key: v.string(),
        value: v.union([v.string(), v.boolean(), v.array(v.union([v.string(), v.number()]))]),
        from: v.array(v.picklist(SPEAKERS)),
      }),
    ),
  }),
  v.title("Policy"),
  v.description("What agents may do, and who said so."),
);
export type PolicyShape = v.InferOutput<typeof policyShapeSchema>;

export const replayShapeSchema = v.pipe(
  v.strictObject({
    since: isoTimeSchema,
    runs: v.pipe(countSchema, v.description("Runs of agents whose record was read")),
    calls: v.pipe(countSchema, v.description("Calls of tools that were judged again")),
    changes: v.array(
      v.strictObject({
        run: v.number(),
        task: v.number(),
        project: v.string(),
        at: isoTimeSchema,
        tool: v.string(),
        subject: v.pipe(v.string(), v.description("What the call was about: the command, the file")),
        was: verdict,
        is: verdict,
        reason: v.string(),
        by: v.pipe(v.string(), v.description("What decides now: a rule, a class, a path")),
      }),
    ),
    unreplayed: v.strictObject({
      runsWithoutRecord: v.pipe(countSchema, v.description("Their folder is gone, or another version of ccm wrote it")),
      cutCalls: v.pipe(countSchema, v.description("Too long to be kept whole")),
      callsOfAutomations: v.pipe(countSchema, v.description("Decided by an automation or its deadline, which are not run again")),
    }),
  }),
  v.title("PolicyTest"),
  v.description("What a policy would have made of what agents did."),
);
export type ReplayShape = v.InferOutput<typeof replayShapeSchema>;
