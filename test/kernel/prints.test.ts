// Recognising texts by their prints: always where they are, never where they are not, and without having them.
import { describe, expect, test } from "bun:test";
import { mulberry32 } from "../../src/kernel/ids.ts";
import { createMatcher, LEAST_PRINTED, MOST_PRINTED, NO_MATCHER, type Prints, printOf, replaceFound } from "../../src/kernel/prints.ts";

const SALT = "salt";
const printsOf = (name: string, ...texts: string[]): Prints => ({ name, salt: SALT, prints: texts.map((text) => printOf(text, SALT)) });
const replaced = (matcher: ReturnType<typeof createMatcher>, text: string) => replaceFound(text, matcher.find(text), (name) => `<${name}>`);

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ ."\\\n{}äß…';

/** A source of texts that repeats for its seed. */
function writer(seed: number) {
  const random = mulberry32(seed);
  const whole = (below: number) => Math.floor(random() * below);
  const text = (length: number) => Array.from({ length }, () => LETTERS[whole(LETTERS.length)]).join("");
  return { whole, text };
}

describe("a printed text", () => {
  const matcher = createMatcher([printsOf("A", "correct-horse"), printsOf("B", "correct-horse-battery", "staple-9")]);

  test("is found at the beginning, in the middle, at the end, and inside of a word", () => {
    expect(replaced(matcher, "staple-9")).toBe("<B>");
    expect(replaced(matcher, "xstaple-9x staple-9")).toBe("x<B>x <B>");
    expect(matcher.find("a staple-9.")).toEqual([{ name: "B", start: 2, end: 10 }]);
  });

  test("gives way to a longer one at the same place", () => {
    expect(replaced(matcher, "correct-horse-battery correct-horse-b")).toBe("<B> <A>-b");
  });

  test("goes with what another one has beyond it", () => {
    const overlapping = createMatcher([printsOf("A", "abcdefgh1"), printsOf("B", "fgh1xyzwq")]);
    expect(replaced(overlapping, "<abcdefgh1xyzwq>")).toBe("<<A>>");
  });

  test("is one with what follows of the same secret", () => {
    expect(replaced(matcher, "correct-horse-batterystaple-9correct-horse")).toBe("<B><A>");
  });

  test("is not found where a character of it is missing or another one", () => {
    for (const text of ["", "staple-", "taple-9", "staple-8", "Staple-9", "correct-hors", "correct horse"])
      expect(matcher.find(text)).toEqual([]);
  });

  test("is not in its prints", () => {
    const text = JSON.stringify(printsOf("A", "correct-horse"));
    for (let at = 0; at + 4 <= "correct-horse".length; at++) expect(text).not.toContain("correct-horse".slice(at, at + 4));
  });
});

test("without prints nothing is found", () => {
  expect(createMatcher([])).toBe(NO_MATCHER);
  expect(createMatcher([printsOf("A")]).find("anything")).toEqual([]);
});

test("among a thousand random texts, with any neighbours, exactly what is there is found", () => {
  const { whole, text } = writer(7);
  const secrets = Array.from({ length: 60 }, (_, at) => ({
    name: `S${at}`,
    value: text(LEAST_PRINTED + whole(MOST_PRINTED - LEAST_PRINTED)),
  }));
  const matcher = createMatcher(secrets.map(({ name, value }) => printsOf(name, value)));
  for (let round = 0; round < 1_000; round++) {
    const { name, value } = secrets[whole(secrets.length)] as (typeof secrets)[number];
    const before = text(whole(200));
    const after = text(whole(200));
    expect(matcher.find(before + value + after)).toEqual([{ name, start: before.length, end: before.length + value.length }]);
    expect(matcher.find(before + value.slice(0, -1) + after.replace(value.at(-1) ?? "", ""))).toEqual([]);
  }
});

test("many candidates in vain end in time", () => {
  const matcher = createMatcher([printsOf("A", "aaaaaaaa!")]);
  const start = performance.now();
  expect(matcher.find("a".repeat(200_000))).toEqual([]);
  expect(performance.now() - start).toBeLessThan(5_000);
});
