// Tasks and their states: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";

export const tasks: Module = {
  name: "tasks",
};
