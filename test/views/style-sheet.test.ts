// The style sheets hold together: colours are tokens, what is used is there, and what is there is used.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { styleSheet } from "../../src/web/style-sheet.ts";

const ROOT = join(import.meta.dir, "../..");
const CSS = join(ROOT, "public/css");

/** Loaded before anybody is signed in, and therefore by itself. */
const ALONE = "sign-in.css";
const names = readdirSync(CSS).filter((name) => name !== ALONE);
const read = (name: string) => readFileSync(join(CSS, name), "utf8");
const sheets = names.map((name) => ({ name, text: read(name).replace(/\/\*[\s\S]*?\*\//g, "") }));
const views = ["views/**/*.{ts,tsx}", "public/js/*.js", "src/**/*.{ts,tsx}"]
  .flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT })])
  .map((path) => readFileSync(join(ROOT, path), "utf8"))
  .join("\n");

test("every sheet is in what the page loads", () => {
  expect(names.filter((name) => !styleSheet.includes(read(name)))).toEqual([]);
});

test("only base.css names colours: the others take its tokens, which both themes have", () => {
  const COLOURS = /#[0-9a-f]{3,8}\b(?=[^{}]*;)|\b(?:rgb|hsl|oklch|light-dark)\(/g;
  const others = sheets.filter(({ name }) => name !== "base.css");
  expect(others.flatMap(({ name, text }) => [...text.matchAll(COLOURS)].map(([found]) => `${name}: ${found}`))).toEqual([]);
});

test("what is loaded alone has the same colours", () => {
  const pairs = [...read(ALONE).matchAll(/light-dark\([^)]*\)/g)].map(([pair]) => pair);
  expect(pairs.length).toBeGreaterThan(0);
  expect(pairs.filter((pair) => !read("base.css").includes(pair))).toEqual([]);
});

test("every token that is used is there, and every one that is there is used", () => {
  const used = new Set([...styleSheet.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name));
  const made = new Set([...styleSheet.matchAll(/^\s*--([\w-]+):/gm)].map(([, name]) => name));
  expect([...used].filter((name) => !made.has(name))).toEqual([]);
  expect([...made].filter((name) => !used.has(name))).toEqual([]);
});

test("every class that is styled is somewhere on a page", () => {
  const classes = new Set(sheets.flatMap(({ text }) => [...text.matchAll(/\.([a-z][\w-]*)(?=[^;]*\{)/g)].map(([, name]) => name ?? "")));
  expect([...classes].filter((name) => !new RegExp(`[\\s"'\`]${name}[\\s"'\`]`).test(views))).toEqual([]);
});

test("nothing moves for those who asked for that, and nothing hides what has the focus", () => {
  expect(styleSheet).toContain("prefers-reduced-motion: reduce");
  const removed = [...styleSheet.matchAll(/([^{}]+)\{[^{}]*outline: (?:none|0)/g)].map(([, selector]) => selector?.trim());
  expect(removed).toEqual(["main:focus"]);
});
