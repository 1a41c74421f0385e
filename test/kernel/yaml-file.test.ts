// Files that people write: the first thing that is wrong is named with its line, and nothing is dropped in silence.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { repeatedKey } from "../../src/kernel/config-file.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { checkFile } from "../../src/kernel/yaml-file.ts";

const schema = v.strictObject({
  classes: v.exactOptional(v.record(v.picklist(["git", "network"]), v.picklist(["allow", "deny"], "allow or deny"))),
  deny: v.exactOptional(v.array(v.pipe(v.string(), v.regex(/^\w+$/, "a word")))),
});
const check = (text: string) => checkFile(schema, text, "policy.yaml", "Correct it.");

test("what a file holds, and an empty one nothing", () => {
  expect(check("deny: [Bash]\n")).toEqual({ deny: ["Bash"] });
  for (const text of ["", "# nothing yet\n", "---\n"]) expect(check(text)).toEqual({});
});

describe("the first thing that is wrong", () => {
  test.each([
    ["deny: [a b]\n", '"deny.0" (policy.yaml, line 1) must be a word, not "a b".', "Correct it."],
    ["classes:\n  git: never\n", '"classes.git" (policy.yaml, line 2) must be allow or deny, not "never".', "Correct it."],
    ["classes:\n  gti: deny\n", '"classes.gti" (policy.yaml, line 2) is no setting.', 'Did you mean "git"?'],
    ["classes:\n  everything: deny\n", '"classes.everything" (policy.yaml, line 2) is no setting.', "Known here: git, network."],
    ["denied: []\n", '"denied" (policy.yaml, line 1) is no setting.', "Known here: classes, deny."],
    ["deny: Bash\n", '"deny" (policy.yaml, line 1) must be Array, not "Bash".', "Correct it."],
    ["- deny\n", '"policy.yaml" holds no names with their values.', "Correct it."],
    [
      "deny: []\ndeny: [\n",
      '"policy.yaml", line 2, is not YAML: Unexpected token.',
      "Check quotes, brackets and indentation (spaces, no tabs).",
    ],
    [
      "deny: [Bash]\n# later\ndeny: []\n",
      '"deny" stands twice in "policy.yaml", in the lines 1 and 3.',
      "Put both under one: only the last one would count.",
    ],
  ])("%j", (text, message, hint) => {
    const fault = check(text);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code: "invalid", message, hint });
  });
});

describe("a key that stands twice", () => {
  test.each([
    ["at the top", "a: 1\nb: 2\na: 3\n", { key: "a", first: 1, line: 3 }],
    ["below another, quoted once", "a:\n  b: 1\n  c:\n    d: 1\n  'b': 2\n", { key: "b", first: 2, line: 5 }],
    ["in an item of a list", "a:\n  - b: 0\n    c: 1\n    c: 2\n", { key: "c", first: 3, line: 4 }],
  ])("%s", (_, text, found) => expect(repeatedKey(text)).toEqual(found));

  test.each([
    ["the same name at different places", "a:\n  x: 1\nb:\n  x: 1\nc:\n  - x: 1\n    y: 1\n  - x: 2\n    y: 2\n"],
    ["lines of a text", "a: |\n  x: 1\n  x: 2\nb: >\n  y: 1\n  y: 2\n"],
    ["lines in quotes", 'a: "\n  x: 1\n  x: 2"\n'],
    ["comments", "a: 1\n# a: 2\n"],
  ])("is not %s", (_, text) => expect(repeatedKey(text)).toBeUndefined());
});
