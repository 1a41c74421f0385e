// Trying what this machine allows, for those who show it to a person.
import { probeSandbox } from "./probe.ts";
import { chosenLevel } from "./rules.ts";
import type { SandboxLevel, SandboxProbe } from "./schema.ts";

/** What each level did when it was tried just now, and which of them runs would get. Costs 0.1 s. */
export async function trySandbox(settings: {
  level: "auto" | SandboxLevel;
  allowNone: boolean;
}): Promise<{ probes: SandboxProbe[]; chosen: SandboxLevel | null }> {
  const probes = await probeSandbox();
  return { probes, chosen: chosenLevel(probes, settings) };
}
