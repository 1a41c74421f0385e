// What `--help` prints: all commands by room, or one command with its options and an example.
import type { Command } from "cac";
import { wrap } from "./text-table.ts";

type Option = Command["options"][number];
export type CommandGroup = { name: string; commands: readonly Command[] };

/** Columns before the descriptions; longer names get a line of their own. */
const NAME_COLUMNS = 30;

/** The table of contents. */
export function helpOfAll(groups: readonly CommandGroup[], globals: readonly Option[], width: number): string {
  const parts = [
    "Runs coding agents in sandboxed git worktrees, and loses nothing.",
    "Usage: ccm <command> [options]",
    ...groups
      .filter((group) => group.commands.length > 0)
      .map((group) =>
        section(
          group.name[0]?.toUpperCase() + group.name.slice(1),
          group.commands.map((command) => [command.rawName, command.description]),
          width,
        ),
      ),
    section("Everywhere", optionRows(globals), width),
    'A first task:\n  ccm init --yes\n  ccm register-project --path . --gate full="npm test"\n  ccm start\n  ccm create-task --project my-app --title "Fix the login" --prompt-file fix.md',
    "More about one: ccm <command> --help",
  ];
  return `${parts.join("\n\n")}\n`;
}

/** One command; the example is the one it was declared with. */
export function helpOf(command: Command, globals: readonly Option[], width: number): string {
  const examples = command.examples.map((example) => `  ${typeof example === "function" ? example("ccm") : example}`);
  const parts = [
    wrap(command.description, width, 0),
    `Usage: ccm ${command.usageText || command.rawName}${command.options.length > 0 ? " [options]" : ""}`,
    ...(command.aliasNames.length > 0 ? [`Also: ${command.aliasNames.map((name) => `ccm ${name}`).join(", ")}`] : []),
    section("Options", optionRows([...command.options, ...globals.filter((option) => option.name !== "version")]), width),
    ...(examples.length > 0 ? [`For example:\n${examples.join("\n")}`] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function optionRows(options: readonly Option[]): [string, string][] {
  return options.map((option) => {
    const fallback = option.config.default;
    const isShown = fallback !== undefined && typeof fallback !== "boolean";
    return [option.rawName, `${option.description}${isShown ? ` (default: ${fallback})` : ""}`];
  });
}

function section(title: string, rows: readonly (readonly [string, string])[], width: number): string {
  const lines = rows.map(([name, description]) => {
    const indent = NAME_COLUMNS + 2;
    const text = wrap(description, width, indent);
    return name.length < NAME_COLUMNS - 1 ? `  ${name.padEnd(NAME_COLUMNS)}${text}` : `  ${name}\n${" ".repeat(indent)}${text}`;
  });
  return `${title}:\n${lines.join("\n")}`;
}
