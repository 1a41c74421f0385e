// Candidates and gates: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { reviewCommands } from "./commands.ts";

export const review: Module = {
  name: "review",
  commands: reviewCommands,
  operations: async () => (await import("./api-diff.ts")).reviewOperations,
  steps: async () => {
    const { stepReview } = await import("./step.ts");
    return [{ name: "review", run: stepReview }];
  },
};
