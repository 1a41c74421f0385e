// What a room tells the kernel about itself.
import type { CAC } from "cac";
import type { Ctx } from "./context.ts";

/** One part of the reconcile loop: reads rows in its own state and acts. Synchronous and short; slow work is a job. */
export type Step = { name: string; run: (ctx: Ctx) => void };

/** Opens what a command needs. `open` reads the existing home; it never creates or migrates one. */
export type CommandHost = {
  /** The opened context. Faults: `not_found` without a home, `denied` for another user's, `conflict` for another schema. */
  open(): Promise<Ctx>;
  /** Prints a result: JSON with --json, else the text that `human` makes. */
  print(value: unknown, human: () => string): void;
  /** Prints a line while work goes on; silent with --json. */
  note(line: string): void;
  readonly json: boolean;
};

export type Module = {
  name: string;
  steps?: Step[];
  /** Adds this room's commands to the program. */
  commands?: (program: CAC, host: CommandHost) => void;
};
