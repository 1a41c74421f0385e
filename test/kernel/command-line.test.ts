// A whole command line: results on stdout, failures on stderr in words or JSON, and the exit code of the contract.
import { describe, expect, test } from "bun:test";
import { type Palette, runCommandLine, type Terminal } from "../../src/kernel/command-line.ts";
import { FAULTS, Fault, type FaultCode } from "../../src/kernel/fault.ts";
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
    program.command("fail <code>", "Fail").action(async (code: FaultCode) => {
      throw new Fault(code, `"${code}" happened.`, "Try again.");
    });
    program.command("break", "Break").action(() => {
      throw new Error(`broken with ${"sk-ant-"}${"a1".repeat(20)}`);
    });
  },
};

async function run(words: string[], palette: Palette = "plain") {
  const output = { out: "", error: "" };
  const terminal: Terminal = {
    words,
    out(text) {
      output.out += text;
    },
    error(text) {
      output.error += text;
    },
    columns: 80,
    palette: { out: palette, error: palette },
  };
  const open = () => Promise.reject(new Error("not asked for"));
  const exit = await runCommandLine({ version: "1.2.3", modules: [sample], open }, terminal);
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
  test("fits 80 columns and lists every command", async () => {
    for (const words of [["--help"], ["show", "--help"], []]) {
      const { out, exit } = await run(words);
      expect(exit).toBe(0);
      for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
      expect(out).toContain("show");
    }
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
