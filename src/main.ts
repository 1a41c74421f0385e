// The one executable: picks the program by its first word and loads nothing else.
import { scrubEnvironment } from "./kernel/environment.ts";

/** A program's `main` takes the words after its name and gives the exit code. */
type Program = { main(words: string[]): Promise<number> };

/** Programs that are no commands for people; all other words go to the command line. */
const programs: Record<string, () => Promise<Program>> = {
  hook: () => import("./hooks/hook-command.ts"),
  sandbox: () => import("./sandbox/enter.ts"),
  "in-sandbox": () => import("./agents/host/in-sandbox.ts"),
  field: () => import("./hooks/field-command.ts"),
  host: () => import("./agents/host/host.ts"),
  daemon: () => import("./daemon.ts"),
  view: () => import("./agents/view/view.ts"),
  complete: () => import("./complete.ts"),
  "demo-agent": () => import("./agents/demo/agent.ts"),
};

scrubEnvironment(process.env);
const words = process.argv.slice(2);
const program = Object.hasOwn(programs, words[0] ?? "") ? programs[words[0] ?? ""] : undefined;
process.exitCode = program ? await (await program()).main(words.slice(1)) : await (await import("./cli.ts")).main(words);
