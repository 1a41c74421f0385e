// Hooks and automations: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { automationCommands } from "./automations/commands.ts";

export const hooks: Module = {
  name: "hooks",
  operations: async () => (await import("./api-automations.ts")).automationOperations,
  offers: async () => (await import("./offers.ts")).offers,
  commands: automationCommands,
};
