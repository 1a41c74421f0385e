// How often live pages are made again.
import { expect, test } from "bun:test";
import { CREDIT_MS, creditOf, gapAfter } from "../../src/web/pace.ts";

test.each([
  ["a quick page, touched", 1, "touched", 40],
  ["a slow page, touched: a fifth of the time", 30, "touched", 150],
  ["a quick page, not touched", 1, "untouched", 1_000],
  ["a very slow page, not touched", 400, "untouched", 2_000],
] as const)("%s", (_, tookMs, touch, gap) => expect(gapAfter(tookMs, touch)).toBe(gap));

test("what is saved up for pages is a fifth of the time, and no more than some pages take", () => {
  expect(creditOf(0, 10)).toBe(2);
  expect(creditOf(-50, 100)).toBe(-30);
  expect(creditOf(0, 60_000)).toBe(CREDIT_MS);
});
