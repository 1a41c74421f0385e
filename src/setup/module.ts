// Setting ccm up and looking after it: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { setupCommands } from "./commands.ts";
import { configCommands } from "./config-commands.ts";

export const setup: Module = {
  name: "setup",
  steps: async () => [(await import("./disk-step.ts")).diskStep(), (await import("./retention.ts")).retentionStep()],
  answers: async () => {
    const { answerFsck } = await import("./fsck.ts");
    return { fsck: answerFsck, ping: async () => "pong" };
  },
  operations: async () => (await import("./api-setup.ts")).setupOperations,
  routes: async () => (await import("./routes.ts")).routes,
  offers: async () => (await import("./offers.ts")).offers,
  commands(program, host) {
    setupCommands(program, host);
    configCommands(program, host);
  },
};
