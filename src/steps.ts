// The order in which the loop runs every room's step: facts first, then what follows from them.
import { stepRelease, stepRuns } from "./agents/step.ts";
import { stepDecisions } from "./decisions/step.ts";
import { stepDispatch } from "./dispatch/step.ts";
import type { Step } from "./kernel/module.ts";
import { stepMerge } from "./merge/step.ts";
import { stepReview } from "./review/step.ts";
import { stepWorktrees } from "./worktrees/step.ts";

export const steps: readonly Step[] = [
  { name: "worktrees", run: stepWorktrees },
  { name: "runs", run: stepRuns },
  { name: "review", run: stepReview },
  { name: "decisions", run: stepDecisions },
  { name: "merge", run: stepMerge },
  { name: "release", run: stepRelease },
  { name: "dispatch", run: stepDispatch },
];
