// The commands of all rooms, declared: all of them, or only those that a line names.
import { type CAC, type Command, cac } from "cac";
import type { CommandHost, Module } from "./module.ts";

export type Option = Command["options"][number];
export type Declared = { commands: readonly Command[]; globals: readonly Option[] };

/**
 * Declaring fifty commands takes as long as starting the program, and a line names one: with `named` the others are
 * declared to nobody. Aliases are found, and help and suggestions made, among `all`.
 */
export function declareCommands(modules: readonly Module[], host: CommandHost, which: "all" | { named: readonly string[] }): Declared {
  const commandLine = cac("ccm");
  commandLine.option("--json", "Print JSON, errors included");
  commandLine.option("-h, --help", "Explain the command");
  commandLine.option("-v, --version", "Print the version");
  const target = which === "all" ? commandLine : onlyNamed(commandLine, which.named);
  for (const module of modules) module.commands?.(target, host);
  return { commands: commandLine.commands, globals: commandLine.globalCommand.options };
}

function onlyNamed(commandLine: CAC, words: readonly string[]): CAC {
  const nobody: Command = new Proxy({} as Command, { get: (_target, _key, self) => () => self });
  const command: CAC["command"] = (name, ...rest) =>
    words.includes(name.split(" ", 1)[0] ?? "") ? commandLine.command(name, ...rest) : nobody;
  return new Proxy(commandLine, { get: (target, key) => (key === "command" ? command : Reflect.get(target, key)) });
}
