// What help prints: the first steps, all commands by what a person wants, or one command with its options and examples.
import type { Command } from "cac";
import type { Option } from "./declare.ts";
import { wrap } from "./text-table.ts";

/** What help shows of the program; commands go by their names. */
export type Contents = {
  about: string;
  /** A line each, as they are typed. */
  firstTask: readonly string[];
  /** What a person needs from day to day, shown where nobody asked for all. */
  daily: readonly string[];
  groups: readonly { title: string; commands: readonly string[] }[];
};

/** Widest column of names before the descriptions; longer names get a line of their own. */
const NAME_COLUMNS = 30;
/** In a terminal that is narrower than this, every description goes below its name. */
const SIDE_BY_SIDE_COLUMNS = 64;
const BELOW_INDENT = 6;

/** What fits one screen, for somebody who has typed nothing but the program's name. */
export function shortHelp(contents: Contents, commands: readonly Command[], width: number): string {
  return paragraphs([
    wrap(contents.about, width, 0),
    firstTask(contents),
    section(
      "From day to day",
      contents.daily.flatMap((name) => rowOf(commands, name)),
      width,
    ),
    wrap("See it work: ccm demo. All commands: ccm --help. One: ccm <command> --help", width, 0),
  ]);
}

/** The table of contents. What no group names is listed at its end. */
export function helpOfAll(contents: Contents, commands: readonly Command[], globals: readonly Option[], width: number): string {
  const grouped = new Set(contents.groups.flatMap((group) => group.commands));
  const rest = { title: "Others", commands: commands.map(({ name }) => name).filter((name) => !grouped.has(name)) };
  return paragraphs([
    wrap(contents.about, width, 0),
    "Usage: ccm <command> [options]",
    ...[...contents.groups, rest].map((group) =>
      section(
        group.title,
        group.commands.flatMap((name) => rowOf(commands, name)),
        width,
      ),
    ),
    section("Everywhere", optionRows(globals), width),
    firstTask(contents),
    "More about one: ccm <command> --help",
  ]);
}

/** The commands of two words that begin with this one; other commands may have such a name as well. */
export function helpOfGroup(group: string, commands: readonly Command[], width: number): string {
  const rows = commands.flatMap((command) =>
    [command.rawName, ...command.aliasNames]
      .filter((name) => name.startsWith(`${group} `))
      .map((name): [string, string] => [name, summary(command)]),
  );
  return paragraphs([
    `Usage: ccm ${group} <action> [options]`,
    section("Actions", rows, width),
    `More about one: ccm ${group} <action> --help`,
  ]);
}

/** One command; the examples are those it was declared with. */
export function helpOf(command: Command, globals: readonly Option[], width: number): string {
  const examples = command.examples.map((example) => `  ${typeof example === "function" ? example("ccm") : example}`);
  return paragraphs([
    wrap(command.description, width, 0),
    `Usage: ccm ${command.usageText || command.rawName}${command.options.length > 0 ? " [options]" : ""}`,
    command.aliasNames.length > 0 ? `Also: ${command.aliasNames.map((name) => `ccm ${name}`).join(", ")}` : "",
    section("Options", optionRows([...command.options, ...globals.filter((option) => option.name !== "version")]), width),
    examples.length > 0 ? `For example:\n${examples.join("\n")}` : "",
  ]);
}

function firstTask(contents: Contents): string {
  return `A first task:\n${contents.firstTask.map((line) => `  ${line}`).join("\n")}`;
}

function rowOf(commands: readonly Command[], name: string): [string, string][] {
  const command = commands.find((candidate) => candidate.name === name);
  return command ? [[command.rawName, summary(command)]] : [];
}

/** The first part of a description; what follows a colon or a semicolon is for those who ask about the command. */
export function summary(command: Command): string {
  return command.description.split(/[;:] /, 1)[0] ?? "";
}

function optionRows(options: readonly Option[]): [string, string][] {
  return options.map((option) => {
    const fallback = option.config.default;
    const isShown = fallback !== undefined && typeof fallback !== "boolean";
    return [option.rawName, `${option.description}${isShown ? ` (default: ${fallback})` : ""}`];
  });
}

function section(title: string, rows: readonly (readonly [string, string])[], width: number): string {
  if (rows.length === 0) return "";
  const names = Math.min(NAME_COLUMNS, Math.max(...rows.map(([name]) => name.length)) + 2);
  const lines = rows.map(([name, description]) => {
    if (width < SIDE_BY_SIDE_COLUMNS) return `  ${name}\n${below(description, width, BELOW_INDENT)}`;
    const indent = names + 2;
    if (name.length > names - 2) return `  ${name}\n${below(description, width, indent)}`;
    return `  ${name.padEnd(names)}${wrap(description, width, indent)}`;
  });
  return `${title}:\n${lines.join("\n")}`;
}

function below(description: string, width: number, indent: number): string {
  return " ".repeat(indent) + wrap(description, width, indent);
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
