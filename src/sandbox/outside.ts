// The sandbox of this machine as the rest of ccm sees it.
import { landlockAbi } from "./landlock.ts";
import { probeSandbox } from "./probe.ts";
import { chosenLevel, holdsNetwork } from "./rules.ts";
import type { Sandbox, SandboxLevel } from "./schema.ts";

/** Probes the machine once, when the daemon starts; a kernel does not change under a running daemon. */
export async function openSandbox(settings: { level: "auto" | SandboxLevel; allowNone: boolean }): Promise<Sandbox> {
  const probes = await probeSandbox();
  const abi = landlockAbi();
  return {
    level(wish = settings.level, network = "host") {
      const level = chosenLevel(probes, { level: wish, allowNone: settings.allowNone });
      return level && holdsNetwork(level, network, abi) ? level : null;
    },
    ownUser: () => false,
  };
}
