// The daemon's part: what is stored is what every process looks for.
import type { Ctx } from "../kernel/context.ts";
import type { Step } from "../kernel/module.ts";
import { followPrints } from "../kernel/prints-file.ts";
import { publishPrints } from "./actions.ts";

/** Looks at one file a tick, which takes 2 µs. */
export function secretsStep(): Step {
  let look: (() => void) | undefined;
  return {
    name: "secrets",
    run(ctx: Ctx) {
      if (!look) publishPrints(ctx);
      look ??= followPrints(ctx.paths.prints);
      look();
    },
  };
}
