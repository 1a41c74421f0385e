// The page and the API: what the kernel is told about this room.
import type { Module } from "../kernel/module.ts";
import { webCommands } from "./commands.ts";

export const web: Module = {
  name: "web",
  commands: webCommands,
  // build.ts fixes the value, and an executable that is not built for it does not have the gallery at all.
  routes: async () => (process.env.CCM_GALLERY ? (await import("./gallery-routes.ts")).routes : {}),
};
