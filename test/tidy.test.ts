// The house rules hold in this repository, and each rule notices what it is there for.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { entangledFolders, FILE_LINES, FILE_LINES_AIM, FUNCTION_LINES, impureParts, RULES } from "./tidy/rules.ts";
import { readSource } from "./tidy/source.ts";
import { checksOf, checksWithoutUnion, unionsOf } from "./tidy/unions.ts";

const ROOT = join(import.meta.dir, "..");
const PLACES = [
  "src/**/*",
  "views/**/*",
  "test/**/*.ts",
  "migrations/**/*",
  "public/**/*.{js,css}",
  "*.{ts,json,toml,md}",
  ".github/**/*",
  ".ci/*",
];
/** Samples and recorded output are kept as they came. */
const FOREIGN = /^(?:test\/(?:data|golden)\/|public\/vendor\/|package-lock\.json)/;

const files = PLACES.flatMap((place) => [...new Bun.Glob(place).scanSync({ cwd: ROOT, dot: true, onlyFiles: true })])
  .filter((path) => !FOREIGN.test(path))
  .sort();
const sources = files.map((path) => readSource(path, readFileSync(join(ROOT, path), "utf8")));

describe("this repository", () => {
  test("says which sources are longer than they should be", () => {
    const long = sources
      .filter(({ path }) => path.startsWith("src/"))
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
    const over = long.filter(({ lines }) => lines > FILE_LINES_AIM).map(({ path, lines }) => `${path} ${lines}`);
    if (over.length > 0) console.info(`Over ${FILE_LINES_AIM} lines: ${over.join(", ")}`);
    expect(long.length).toBeGreaterThan(0);
  });

  test.each(Object.entries(RULES))("%s", (_, rule) => {
    expect(sources.flatMap(rule).map(({ path, line, text }) => `${path}:${line} ${text}`)).toEqual([]);
  });

  test("what rules are made of is pure, too", () => {
    expect(impureParts(sources).map(({ path, line, text }) => `${path}:${line} ${text}`)).toEqual([]);
  });

  test("no two folders of a room import each other", () => {
    expect(entangledFolders(sources).map(({ path, line, text }) => `${path}:${line} ${text}`)).toEqual([]);
  });

  test("every CHECK in SQL has its union in TypeScript", () => {
    const checks = sources.filter(({ path }) => path.startsWith("migrations/local/")).flatMap(({ text }) => checksOf(text));
    const unions = sources.filter(({ path }) => path.startsWith("src/")).flatMap(unionsOf);
    expect(checks.length).toBeGreaterThan(3);
    expect(checksWithoutUnion(checks, unions)).toEqual([]);
  });

  test("the lock file has the packages of every platform, or `npm ci` refuses it on another one", () => {
    type Locked = { packages: Record<string, { optionalDependencies?: Record<string, string> }> };
    const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as Locked;
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.filter((name) => !(`node_modules/${name}` in packages))).toEqual([]);
  });

  test.each(["LICENSE", "README.md", "CHANGELOG.md", ".github/ARCHITECTURE.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"])(
    "%s is there",
    (path) => {
      expect(existsSync(join(ROOT, path))).toBe(true);
    },
  );
});

/** A rule, a file that breaks it, and one beside it that does not. */
const samples: [keyof typeof RULES, string, string, string][] = [
  [
    "rooms import only shown files of rooms to their left",
    "src/tasks/actions.ts",
    'import { a } from "../merge/rules.ts";',
    'import { a } from "../git/schema.ts";',
  ],
  [
    "rooms import only shown files of rooms to their left",
    "src/merge/actions.ts",
    'import { a } from "../tasks/table.ts";',
    'import { a } from "../tasks/actions.ts";',
  ],
  [
    "rooms import only shown files of rooms to their left",
    "src/kernel/a.ts",
    'const a = await import("../cli.ts");',
    'const a = await import("./b.ts");',
  ],
  [
    "rooms import only shown files of rooms to their left",
    "src/merge/step.ts",
    'export type { A } from "../git/run.ts";',
    'import "./table.ts";',
  ],
  ["rooms import only shown files of rooms to their left", "src/cellar/a.ts", "", ""],
  [
    "rules.ts is pure",
    "src/tasks/rules.ts",
    'import { a } from "./table.ts";',
    'import type { A } from "./table.ts";\nimport { b } from "../git/rules.ts";',
  ],
  ["rules.ts is pure", "src/tasks/rules.ts", "export const a = () => Date.now();", "export const a = (now: number) => new Date(now);"],
  ["rules.ts is pure", "src/tasks/rules.ts", "export const a = process.env.HOME;", "export const a = { process: 1 }.process;"],
  [
    "views are pure",
    "views/tasks.tsx",
    'import { a } from "../src/tasks/rules.ts";',
    'import type { A } from "../src/tasks/schema.ts";\nimport { b } from "./parts/badge.tsx";',
  ],
  ["views are pure", "views/parts/time.tsx", "export const Now = () => Date.now();", "export const Then = (at: number) => new Date(at);"],
  ["SQL is in table.ts or the kernel", "src/tasks/actions.ts", "db.query(`SELECT id\n FROM tasks`);", 'say("SELECT one of these");'],
  ["SQL is in table.ts or the kernel", "src/tasks/step.ts", 'db.run("UPDATE tasks SET state = 1");', 'say("Update the tasks");'],
  ["files stay short", "src/tasks/a.ts", "//\n".repeat(FILE_LINES + 1), "//\n".repeat(FILE_LINES)],
  [
    "functions stay short",
    "src/tasks/a.ts",
    `function a() {${"\n".repeat(FUNCTION_LINES)}}`,
    `function a() {${"\n".repeat(FUNCTION_LINES - 1)}}`,
  ],
  ["names say what things are", "src/tasks/a.ts", "class TaskManager {}", "const management = 1;"],
  ["names say what things are", "src/tasks/a.ts", "export function eventHandler() {}", "export function handle() {}"],
  ["only the language's plain parts", "src/tasks/a.ts", "enum A { B }", 'type A = "b";'],
  [
    "only the language's plain parts",
    "src/tasks/a.ts",
    "namespace A { export const b = 1; }",
    'declare module "../kernel/context.ts" { interface A {} }',
  ],
  [
    "only the language's plain parts",
    "src/tasks/a.ts",
    "class A { constructor(readonly b: string) {} }",
    "class A { constructor(b: string) {} }",
  ],
  ["only the language's plain parts", "src/tasks/a.ts", "export default 1;", "export const a = 1;"],
  ["only the language's plain parts", "src/tasks/a.ts", 'export * from "./b.ts";', 'export { b } from "./b.ts";'],
  [
    "no boolean parameters",
    "src/tasks/a.ts",
    "function a(force: boolean) {}",
    'function a(how: "gently" | "now"): boolean { return true; }',
  ],
  ["no boolean parameters", "src/tasks/a.ts", "const a = (force = false) => force;", "const a = (options: { force: boolean }) => options;"],
  ["imports name their file", "src/tasks/a.ts", 'import { b } from "./b";', 'import { b } from "./b.ts";\nimport c from "cac";'],
  ["a file opens with what it owns", "src/tasks/a.ts", "const a = 1;", "// Owns a.\nconst a = 1;"],
  ["nothing is left for later", "src/tasks/a.ts", "// TO" + "DO: later", "// Every to-do is shown."],
  ["tests wait for conditions", "test/tasks/a.test.ts", "await Bun.sleep(10);", 'await waitFor("it", () => true);'],
  ["tests wait for conditions", "test/tasks/a.test.ts", "setTimeout(() => {}, 5);", "clock.sleep(5);"],
  ["tests wait for conditions", "test/browser/a.test.ts", 'await tab.page.waitForFunction("x");', 'await page.waitForURL("/x");'],
  [
    "nothing names the machine it was written on",
    "README.md",
    "Open /Us" + "ers/ada/ccm.",
    "Open ~/ccm, the work/ folder, or https://example.org/work/x.",
  ],
];

describe("each rule", () => {
  test.each(samples)("%s: notices a bad %s", (name, path, bad, good) => {
    expect(RULES[name]?.(readSource(path, bad))).not.toEqual([]);
    if (good !== "") expect(RULES[name]?.(readSource(path, good))).toEqual([]);
  });

  test.each(["src/tasks/index.ts", "src/tasks/task-utils.ts", "src/misc/a.ts"])("a file is not called %s", (path) => {
    expect(RULES["names say what things are"]?.(readSource(path, "// A.\n"))).not.toEqual([]);
  });

  test("has a sample", () => {
    expect(Object.keys(RULES).filter((name) => !samples.some(([sampled]) => sampled === name))).toEqual([]);
  });

  test("about parts of rules notices one that is not pure, however far away", () => {
    const rules = readSource("src/a/rules.ts", '// Decides.\nimport { b } from "./b.ts";');
    const near = readSource("src/a/b.ts", '// Knows. Pure.\nimport { c } from "./c.ts";');
    const far = readSource("src/a/c.ts", "// Tells. Pure.\nexport const c = Date.now();");
    const mute = readSource("src/a/c.ts", "// Tells.\nexport const c = 1;");
    expect(impureParts([rules, near, far]).map(({ text }) => text)).toEqual(["uses Date.now"]);
    expect(impureParts([rules, near, mute])).toHaveLength(1);
    expect(impureParts([rules, near, readSource("src/a/c.ts", "// Tells. Pure.\nexport const c = 1;")])).toEqual([]);
  });

  test("two folders of a room that import each other", () => {
    const host = readSource("src/a/host/x.ts", '// X.\nimport { y } from "../view/y.ts";\nexport const x = y;');
    const view = readSource("src/a/view/y.ts", '// Y.\nimport type { x } from "../host/x.ts";\nexport const y: typeof x = 1;');
    const beside = readSource("src/a/b.ts", '// B.\nimport { y } from "./view/y.ts";\nexport const b = y;');
    expect(entangledFolders([host, view, beside]).map(({ path }) => path)).toEqual(["src/a/host/x.ts", "src/a/view/y.ts"]);
    expect(entangledFolders([host, beside])).toEqual([]);
  });

  test("about unions notices a word that only SQL has", () => {
    const sql = "CREATE TABLE a (\n  b TEXT CHECK (b IN ('x', 'y')),\n  c TEXT CHECK (c IN ('p'))\n) STRICT;";
    const source = readSource("src/a.ts", 'const B = ["y", "x"] as const; type C = "p" | "q"; type D = string | "p";');
    expect(checksOf(sql).map(({ column }) => column)).toEqual(["b", "c"]);
    expect(checksWithoutUnion(checksOf(sql), unionsOf(source))).toEqual([{ table: "a", column: "c", words: ["p"] }]);
  });
});
