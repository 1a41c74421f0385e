// `ccm complete SHELL WORD…`: what the completion scripts ask. It says nothing but offers, whatever goes wrong.
import { type Offers, offerLines, type Wanted, wantedAt } from "./kernel/completion.ts";
import { type Declared, declareCommands } from "./kernel/declare.ts";
import type { CommandHost } from "./kernel/module.ts";
import { homeFrom, pathsAt } from "./kernel/paths.ts";
import { followPrints } from "./kernel/prints-file.ts";
import { redactStored } from "./kernel/redact.ts";
import { processTerminal } from "./kernel/terminal.ts";
import { modules } from "./modules.ts";

/** Printed alone where the name of a file belongs: no offer has an angle bracket, and shells know files best. */
const FILES = "<path>\n";

/** The words after the shell's name are those after `ccm`, up to the one that is being typed, which is the last. */
export async function main([shell = "", ...typed]: string[]): Promise<number> {
  try {
    const words = shell === "bash" ? joined(typed) : typed;
    followPrints(pathsAt(homeFrom(process.env)).prints);
    const text = redactStored(await answer(declared(words), words));
    // Bash replaces only what follows the last "=".
    processTerminal([]).out(words.length < typed.length ? text.replaceAll(/^--[\w-]+=/gm, "") : text);
  } catch {
    // Without a home, with another version's, or in the middle of an upgrade there is nothing to offer.
  }
  return 0;
}

/** Bash splits words at "=" (COMP_WORDBREAKS): `--state`, `=`, `que`. */
function joined(words: readonly string[]): string[] {
  const whole: string[] = [];
  for (const word of words) {
    const last = whole.at(-1);
    if (last?.startsWith("--") && (word === "=" || last.endsWith("="))) whole[whole.length - 1] = last + word;
    else whole.push(word);
  }
  return whole;
}

function declared(words: readonly string[]): Declared {
  const host = {} as CommandHost; // Commands are only declared here, and none of them runs.
  const named = declareCommands(modules, host, { named: words.slice(0, -1) });
  return named.commands.length > 0 ? named : declareCommands(modules, host, "all");
}

async function answer(commands: Declared, words: readonly string[]): Promise<string> {
  const wanted = wantedAt(commands, words);
  if (wanted.kind === "words") return offerLines(wanted.offers, wanted);
  if (wanted.name === "path") return FILES;
  return offerLines(await offersOf(wanted), wanted);
}

async function offersOf({ name, command, beginning }: Wanted & { kind: "value" }) {
  let opened: ReturnType<typeof import("./open.ts").openContext> | undefined;
  const open = async () => {
    opened ??= (await import("./open.ts")).openContext();
    return opened;
  };
  try {
    const all: Offers = Object.assign({}, ...(await Promise.all(modules.map((module) => module.offers?.() ?? {}))));
    return (await all[name]?.({ command, beginning, open })) ?? [];
  } finally {
    opened?.db.close();
  }
}
