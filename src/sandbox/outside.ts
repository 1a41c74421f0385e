// The sandbox of this machine as the rest of ccm sees it.
import { landlockAbi } from "./landlock.ts";
import { probeOwnUser, probeSandbox } from "./probe.ts";
import { chosenLevel, holdsNetwork } from "./rules.ts";
import type { Sandbox, SandboxLevel } from "./schema.ts";

/**
 * Probes the machine once, when the daemon starts; a kernel does not change under a running daemon. `ccmHome` is where trees
 * will be: whether runs can have users of their own depends on its file system.
 */
export async function openSandbox(
  settings: { level: "auto" | SandboxLevel; allowNone: boolean; ownUser: "auto" | "off" },
  ccmHome: string,
): Promise<Sandbox> {
  const wanted = settings.ownUser === "auto" && process.getuid?.() === 0;
  const [probes, ownUser] = await Promise.all([probeSandbox(), wanted ? probeOwnUser(ccmHome) : null]);
  const abi = landlockAbi();
  return {
    level(wish = settings.level, network = "host") {
      const level = chosenLevel(probes, { level: wish, allowNone: settings.allowNone });
      return level && holdsNetwork(level, network, abi) ? level : null;
    },
    ownUser: () => ownUser?.works ?? false,
  };
}
