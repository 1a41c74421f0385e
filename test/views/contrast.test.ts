// Whether people can read the page in both of its themes: contrast as WCAG 2.2 computes it, over the tokens of the style sheet.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const CSS = join(import.meta.dir, "../../public/css");
/** Letters of usual size: https://www.w3.org/TR/WCAG22/#contrast-minimum */
const TEXT = 4.5;
/** Shapes that tell something, edges of controls, the ring around what has the focus: https://www.w3.org/TR/WCAG22/#non-text-contrast */
const SHAPE = 3;

const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const tokens = new Map(
  [...readFileSync(join(CSS, "base.css"), "utf8").matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(
    ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
  ),
);

const GROUNDS = ["ground", "surface", "raised", "sunken", "column"];
const TONES = ["info", "good", "warn", "bad", "violet"];

/** What stands on what. */
const TEXTS: [string, string][] = [
  ...["text", "soft", "faint", "accent", ...TONES].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...TONES.flatMap((tone): [string, string][] => [tone, "text", "soft"].map((text) => [text, `${tone}-tint`])),
  ...["text", "soft", "accent"].map((text): [string, string] => [text, "accent-tint"]),
  ...["text", "faint"].flatMap((text): [string, string][] => [
    [text, "added"],
    [text, "removed"],
  ]),
  ["added-edge", "added"],
  ["removed-edge", "removed"],
  ["on-accent", "accent-solid"],
  ["on-accent", "accent-strong"],
  ["on-accent", "bad-solid"],
  ["on-accent", "bad-strong"],
];
const SHAPES: [string, string][] = [
  ...["edge", "focus"].flatMap((shape) => GROUNDS.map((ground): [string, string] => [shape, ground])),
  ["bad", "surface"],
];

describe.each(THEMES)("in the %s theme", (theme) => {
  test.each(TEXTS)("%s can be read on %s", (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(TEXT);
  });
  test.each(SHAPES)("%s can be seen on %s", (shape, ground) => {
    expect(contrast(shape, ground, theme)).toBeGreaterThanOrEqual(SHAPE);
  });
});

test("contrast is computed as WCAG does", () => {
  expect(ratio("#000000", "#ffffff")).toBeCloseTo(21);
  expect(ratio("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

function contrast(above: string, below: string, theme: Theme): number {
  return ratio(colour(above, theme), colour(below, theme));
}

function colour(name: string, theme: Theme): string {
  const token = tokens.get(name);
  if (!token) throw new Error(`There is no colour "${name}" in base.css.`);
  return token[theme];
}

function ratio(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
