// What a shell knows while it runs a line: variables, functions, the folder it is in. Pure.
import type { Command } from "./shell-syntax.ts";
import { ANY, UNSET } from "./shell-values.ts";

/** What a variable may be: each possibility is the elements of an array, of a plain variable one. */
export type Value = readonly (readonly string[])[];

export type Shell = {
  variables: Map<string, Value>;
  functions: Map<string, Command>;
  /** Variables that programs get from it, whatever else they get. */
  exported: Set<string>;
  /** Absolute; null when it is not known. */
  cwd: string | null;
  /** `$1`, `$2` … */
  words: readonly string[];
  /** Folders that the line itself makes repositories; an empty name is one that is not known. */
  repositories: Set<string>;
  home: string;
  /** Within something that runs or not. */
  isConditional: boolean;
  /** Commands inside each other, through functions, `eval` and the like. */
  depth: number;
  /** Commands that may still be looked at; all copies of a shell share it. */
  budget: { left: number };
};

/** Possibilities of one value that are told apart; more than that, and it is unknown. */
export const POSSIBILITIES = 12;

/** What a shell starts with: `IFS` is what it is for everybody. */
export function shellAt(cwd: string, home: string, tmp: string, commands: number): Shell {
  const variables = new Map<string, Value>([
    ["IFS", [[" \t\n"]]],
    ["HOME", [[home]]],
    ["TMPDIR", [[tmp]]],
  ]);
  return {
    ...{ variables, functions: new Map(), exported: new Set(["HOME", "TMPDIR"]), cwd, words: [], repositories: new Set(), home },
    ...{ isConditional: false, depth: 0, budget: { left: commands } },
  };
}

/** A shell of its own, as for what is in parentheses: what it changes stays there. */
export function copyOf(shell: Shell): Shell {
  const { variables, functions, exported, repositories } = shell;
  const copied = { variables: new Map(variables), functions: new Map(functions), exported: new Set(exported) };
  return { ...shell, ...copied, repositories: new Set(repositories) };
}

/** A shell that another program starts: it has no functions of this one, and perhaps its variables. */
export function startedBy(shell: Shell, environment: readonly { name: string; value: string }[], words: readonly string[]): Shell {
  const perhaps = [...shell.variables].map(([name, value]): [string, Value] => [
    name,
    shell.exported.has(name) ? value : [...value, [UNSET]],
  ]);
  const given = environment.map(({ name, value }): [string, Value] => [name, [[value]]]);
  const variables = new Map([...perhaps, ...given].filter(([name]) => name !== "IFS"));
  const own = { functions: new Map(), exported: new Set(shell.exported), repositories: new Set(shell.repositories) };
  return { ...shell, ...own, variables: variables.set("IFS", [[" \t\n"]]), words };
}

export function variableOf(shell: Shell, name: string): Value {
  if (name === "PWD") return [[shell.cwd ?? ANY]];
  return shell.variables.get(name) ?? [[UNSET]];
}

/** Where it is not sure that the assignment happens, the old value stays possible. */
export function assign(shell: Shell, name: string, value: Value): void {
  const all = shell.isConditional ? [...variableOf(shell, name), ...value] : value;
  shell.variables.set(name, bounded(all));
}

function bounded(value: Value): Value {
  const seen = new Map(value.map((one) => [one.join("\0"), one]));
  return seen.size > POSSIBILITIES ? [[ANY]] : [...seen.values()];
}
