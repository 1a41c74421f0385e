// A run that commits without end is ended by its limit, and what counts as a commit is read from git's own log.
import { describe, expect, test } from "bun:test";
import { commitsIn } from "../../src/git/rules.ts";
import { openRuns, shellSpec } from "../support/runs.ts";

const LINE = (seconds: number, what: string) => `${"0".repeat(40)} ${"1".repeat(40)} A <a@b> ${seconds} +0200\t${what}`;

describe("commits in a log of HEAD", () => {
  test.each([
    ["plain, merge, amend and initial ones", ["commit: a", "commit (merge): b", "commit (amend): c", "commit (initial): d"], 4],
    ["what moves HEAD otherwise", ["checkout: moving from a to b", "reset: moving to HEAD", "rebase (finish): x", "ccm: settle"], 0],
    ["a message that looks like one", ["checkout: moving from commit: a to b", "pull: commit: x"], 0],
  ])("%s", (_, lines, count) => {
    expect(commitsIn(lines.map((line) => LINE(2_000, line)).join("\n"), 1_000_000)).toBe(count);
  });

  test("since a time only, whatever lines are not git's", () => {
    const log = ["", "nonsense", LINE(1_000, "commit: before"), LINE(1_001, "commit: after"), "x".repeat(1_000)].join("\n");
    expect([commitsIn(log, 1_000_000), commitsIn(log, 0), commitsIn("", 0)]).toEqual([1, 2, 0]);
  });
});

test("more commits than allowed end the run with that reason", async () => {
  const lab = openRuns();
  const commit =
    "git --git-dir=../git --work-tree=. -c core.logAllRefUpdates=true -c user.name=a -c user.email=a@b commit -q --allow-empty -m c";
  const limits = { ...shellSpec(lab.paths).limits, commits: 20 };
  lab.launch({ argv: ["sh", "-c", `git init -q --bare ../git; while :; do ${commit}; done`], limits });
  expect(await lab.ended()).toMatchObject({ reason: "commits" });
}, 60_000);
