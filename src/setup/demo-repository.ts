// The repository that `ccm demo` makes: a few lines of code with a bug that its own test finds. No dependencies.

/** A file of the demo repository and its content. */
export type DemoFile = { path: string; text: string };

/** What the demo's repository holds, and the gate that checks it. */
export type DemoRepository = { files: DemoFile[]; gate: string };

/** Where node and npm are there: the sum leaves out the first number. */
export const NODE_DEMO: DemoRepository = {
  gate: "npm test --silent",
  files: [
    {
      path: "package.json",
      text: `${JSON.stringify({ name: "ccm-demo", version: "1.0.0", private: true, type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
    },
    // Without it npm asks the registry for a newer npm, which takes seconds where it cannot write down that it did.
    { path: ".npmrc", text: "update-notifier=false\n" },
    {
      path: "sum.js",
      text: `/** Adds up the numbers of a list. */
export function sum(numbers) {
  let total = 0;
  for (let i = 1; i < numbers.length; i++) total += numbers[i];
  return total;
}
`,
    },
    {
      path: "sum.test.js",
      text: `import assert from "node:assert/strict";
import { test } from "node:test";
import { sum } from "./sum.js";

test("nothing adds up to nothing", () => assert.equal(sum([]), 0));
test("every number counts, the first one, too", () => assert.equal(sum([1, 2, 3]), 6));
`,
    },
    { path: "README.md", text: "# A demo of ccm\n\n`npm test` fails: there is a bug in `sum.js`. An agent will repair it.\n" },
  ],
};

/** Where they are not: the same in a shell script. */
export const SHELL_DEMO: DemoRepository = {
  gate: "sh test.sh",
  files: [
    {
      path: "sum.sh",
      text: `# Adds up its arguments.
sum() {
  total=0
  for number in "$@"; do total=$((total - number)); done
  echo "$total"
}
`,
    },
    {
      path: "test.sh",
      text: `. ./sum.sh
result=$(sum 1 2 3)
[ "$result" = 6 ] && echo "ok" && exit 0
echo "1 2 3 should add up to 6, not to $result"
exit 1
`,
    },
    { path: "README.md", text: "# A demo of ccm\n\n`sh test.sh` fails: there is a bug in `sum.sh`. An agent will repair it.\n" },
  ],
};
