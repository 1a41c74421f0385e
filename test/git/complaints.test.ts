// What of git's own words reaches a person when git refuses.
import { expect, test } from "bun:test";
import { complaint, mustRun } from "../../src/git/run.ts";
import { faultOf, makeRepository } from "./repositories.ts";

test.each([
  ["nothing", "", ""],
  ["one line", "fatal: bad object HEAD\n", "fatal: bad object HEAD"],
  [
    "the reason below the first line",
    "error: The following untracked working tree files would be overwritten by merge:\n\ta.txt\nPlease move or remove them before you merge.\nAborting\n",
    "error: The following untracked working tree files would be overwritten by merge: a.txt; Please move or remove them before you merge.; Aborting",
  ],
  ["without advice and empty lines", "hint: try this\n\nfatal: no\nhint: or that\n", "fatal: no"],
  ["a long list", "a\nb\nc\nd\ne\n", "a; b; c; d; …"],
])("%s", (_, stderr, said) => {
  expect(complaint(stderr)).toBe(said);
});

test("a refusal names the command and repeats why", async () => {
  const gitDir = `${makeRepository()}/.git`;
  expect(await faultOf(mustRun({ gitDir, args: ["update-ref", "refs/heads/main", "no-such-commit"] }))).toMatchObject({
    code: "environment",
    message: '"git update-ref" failed: fatal: no-such-commit: not a valid SHA1',
    hint: expect.stringContaining("ccm doctor"),
  });
});
