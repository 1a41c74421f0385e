// The page and the API: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { webCommands } from "./commands.ts";

export const web: Module = { name: "web", commands: webCommands };
