// CCM_HOME/secrets: what it holds opens only with its key, under its own name, and as it was written.
import { beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyFolder, readEntry, writeEntry } from "../../src/secrets/secrets-file.ts";
import { temporaryFolder } from "../support/folders.ts";

let file = "";
let home = "";

beforeEach(() => {
  const folder = temporaryFolder("secrets");
  file = join(folder, "secrets");
  home = join(folder, "person");
});

const VALUE = "väl\nue with 100% of everything";
const modeOf = (path: string) => statSync(path).mode & 0o777;
const keyOf = () => join(keyFolder(home), readdirSync(keyFolder(home))[0] ?? "");

test("a value comes back as it was; the key is elsewhere, and both are closed to others", () => {
  writeEntry(file, home, "A", VALUE);
  writeEntry(file, home, "B", "other value");
  expect([readEntry(file, home, "A"), readEntry(file, home, "B"), readEntry(file, home, "C")]).toEqual([VALUE, "other value", null]);
  expect(readFileSync(file, "utf8")).not.toContain("value");
  expect([modeOf(file), modeOf(keyOf()), modeOf(keyFolder(home))]).toEqual([0o600, 0o600, 0o700]);
  expect(readdirSync(keyFolder(home))).toHaveLength(1);
});

test("the same value is written differently each time", () => {
  writeEntry(file, home, "A", VALUE);
  const before = readFileSync(file, "utf8");
  writeEntry(file, home, "A", VALUE);
  expect(readFileSync(file, "utf8")).not.toBe(before);
  expect(readEntry(file, home, "A")).toBe(VALUE);
});

test("a value that is taken out is gone, and taking it out again is harmless", () => {
  writeEntry(file, home, "A", VALUE);
  for (const _ of [1, 2]) writeEntry(file, home, "A", null);
  expect(readEntry(file, home, "A")).toBeNull();
});

test("without a file there is nothing, and nothing is made for taking out", () => {
  writeEntry(file, home, "A", null);
  expect(readEntry(file, home, "A")).toBeNull();
  expect(() => statSync(file)).toThrow();
});

describe("is refused with what to do", () => {
  beforeEach(() => writeEntry(file, home, "A", VALUE));
  const refused = { code: "environment", hint: expect.stringContaining("ccm secret") };
  const change = (edit: (found: { entries: Record<string, { key: string; sealed: string }> }) => void) => {
    const found = JSON.parse(readFileSync(file, "utf8"));
    edit(found);
    writeFileSync(file, JSON.stringify(found));
  };
  const open = (name = "A") => {
    try {
      return readEntry(file, home, name);
    } catch (thrown) {
      return thrown;
    }
  };

  test("a value under another name", () => {
    change(({ entries }) => Object.assign(entries, { B: entries.A }));
    expect(open("B")).toMatchObject(refused);
  });

  test.each([0, 12, 28, 40])("a value with another byte at %d", (at) => {
    change(({ entries }) => {
      const entry = entries.A ?? { key: "", sealed: "" };
      const bytes = Buffer.from(entry.sealed, "base64");
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      entries.A = { ...entry, sealed: bytes.toString("base64") };
    });
    expect(open()).toMatchObject(refused);
  });

  test("a value whose key is gone; another one can be set, and when the key comes back nothing is lost", () => {
    const [path, key] = [keyOf(), readFileSync(keyOf())];
    rmSync(path);
    expect(open()).toMatchObject(refused);
    writeEntry(file, home, "B", "other value");
    expect([open("B"), open()]).toMatchObject(["other value", refused]);
    writeFileSync(path, key);
    expect([open("B"), open()]).toEqual(["other value", VALUE]);
  });

  test.each([
    "",
    "{}",
    "null",
    '{"version":1,"key":"0123456789abcdef","entries":{"A":{"key":"../../etc/passwd","sealed":""}}}',
    '{"version":1,"key":"../../etc/passwd","entries":{}}',
    "\0\0",
  ])("a file that holds %p", (text) => {
    writeFileSync(file, text);
    expect(open()).toMatchObject({ code: "environment", hint: expect.stringContaining("ccm secret list") });
  });
});
