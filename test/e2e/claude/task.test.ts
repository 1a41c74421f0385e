// The main job with the real Claude Code: a task of several turns, from its prompt to the merge.
import { describe, expect } from "bun:test";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { CLAUDE_NEWEST } from "../../support/claude-versions.ts";
import { commit, edit, read, type Step, say, shell } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** What a developer does with a wrong sum: look, mend, try, commit. */
const MEND: Step[] = [
  read("sum.js"),
  edit("sum.js", "a - b", "a + b"),
  shell("node check.js"),
  commit("Add instead of subtracting"),
  say("It adds now."),
];

describe("a task that reads, edits, tests and commits", () => {
  async function isMerged(executable: string, user: "self" | "normal"): Promise<void> {
    const tracks = [{ name: "mend", prompt: "Mend the sum", steps: MEND }];
    const { server, git, create, reach, home, events } = await openClaudeHome({ executable, tracks, user, approval: "ask" });
    const { id } = await create("Mend the sum");
    await reach(id, "approving");
    await home.json("approve", String(id));
    expect(await reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(git("show", "main:sum.js")).toBe("exports.sum = (a, b) => a + b;");
    expect(git("log", "-1", "--format=%s", "main")).toBe("Mend the sum");
    expect(git("status", "--porcelain")).toBe("");
    expect(events(id, "run.started")).toHaveLength(2);
    expectRightRequests(server);
  }

  testWithClaude("is checked, approved and merged", (executable) => isMerged(executable, "self"));
  testWithClaude("is checked, approved and merged by a user without rights", (executable) => isMerged(executable, "normal"));
  testWithClaude("works with the newest version as well", (executable) => isMerged(executable, "self"), CLAUDE_NEWEST);
});
