// Registered repositories: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";

export const projects: Module = {
  name: "projects",
};
