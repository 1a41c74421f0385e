// `ccm completions`: the scripts by which shells ask `ccm complete`. They hold no knowledge of their own, so they never age.
import { oneOf } from "../kernel/input.ts";
import type { CommandHost } from "../kernel/module.ts";
import bash from "./completions.bash" with { type: "text" };
import fish from "./completions.fish" with { type: "text" };
import zsh from "./completions.zsh" with { type: "text" };

const SCRIPTS = { bash, zsh, fish };

/** Faults: `invalid` for another shell. */
export function completions(host: CommandHost, word: string): void {
  const shell = oneOf(Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[], word, "shell");
  host.print({ shell, script: SCRIPTS[shell] }, () => SCRIPTS[shell]);
}
