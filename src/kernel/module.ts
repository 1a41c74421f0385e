// What a room tells the kernel about itself.
import type { CAC } from "cac";
import type { Style } from "./command-line.ts";
import type { Offers } from "./completion.ts";
import type { Ctx } from "./context.ts";
import type { Operation } from "./operation.ts";
import type { Routes } from "./page.ts";
import type { Answers } from "./requests.ts";

/** One part of the reconcile loop: reads rows in its own state and acts. Synchronous and short; slow work is a job. */
export type Step = { name: string; run: (ctx: Ctx) => void };

/** Opens what a command needs. `open` reads the existing home; it never creates or migrates one. */
export type CommandHost = {
  /** The opened context. Faults: `not_found` without a home, `denied` for another user's, `conflict` for another schema. */
  open(): Promise<Ctx>;
  /** Prints a result: JSON with --json, else the text that `human` makes. */
  print(value: unknown, human: () => string): void;
  /** Prints one of many results as they come: with --json an object a line (https://jsonlines.org). */
  stream(value: unknown, human: () => string): void;
  /** Prints a line while work goes on; silent with --json. */
  note(line: string): void;
  readonly json: boolean;
  /** Columns of the terminal, 80 when the output is none. */
  readonly columns: number;
  /** Colours a text for people; gives it back as it is where colours are not wanted. */
  paint(style: Style, text: string): string;
};

/**
 * A room's entry in `modules.ts`. The command line loads all of these at every start, so `module.ts` and
 * `commands.ts` import types only and load the rest with `import()` inside an action or `steps`.
 */
export type Module = {
  name: string;
  /** Its parts of the loop, in order; only the daemon calls it. */
  steps?: () => Promise<Step[]>;
  /** What the daemon answers for commands that may not do it themselves. */
  answers?: () => Promise<Answers>;
  /** Its pages and forms; only the daemon's web server calls it, with the first request. */
  routes?: () => Promise<Routes>;
  /** Its operations of the API; called with `routes`. */
  operations?: () => Promise<readonly Operation[]>;
  /** Declares this room's commands. An action gets its arguments and option values as strings, and may be asynchronous. */
  commands?: (program: CAC, host: CommandHost) => void;
  /** What a shell offers for values whose names only this room knows; only `ccm complete` calls it. */
  offers?: () => Promise<Offers>;
};
