// `ccm doctor --sandbox`: each promise of the sandbox, and what came of trying to break it at each level.

import type { Style } from "../kernel/command-line.ts";
import { Fault } from "../kernel/fault.ts";
import type { CommandHost } from "../kernel/module.ts";
import { homeFrom, pathsAt } from "../kernel/paths.ts";
import { tableRows } from "../kernel/text-table.ts";
import { tryPromises, trySandbox } from "../sandbox/actions.ts";
import { readConfig } from "./doctor.ts";

const WORDS: Record<string, { text: string; style: Style }> = {
  held: { text: "held", style: "green" },
  open: { text: "open", style: "yellow" },
  broken: { text: "BROKEN", style: "red" },
  untried: { text: "–", style: "dim" },
};

/** Works without a home. Faults: `environment` when the level that runs get breaks a promise, or none works. */
export async function sandboxTable(host: CommandHost): Promise<void> {
  const { config } = readConfig(pathsAt(homeFrom(process.env)));
  const [{ chosen }, { tried, errors }] = [await trySandbox(config.sandbox), await tryPromises()];
  host.print({ level: chosen, promises: tried, errors }, () => {
    const paint = (cell: string) => {
      const word = Object.values(WORDS).find(({ text }) => text === cell.trim());
      return word ? host.paint(word.style, cell) : cell;
    };
    const columns = [
      { title: "TRIED JUST NOW", shrink: true as const },
      { title: "NAMESPACE", paint },
      { title: "KERNEL", paint },
    ];
    const word = (verdict: string) => WORDS[verdict]?.text ?? verdict;
    const rows = tried.map(({ says, namespace, kernel }) => [says, word(namespace), word(kernel)]);
    return [...tableRows(columns, rows, host.columns), "", ...closing(chosen, tried), ...reasons(errors)].join("\n");
  });
  refuseBroken(chosen, tried);
}

type Verdicts = { namespace: string; kernel: string };
const isOpen = ({ namespace, kernel }: Verdicts) => namespace === "open" || kernel === "open";

function closing(chosen: string | null, tried: readonly Verdicts[]): string[] {
  const level = chosen === null ? "No level works that the configuration allows: no run may start." : `Runs get the level "${chosen}".`;
  return [level, ...(tried.some(isOpen) ? ["open: that level cannot hold it; SECURITY.md says what that means."] : [])];
}

function reasons(errors: Partial<Record<string, string>>): string[] {
  return Object.entries(errors).map(([level, why]) => `Level "${level}" could not be tried: ${(why ?? "").split("\n")[0]}`);
}

function refuseBroken(chosen: string | null, tried: readonly ({ says: string } & Verdicts)[]): void {
  if (chosen === null)
    throw new Fault(
      "environment",
      "No level of the sandbox works here.",
      "`ccm doctor` says why; `sandbox.allowNone: true` runs agents without one.",
    );
  const broken = tried.filter((one) => (chosen === "namespace" || chosen === "kernel") && one[chosen] === "broken");
  if (broken.length > 0)
    throw new Fault(
      "environment",
      `The level "${chosen}" does not keep what it promises here: ${broken.map(({ says }) => says).join("; ")}.`,
      "Please report it; `ccm config set sandbox.level` chooses another level until then.",
    );
}
