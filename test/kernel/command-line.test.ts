// A whole command line: results on stdout, failures on stderr in words or JSON, and the exit code of the contract.
import { describe, expect, test } from "bun:test";
import { type Palette, runCommandLine, type Terminal } from "../../src/kernel/command-line.ts";
import { FAULTS, Fault, type FaultCode } from "../../src/kernel/fault.ts";
import type { Contents } from "../../src/kernel/help-text.ts";
import type { Module } from "../../src/kernel/module.ts";

const sample: Module = {
  name: "sample",
  commands(program, host) {
    program
      .command("show", "Show something to people and to scripts, in a sentence that is longer than one line can take")
      .example("ccm show")
      .action(() => {
        host.note("working");
        host.print({ id: 7 }, () => `task ${host.paint("green", "7")}`);
      });
    program
      .command("things list", "List things; all of them")
      .alias("all things")
      .example("ccm things list")
      .action(() => {});
    program.command("fail <code>", "Fail").action(async (code: FaultCode) => {
      throw new Fault(code, `"${code}" happened.`, "Try again.");
    });
    program.command("break", "Break").action(() => {
      throw new Error(`broken with ${"sk-ant-"}${"a1".repeat(20)}`);
    });
  },
};

const contents: Contents = {
  about: "Shows things.",
  firstTask: ["ccm show"],
  daily: ["show"],
  groups: [{ title: "Looking", commands: ["show", "gone"] }],
};

async function run(words: string[], palette: Palette = "plain", columns = 80) {
  const output = { out: "", error: "" };
  const terminal: Terminal = {
    words,
    out(text) {
      output.out += text;
    },
    error(text) {
      output.error += text;
    },
    columns,
    palette: { out: palette, error: palette },
  };
  const open = () => Promise.reject(new Error("not asked for"));
  const exit = await runCommandLine({ version: "1.2.3", modules: [sample], contents, open }, terminal);
  return { ...output, exit };
}

describe("a command", () => {
  test("prints for people, with colours only where they are wanted", async () => {
    expect(await run(["show"])).toEqual({ out: "working\ntask 7\n", error: "", exit: 0 });
    expect((await run(["show"], "colours")).out).toBe("working\ntask \x1b[32m7\x1b[0m\n");
  });

  test("prints nothing but JSON with --json", async () => {
    expect(JSON.parse((await run(["show", "--json"])).out)).toEqual({ id: 7 });
  });

  test.each(Object.entries(FAULTS))("that fails with %s says so in words or JSON and exits with its code", async (code, { exit }) => {
    expect(await run(["fail", code])).toEqual({ out: "", error: `ccm: "${code}" happened.\n  Try again.\n`, exit });
    const { error } = await run(["--json", "fail", code]);
    expect(JSON.parse(error)).toEqual({ error: { code, message: `"${code}" happened.`, hint: "Try again." } });
  });

  test("that is broken exits with 1, asks for a report and keeps secrets to itself", async () => {
    const { error, exit } = await run(["break"]);
    expect(exit).toBe(1);
    expect(error).toContain("This is a bug in ccm: broken with [redacted API key]");
    expect(error).not.toContain("a1a1");
  });

  test("that nobody knows is reported as JSON as well", async () => {
    const { error, exit } = await run(["shwo", "--json"]);
    expect(exit).toBe(2);
    expect(JSON.parse(error).error.hint).toBe('Did you mean "show"?');
  });
});

describe("help", () => {
  test("fits every width and lists every command, those that no group names as well", async () => {
    for (const columns of [40, 50, 80, 200]) {
      const { out, exit } = await run(["--help"], "plain", columns);
      expect(exit).toBe(0);
      for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
      expect(out.split("\n\n").map((part) => part.split("\n")[0])).toEqual([
        ...["Shows things.", "Usage: ccm <command> [options]", "Looking:", "Others:", "Everywhere:", "A first task:"],
        "More about one: ccm <command> --help",
      ]);
      for (const name of ["show", "things list", "fail <code>", "break"]) expect(out).toContain(`  ${name}`);
    }
  });

  test("without a word is the first steps and no more than a screen", async () => {
    const { out } = await run([]);
    expect(out).toStartWith("Shows things.\n\nA first task:\n  ccm show\n\nFrom day to day:\n  show");
    expect(out).not.toContain("fail");
    expect((await run(["help"])).out).toBe((await run(["--help"])).out);
  });

  test.each([[["things", "--help"]], [["help", "things"]], [["things", "-h"]]])("of %j is what may follow it", async (words) => {
    expect((await run(words)).out).toContain("Actions:\n  things list  List things\n");
  });

  test("of one command has its usage, options and example", async () => {
    const { out } = await run(["help", "show"]);
    expect(out).toContain("Usage: ccm show");
    expect(out).toContain("--json");
    expect(out).toContain("For example:\n  ccm show");
  });
});

test("--version prints the version", async () => {
  expect((await run(["--version"])).out).toBe("ccm 1.2.3\n");
});
