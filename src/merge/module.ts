// The merge queue: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";

export const merge: Module = {
  name: "merge",
  steps: async () => {
    const { stepMerge } = await import("./step.ts");
    return [{ name: "merge", run: stepMerge }];
  },
};
