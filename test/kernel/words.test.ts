// Command lines as people type them, and what they are told when they mistype.
import { describe, expect, test } from "bun:test";
import { cac } from "cac";
import { Fault } from "../../src/kernel/fault.ts";
import { type HelpRequest, parseWords } from "../../src/kernel/words.ts";

const program = cac("ccm");
program.option("--json", "JSON").option("-h, --help", "Help").option("-v, --version", "Version");
program
  .command("create-task", "Queue a task")
  .option("--title <text>", "")
  .option("--prompt <text>", "")
  .option("--after <id>", "", { type: [] })
  .option("--priority <word>", "", { default: "normal" })
  .option("--no-wait", "")
  .option("-f, --follow", "")
  .option("--tail [lines]", "");
program.command("cancel-task <id>", "Cancel a task").alias("tasks cancel");
program.command("worktrees list", "List");
program.command("worktrees cleanup [...ids]", "Clean up");

function parse(line: string[]) {
  const request = parseWords(program.commands, program.globalCommand.options, line);
  if (request instanceof Fault) return { fault: request.message, hint: request.hint };
  if (request.kind === "version") return { asksFor: "version" };
  if (request.kind === "help") return { asksFor: aboutWhat(request.about) };
  return { command: request.command.name, args: request.args, options: request.options };
}

function aboutWhat(about: HelpRequest["about"]): string {
  if (typeof about === "string") return about;
  return "group" in about ? `${about.group} …` : about.command.name;
}

describe("what is understood", () => {
  test.each([
    [["create-task", "--title", "007"], { title: "007", priority: "normal" }],
    [["create-task", "--title", ""], { title: "", priority: "normal" }],
    [["create-task", "--title=a=b"], { title: "a=b", priority: "normal" }],
    [["create-task", "--prompt", "- one\n- two"], { prompt: "- one\n- two", priority: "normal" }],
    [["create-task", "--after", "3", "--after", "4"], { after: ["3", "4"], priority: "normal" }],
    [["create-task", "--no-wait", "-f"], { wait: false, follow: true, priority: "normal" }],
    [["create-task", "--tail", "--title", "x"], { tail: true, title: "x", priority: "normal" }],
    [["create-task", "--tail", "5"], { tail: "5", priority: "normal" }],
    [["--json", "create-task"], { json: true, priority: "normal" }],
  ])("%j keeps texts as they are", (line, options) => {
    const parsed = parse(line) as { options?: unknown };
    expect(parsed.options).toEqual(options);
  });

  test.each([
    [["cancel-task", "7"], "cancel-task", ["7"]],
    [["tasks", "cancel", "7"], "cancel-task", ["7"]],
    [["cancel-task", "--", "-7"], "cancel-task", ["-7"]],
    [["cancel-task", "-"], "cancel-task", ["-"]],
    [["worktrees", "list"], "worktrees list", []],
    [["worktrees", "cleanup", "1", "2"], "worktrees cleanup", [["1", "2"]]],
  ])("%j is %s", (line, command, args) => {
    expect(parse(line)).toMatchObject({ command, args });
  });

  test.each([
    [[], "first steps"],
    [["--json"], "first steps"],
    [["--help"], "all commands"],
    [["help"], "all commands"],
    [["help", "cancel-task"], "cancel-task"],
    [["cancel-task", "--help"], "cancel-task"],
    [["worktrees", "--help"], "worktrees …"],
    [["help", "tasks"], "tasks …"],
    [["worktrees", "list", "--help"], "worktrees list"],
    [["--version"], "version"],
    [["-v"], "version"],
  ])("%j asks for %s", (line, asksFor) => {
    expect(parse(line)).toEqual({ asksFor });
  });
});

test.each([
  [["create-tsak"], 'There is no command "create-tsak".', 'Did you mean "create-task"?'],
  [["worktree", "list"], 'There is no command "worktree".', 'Did you mean "worktrees"?'],
  [["task"], 'There is no command "task".', "Commands with that word: create-task, cancel-task."],
  [["create"], 'There is no command "create".', "Commands with that word: create-task."],
  [["version"], 'There is no command "version".', 'Did you mean "--version"?'],
  [["hlep"], 'There is no command "hlep".', 'Did you mean "help"?'],
  [["ls"], 'There is no command "ls".', "`ccm --help` lists all commands."],
  [["frobnicate"], 'There is no command "frobnicate".', "`ccm --help` lists all commands."],
  [["worktrees"], '"ccm worktrees" needs an action.', 'Actions of "worktrees": list, cleanup.'],
  [["worktrees", "lits"], '"worktrees" has no action "lits".', 'Did you mean "list"?'],
  [["create-task", "--titel", "x"], 'There is no option "--titel".', 'Did you mean "--title"?'],
  [["create-task", "--title"], '"--title" needs a value.', "For example: --title <text>"],
  [["create-task", "--title", "--prompt", "x"], '"--title" needs a value.', "For example: --title <text>"],
  [["create-task", "--title", "a", "--title", "b"], '"--title" was given twice, as "a" and "b".', "Give it once."],
  [["create-task", "--follow=yes"], '"--follow" takes no value.', "See: ccm create-task --help"],
  [["cancel-task"], '"ccm cancel-task" needs <id>.', "Usage: ccm cancel-task <id>"],
  [["cancel-task", "7", "now"], '"ccm cancel-task" does not take "now".', "Usage: ccm cancel-task <id> (quote a value that has spaces)"],
  [
    ["create-task", "Fix it"],
    '"ccm create-task" does not take "Fix it".',
    "It takes options only, such as --title <text>. See: ccm create-task --help",
  ],
  [["--jsno"], 'There is no option "--jsno".', 'Did you mean "--json"?'],
])("%j is refused: %s", (line, fault, hint) => {
  expect(parse(line)).toEqual({ fault, hint });
});
