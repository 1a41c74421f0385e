// What is outside the database, for real: each room's own implementation, put together.
import { createHosts, createMachine } from "./agents/outside.ts";
import type { Outside } from "./kernel/context.ts";
import type { Paths } from "./kernel/paths.ts";
import { ownCommand } from "./kernel/process.ts";

export function realOutside(paths: Paths): Outside {
  return { hosts: createHosts({ paths, executable: ownCommand() }), machine: createMachine() } as unknown as Outside;
}
