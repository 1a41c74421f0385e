// Where things stand and what has happened: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { progressCommands } from "./commands.ts";

export const progress: Module = {
  name: "progress",
  commands: progressCommands,
  routes: async () => (await import("./routes.ts")).routes,
  operations: async () => [
    ...(await import("./api-progress.ts")).progressOperations,
    ...(await import("./api-events.ts")).eventOperations,
    ...(await import("./api-audit.ts")).auditOperations,
  ],
};
