// The sandbox of this machine as the rest of ccm sees it.
import { probeSandbox } from "./probe.ts";
import { chosenLevel } from "./rules.ts";
import type { Sandbox, SandboxLevel } from "./schema.ts";

/** Probes the machine once, when the daemon starts; a kernel does not change under a running daemon. */
export async function openSandbox(settings: { level: "auto" | SandboxLevel; allowNone: boolean }): Promise<Sandbox> {
  const probes = await probeSandbox();
  return {
    level: (level = settings.level) => chosenLevel(probes, { level, allowNone: settings.allowNone }),
    ownUser: () => false,
  };
}
