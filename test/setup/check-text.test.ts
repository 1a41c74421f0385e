// Checks in a terminal: the name beside what was found, what to do below it, and commands that can be copied.
import { expect, test } from "bun:test";
import { checkLines } from "../../src/setup/check-text.ts";

const lines = (columns: number, hint: string) =>
  checkLines({ columns, paint: (_, text) => text }, [
    { name: "agent claude", verdict: "warn", text: "It is there; no login found.", hint },
  ]);

test("in a wide terminal texts stand beside names", () => {
  expect(lines(80, "Log in.")).toBe("warn  agent claude        It is there; no login found.\n                          Log in.");
  expect(lines(80, "")).toBe("warn  agent claude        It is there; no login found.");
});

test("in a narrow one below them", () => {
  expect(lines(40, "Log in.")).toBe("warn  agent claude\n      It is there; no login found.\n      Log in.");
});

test("a command that does not fit beside its words is whole on a line of its own", () => {
  const hint = "Start claude once and log in, or give it a key: ccm config set agents.claude.env.ANTHROPIC_API_KEY KEY";
  expect(lines(40, hint).split("\n").slice(2)).toEqual([
    "      Start claude once and log in, or",
    "      give it a key:",
    "      ccm config set agents.claude.env.ANTHROPIC_API_KEY KEY",
  ]);
  expect(lines(80, "To end that: ccm stop").split("\n").at(-1)).toEndWith("  To end that: ccm stop");
});
