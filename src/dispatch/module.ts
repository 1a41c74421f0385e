// Who starts now: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { dispatchCommands } from "./commands.ts";

export const dispatch: Module = {
  name: "dispatch",
  commands: dispatchCommands,
  operations: async () => (await import("./api-plan.ts")).dispatchOperations,
  steps: async () => {
    const { stepDispatch } = await import("./step.ts");
    return [{ name: "dispatch", run: stepDispatch }];
  },
};
