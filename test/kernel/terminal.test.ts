// When output has colours and how wide it is.
import { expect, test } from "bun:test";
import { columnsFor, paletteFor } from "../../src/kernel/terminal.ts";

test.each([
  ["terminal", {}, "colours"],
  ["other", {}, "plain"],
  ["terminal", { NO_COLOR: "1" }, "plain"],
  ["terminal", { NO_COLOR: "" }, "colours"],
  ["terminal", { TERM: "dumb" }, "plain"],
  ["terminal", { CLICOLOR: "0" }, "plain"],
  ["other", { FORCE_COLOR: "1" }, "colours"],
  ["other", { CLICOLOR_FORCE: "1" }, "colours"],
  ["terminal", { FORCE_COLOR: "0" }, "plain"],
  ["other", { FORCE_COLOR: "1", NO_COLOR: "1" }, "plain"],
] as const)("a %s with %j has %s", (kind, env, palette) => {
  expect(paletteFor(kind, env)).toBe(palette);
});

test.each([
  [120, 120],
  [40, 40],
  [12, 40],
  [0, 80],
  [Number.NaN, 80],
])("%p columns are written for as %p", (columns, width) => {
  expect(columnsFor(columns)).toBe(width);
});
