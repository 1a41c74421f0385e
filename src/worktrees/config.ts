// How long things are kept: `retention.*`.
import * as v from "valibot";
import { whole } from "../kernel/config-keys.ts";

export const retentionSection = v.optional(
  v.strictObject({
    /** Days a removed tree stays in the trash: a week covers "what did it do last Friday". */
    trashDays: whole(7, 0, 3_650),
    /** Days the tree of a task stays in place that failed, was cancelled or waits for a person, so that it goes on where it stopped. */
    keepDays: whole(7, 0, 3_650),
    /** Days of events in the database: a quarter, for metrics. */
    eventsDays: whole(90, 1, 3_650),
    /** Days of run folders; they are the largest thing in CCM_HOME. */
    runsDays: whole(30, 1, 3_650),
  }),
  {},
);

export type RetentionSettings = v.InferOutput<typeof retentionSection>;

declare module "../kernel/context.ts" {
  interface Config {
    retention: RetentionSettings;
  }
}
