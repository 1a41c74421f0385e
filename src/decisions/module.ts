// What people decide: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { decisionCommands } from "./commands.ts";

export const decisions: Module = {
  name: "decisions",
  commands: decisionCommands,
  operations: async () => (await import("./api-decisions.ts")).decisionOperations,
  routes: async () => (await import("./routes.ts")).routes,
  answers: async () => ({ rollback: (await import("./rollback.ts")).answerRollback }),
  steps: async () => {
    const { stepDecisions } = await import("./step.ts");
    return [{ name: "decisions", run: stepDecisions }];
  },
};
