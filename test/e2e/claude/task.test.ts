// The main job with the real Claude Code: a task of several turns, from its prompt to the merge.
import { describe, expect } from "bun:test";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { CLAUDE_NEWEST } from "../../support/claude-versions.ts";
import { call, say, shell, together, write } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

describe("a task that reads, edits, tests and commits", () => {
  async function isMerged(executable: string, user: "self" | "normal"): Promise<void> {
    const tracks = [track("Mend the sum", ...MEND)];
    const { server, git, create, reach, home, events } = await openClaudeHome({ executable, tracks, user, approval: "ask" });
    const { id } = await create("Mend the sum");
    await reach(id, "approving");
    await home.json("approve", String(id));
    expect(await reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(git("show", "main:sum.js")).toBe(MENDED);
    expect(git("log", "-1", "--format=%s", "main")).toBe("Mend the sum");
    expect(git("status", "--porcelain")).toBe("");
    expect(events(id, "run.started")).toHaveLength(2);
    expectRightRequests(server);
  }

  testWithClaude("is checked, approved and merged", (executable) => isMerged(executable, "self"));
  testWithClaude("is checked, approved and merged by a user without rights", (executable) => isMerged(executable, "normal"));
  testWithClaude("works with the newest version as well", (executable) => isMerged(executable, "self"), CLAUDE_NEWEST);
});

testWithClaude("a gate that fails sends the work back to the same session, which mends it", async (executable) => {
  const tracks = [track("Note it first", write("note.txt", "noted\n"), say("Noted."), ...MEND)];
  const { server, git, create, reach, events } = await openClaudeHome({ executable, tracks });
  const { id } = await create("Note it first");
  expect(await reach(id, "done")).toMatchObject({ result: "merged" });
  expect(events(id, "gate.failed")).toHaveLength(1);
  expect(git("show", "main:sum.js", "main:note.txt")).toBe(`${MENDED}\nnoted`);
  expect(new Set(server.asked.map(({ session }) => session)).size).toBe(1);
  expectRightRequests(server);
});

testWithClaude("sub-agents work beside each other, and their hooks are told apart", async (executable) => {
  const agent = (prompt: string) => call("Agent", { description: "Look", prompt, subagent_type: "general-purpose" });
  const tracks = [
    track("Look left", shell("echo left > left.txt"), say("Left is done.")),
    track("Look right", shell("echo right > right.txt"), say("Right is done.")),
    track("Send two", together(agent("Look left"), agent("Look right")), ...MEND),
  ];
  const { server, git, create, reach, events } = await openClaudeHome({ executable, tracks });
  const { id } = await create("Send two");
  expect(await reach(id, "done")).toMatchObject({ result: "merged" });
  expect(git("show", "main:left.txt", "main:right.txt")).toBe("left\nright");
  const of = (event: string) => events(id, "hook.received").filter(({ data }) => data.event === event);
  expect(of("SubagentStart")).toHaveLength(2);
  expect(of("SubagentStop").length).toBeGreaterThanOrEqual(2);
  expectRightRequests(server);
});
