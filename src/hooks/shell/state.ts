// What a shell knows while it runs a line: variables, functions, the folder it is in. Pure.
import type { Command } from "./syntax.ts";
import { ANY, UNSET } from "./values.ts";

/** What a variable may be: each possibility is the elements of an array, of a plain variable one. */
export type Value = readonly (readonly string[])[];

export type Shell = {
  variables: Map<string, Value>;
  functions: Map<string, Command>;
  /** Variables that programs get from it, whatever else they get. */
  exported: Set<string>;
  /** Absolute; null when it is not known. */
  cwd: string | null;
  /** `$0`. */
  name: string;
  /** `$1`, `$2` … */
  words: readonly string[];
  /** Variables that are another name for one, as after `declare -n`. */
  references: Map<string, Value>;
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
    ...{ variables, functions: new Map(), exported: new Set(["HOME", "TMPDIR"]), cwd, home },
    ...{ name: "bash", words: [], references: new Map(), repositories: new Set() },
    ...{ isConditional: false, depth: 0, budget: { left: commands } },
  };
}

/** A shell of its own, as for what is in parentheses: what it changes stays there. */
export function copyOf(shell: Shell): Shell {
  const { variables, functions, exported, repositories, references } = shell;
  const copied = { variables: new Map(variables), functions: new Map(functions), exported: new Set(exported) };
  return { ...shell, ...copied, repositories: new Set(repositories), references: new Map(references) };
}

/** A shell that another program starts: it has the functions of this one that are exported, and perhaps its variables. */
export function startedBy(
  shell: Shell,
  environment: readonly { name: string; value: string }[],
  [name = "bash", ...words]: readonly string[],
): Shell {
  const perhaps = [...shell.variables].map(([name, value]): [string, Value] => [
    name,
    shell.exported.has(name) ? value : [...value, [UNSET]],
  ]);
  const given = environment.map(({ name, value }): [string, Value] => [name, [[value]]]);
  const variables = new Map([...perhaps, ...given].filter(([name]) => name !== "IFS"));
  const functions = new Map([...shell.functions].filter(([one]) => shell.exported.has(one)));
  const own = { functions, exported: new Set(shell.exported), repositories: new Set(shell.repositories), references: new Map() };
  return { ...shell, ...own, variables: variables.set("IFS", [[" \t\n"]]), name, words };
}

export function variableOf(shell: Shell, name: string): Value {
  if (name === "PWD") return [[shell.cwd ?? ANY]];
  const target = shell.references.get(name);
  if (target) return target.flatMap(([other = ""]) => shell.variables.get(other) ?? [[UNSET]]);
  return shell.variables.get(name) ?? [[UNSET]];
}

/** Where it is not sure that the assignment happens, the old value stays possible. */
export function assign(shell: Shell, name: string, value: Value): void {
  const targets = shell.references.get(name)?.map(([other = ""]) => other) ?? [name];
  const isSure = !shell.isConditional && targets.length === 1;
  for (const target of targets) shell.variables.set(target, bounded(isSure ? value : [...variableOf(shell, target), ...value]));
}

function bounded(value: Value): Value {
  const seen = new Map(value.map((one) => [one.join("\0"), one]));
  return seen.size > POSSIBILITIES ? [[ANY]] : [...seen.values()];
}
