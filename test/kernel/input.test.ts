// What people type, checked: numbers, words, pairs; and how times and sizes are told.
import { describe, expect, test } from "bun:test";
import { Fault } from "../../src/kernel/fault.ts";
import { namedValues, oneOf, taskNumber, wholeNumber } from "../../src/kernel/input.ts";
import { textFields } from "../../src/kernel/text-table.ts";
import { ago, duration, isoTime, sizeText } from "../../src/kernel/time-text.ts";

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof Fault) return `${thrown.message} ${thrown.hint}`;
  }
  throw new Error("It was not refused.");
}

describe("a number", () => {
  test.each(["0", "-1", "1.5", "1e3", "", "x", "0x10", " 1", "9007199254740993"])("is not %p", (text) => {
    expect(refusal(() => wholeNumber(text, "limit", 1, 1_000))).toBe(`"${text}" is no limit. Give a whole number from 1 to 1000.`);
  });
  test("is one of a range", () => {
    expect([wholeNumber("1", "limit", 1), wholeNumber("007", "limit", 1)]).toEqual([1, 7]);
  });
  test.each(["0", "r7", "-7", "7.0", "99999999999999999999"])("of a task is not %p", (text) => {
    expect(refusal(() => taskNumber(text))).toStartWith(`"${text}" is no task's number.`);
  });
});

test("a word is one of those there are, or the nearest is offered", () => {
  expect(oneOf(["ask", "auto"], "ask", "approval")).toBe("ask");
  expect(refusal(() => oneOf(["ask", "auto"], "aks", "approval"))).toBe('There is no approval "aks". Did you mean "ask"?');
  expect(refusal(() => oneOf(["ask", "auto"], "whenever", "approval"))).toEndWith("Possible: ask, auto.");
});

test("pairs keep everything after the first equals sign, and each name is given once", () => {
  expect(namedValues(["A=b=c", "D="], "--env", "A=b")).toEqual({ A: "b=c", D: "" });
  expect(refusal(() => namedValues(["A"], "--env", "A=b"))).toBe('"--env A" is no name with a value. For example: --env A=b');
  expect(refusal(() => namedValues(["=b"], "--env", "A=b"))).toContain("is no name with a value");
  expect(refusal(() => namedValues(["A=1", "A=2"], "--env", "A=b"))).toContain('names "A" twice');
});

test.each([
  [0, "0 s"],
  [-5_000, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [5_700_000, "1 h 35 min"],
  [86_400_000, "1 day"],
  [10 * 86_400_000, "10 days"],
])("%i ms are %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("a time is told from now, even when the clock was set back", () => {
  expect([ago(0, 1_000), ago(9_000, 0), ago(0, 180_000)]).toEqual(["just now", "just now", "3 min ago"]);
  expect([isoTime(0), isoTime(null)]).toEqual(["1970-01-01T00:00:00.000Z", null]);
});

test.each([
  [0, "0 B"],
  [12_345, "12 kB"],
  [3_400_000, "3.4 MB"],
  [12_000_000_000, "12.0 GB"],
])("%i bytes are %s", (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

test("fields line up, go on below themselves, and are left out when empty", () => {
  const fields: [string, string][] = [
    ["Path", "/a"],
    ["Empty", ""],
    ["Sandbox", "one two three four five"],
  ];
  expect(textFields(fields, 20)).toBe("Path     /a\nSandbox  one two\n         three four\n         five");
});
