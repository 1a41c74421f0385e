// Every command of every room: explained, with an example that the parser takes, in 80 columns, and named as the contract says.
import { describe, expect, test } from "bun:test";
import { type Command, cac } from "cac";
import { contents } from "../src/contents.ts";
import { helpOf, shortHelp } from "../src/kernel/help-text.ts";
import type { CommandHost } from "../src/kernel/module.ts";
import { parseWords } from "../src/kernel/words.ts";
import { modules } from "../src/modules.ts";

/** Outside quotes, `|` and `>` end a command; `$(…)` is one, too. */
const COMMAND = /\bccm (?:"[^"]*"|[^|>)"])*/;

const program = cac("ccm");
program.option("--json", "Print JSON, errors included");
for (const module of modules) module.commands?.(program, {} as CommandHost);
const globals = program.globalCommand.options;

/** What scripts rely on. */
const CONTRACT = [
  ..."register-project edit-project list-projects project-status unregister-project create-task list-tasks task-status edit-task".split(
    " ",
  ),
  ..."cancel-task pause-task resume-task retry-task approve reject request-changes wait list-agents agent-status".split(" "),
  ..."stop-agent restart-agent attach message logs recent-results plan diff".split(" "),
  ...["list", "create", "cleanup", "restore"].map((action) => `worktrees ${action}`),
  ...["spawn", "list", "stop"].map((action) => `instances ${action}`),
  ...["create", "list", "status", "wait", "edit", "cancel", "pause", "resume", "retry", "approve", "reject"].map(
    (action) => `tasks ${action}`,
  ),
];

test.each(CONTRACT)("ccm %s is there", (name) => {
  expect(program.commands.some((command) => command.name === name || command.aliasNames.includes(name))).toBe(true);
});

test("no name is taken twice", () => {
  const names = program.commands.flatMap((command) => [command.name, ...command.aliasNames]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});

test("help lists every command under what a person wants, once, and the first steps fit a screen", () => {
  const listed = contents.groups.flatMap(({ commands }) => commands);
  expect(listed.toSorted()).toEqual(program.commands.map(({ name }) => name).toSorted());
  expect(contents.daily.filter((name) => !listed.includes(name))).toEqual([]);
  expect(shortHelp(contents, program.commands, 80).split("\n").length).toBeLessThanOrEqual(24);
});

describe.each(program.commands.map((command): [string, Command] => [command.name, command]))("ccm %s", (_, command) => {
  test("explains itself in 80 columns", () => {
    const [text = ""] = helpOf(command, globals, 80).split("For example:");
    for (const line of text.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(80);
    for (const option of command.options) expect(option.description).not.toBe("");
  });

  test("has an example, and every example is understood", () => {
    const lines = command.examples.flatMap((example) => String(example).split("\n"));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const words = wordsOf(COMMAND.exec(line)?.[0] ?? "");
      expect(parseWords(program.commands, globals, words.slice(1))).toMatchObject({ kind: "run", command: { name: command.name } });
    }
  });
});

/** As a shell splits them, as far as examples go: spaces, and double quotes that keep them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ""));
}
