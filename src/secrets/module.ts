// Secrets: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { secretCommands } from "./commands.ts";

export const secrets: Module = {
  name: "secrets",
  offers: async () => (await import("./offers.ts")).offers,
  commands: secretCommands,
};
