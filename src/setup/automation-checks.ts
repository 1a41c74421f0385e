// Automations that are on and are not run all the same, each with why: whoever relies on one must hear of it.
import { automationsAt } from "../hooks/actions.ts";
import type { Paths } from "../kernel/paths.ts";
import type { Check } from "./schema.ts";

export async function checkAutomations(paths: Paths): Promise<Check[]> {
  const troubled = (await automationsAt(paths.home)).filter(({ isEnabled, trouble }) => isEnabled && trouble !== null);
  return troubled.map(({ name, trouble }) => ({
    name: "automations",
    verdict: "warn",
    text: `"${name}" is on and not run: ${trouble}`,
    hint: `Put that right, or: ccm automations disable ${name}`,
  }));
}
