// What is offered at each place of a line, and that no text of a stranger becomes a word of it.
import { describe, expect, test } from "bun:test";
import { type Offer, offerLines, wantedAt } from "../../src/kernel/completion.ts";
import { declareCommands } from "../../src/kernel/declare.ts";
import type { CommandHost, Module } from "../../src/kernel/module.ts";

const sample: Module = {
  name: "sample",
  commands(program) {
    program
      .command("create-task [input]", "Queue a task; from a prompt")
      .option("--title <text>", "One line")
      .option("--kind <kind>", "What kind")
      .option("--after <task>", "Start later", { type: [] })
      .option("-f, --follow", "Go on")
      .option("--approval <ask|auto>", "Who approves");
    program.command("worktrees list", "List trees").alias("trees all");
    program.command("message <id> <text>", "Tell it something");
    program.command("show [...tasks]", "Show some");
  },
};
const declared = declareCommands([sample], {} as CommandHost, "all");

/** The words offered, or the name of the value. */
function at(...words: string[]): string {
  const wanted = wantedAt(declared, words);
  if (wanted.kind === "value") return `<${wanted.name}> of ${wanted.command} from "${wanted.lead}" "${wanted.beginning}"`;
  return offerLines(wanted.offers, wanted).replaceAll(/\t.*/g, "").trim().replaceAll("\n", " ");
}

describe("at each place of a line", () => {
  test.each([
    [[""], "create-task message show worktrees trees help"],
    [["cr"], "create-task"],
    [["--j"], "--json"],
    [["--json", "mes"], "message"],
    [["worktrees", ""], "list"],
    [["trees", ""], "all"],
    [["worktrees", "list", "-"], "--json --help --version"],
    [["help", "cr"], "create-task"],
    [["help", "create-task", ""], ""],
    [["nonsense", ""], ""],
    [["two", "wrong", ""], ""],
    [["create-task", "--"], "--title --kind --after --follow --approval --json --help --version"],
    [["create-task", "--title", "a", "--after", "1", "--"], "--kind --after --follow --approval --json --help --version"],
    [["create-task", "--kind", ""], '<kind> of create-task from "" ""'],
    [["create-task", "--kind=bu"], '<kind> of create-task from "--kind=" "bu"'],
    [["create-task", "--approval=a"], "--approval=ask --approval=auto"],
    [["create-task", "--follow="], ""],
    [["create-task", "--nonsense="], ""],
    [["create-task", "--title", "--kind", ""], '<input> of create-task from "" ""'],
    [["create-task", "-f", "x", ""], "--title --kind --after --approval --json --help --version"],
    [["create-task", "--", "--ti"], '<input> of create-task from "" "--ti"'],
    [["message", ""], '<id> of message from "" ""'],
    [["message", "1", "- a list", ""], "--json --help --version"],
    [["show", "1", "2", ""], '<tasks> of show from "" ""'],
    [[], "create-task message show worktrees trees help"],
  ])("%j", (words, offered) => {
    expect(at(...words)).toBe(offered);
  });

  test("a word comes with what it is about, in short", () => {
    const wanted = wantedAt(declared, ["create-"]);
    expect(wanted.kind === "words" && offerLines(wanted.offers, wanted)).toBe("create-task\tQueue a task\n");
  });
});

describe("what strangers have written", () => {
  const lines = (...offers: Offer[]) => offerLines(offers, { beginning: "", lead: "" });

  test("is one line that no terminal obeys, and is cut", () => {
    const about = 'queued: a\nb\tc\u001b[31m\u001b]0;title\u0007 $(touch x) `y` \u202e "';
    expect(lines({ word: "1", about })).toBe('1\tqueued: a b c\ufffd[31m\ufffd]0;title\ufffd $(touch x) `y` \ufffd "\n');
    expect(Bun.stringWidth(lines({ word: "1", about: "長".repeat(200) }))).toBeLessThan(70);
  });

  test.each(["a b", "$(x)", "`x`", "a;b", "a'b", 'a"b', "a\\b", "*", "<path>", "a\nb", "!x", "", "a:b"])(
    "is no word of the line: %j",
    (word) => {
      expect(lines({ word, about: "" })).toBe("");
    },
  );

  test("a word in any language is", () => {
    expect(lines({ word: "mañana-日本_1.2", about: "" })).toBe("mañana-日本_1.2\t\n");
  });
});
