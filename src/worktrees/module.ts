// Trees that tasks work in: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";

export const worktrees: Module = {
  name: "worktrees",
  steps: async () => {
    const { measureStep, snapshotStep, stepWorktrees } = await import("./step.ts");
    return [{ name: "worktrees", run: stepWorktrees }, snapshotStep(), measureStep()];
  },
  answers: async () => ({ snapshot: (await import("./answers.ts")).answerSnapshot }),
};
