// The main job on a real repository: ccm's own checkout, changed by the real Claude Code, with ccm's own quick tests as the gate.
import { expect } from "bun:test";
import { join } from "node:path";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { track } from "../../support/claude-scripts.ts";
import { commit, read, say, shell } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

const ROOT = join(import.meta.dir, "../../..");

testWithClaude("ccm's own repository is changed, ccm's own tests pass in the sandbox, and the change is merged", async (executable) => {
  const work = [
    read("CHANGELOG.md"),
    shell("printf '\\n- Noted by an agent.\\n' >> CHANGELOG.md && git diff --stat"),
    shell("node_modules/.bin/bun test test/tasks/rules.test.ts 2>&1 | tail -5"),
    commit("Say hello in the changelog"),
    say("The changelog says hello."),
  ];
  const lab = await openClaudeHome({
    executable,
    tracks: [track("Say hello", ...work)],
    clone: ROOT,
    setup: `cp -r '${ROOT}/node_modules' .`,
    gate: "node_modules/.bin/bun test test/tasks/rules.test.ts test/merge test/dispatch",
    config: { "sandbox.show": JSON.stringify([join(ROOT, "node_modules")]) },
  });
  const { id } = await lab.create("Say hello in the changelog");
  expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
  expect(lab.git("log", "-1", "--format=%s")).toBe("Say hello in the changelog");
  expect(lab.git("show", "main:CHANGELOG.md")).toEndWith("- Noted by an agent.");
  expect(lab.git("status", "--porcelain")).toBe("");
  expect(JSON.stringify(lab.server.last("say-hello")?.messages)).toContain(" 0 fail");
  lab.git("fsck", "--strict", "--no-dangling");
  expectRightRequests(lab.server);
});
