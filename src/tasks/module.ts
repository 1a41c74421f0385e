// Tasks, and the commands on projects: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { taskCommands } from "./commands.ts";
import { projectCommands } from "./project-commands.ts";

export const tasks: Module = {
  name: "tasks",
  commands: taskCommands,
  routes: async () => (await import("./routes.ts")).routes,
  operations: async () => (await import("./api-tasks.ts")).taskOperations,
  offers: async () => (await import("./offers.ts")).offers,
};

/** Under the name of the room on the left, which cannot ask for tasks itself: help lists them there. */
export const tasksOfProjects: Module = {
  name: "projects",
  commands: projectCommands,
  operations: async () => (await import("./api-projects.ts")).projectOperations,
};
