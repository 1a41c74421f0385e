// What a person types into the window of a real Claude Code: answers, an interrupt, a message, each noted by ccm as well.
import { expect } from "bun:test";
import { join } from "node:path";
import { type ClaudeHome, expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, track } from "../../support/claude-scripts.ts";
import { hang, shell } from "../../support/model-script.ts";
import { waitFor } from "../../support/wait.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** What another mode than the usual one asks for is asked while the agent waits. */
const ASKING = { "agents.claude.permissionMode": "acceptEdits" };

function tmux({ home }: ClaudeHome, ...words: string[]): string {
  const env = { PATH: process.env.PATH ?? "", TMUX_TMPDIR: join(home.paths.home, "tmux") };
  return Bun.spawnSync(["tmux", "-L", `ccm-${Bun.hash(home.paths.home).toString(36)}`, ...words], { env }).stdout.toString();
}

/** Waits until the window of a run shows the text. */
async function sees(lab: ClaudeHome, run: string, text: string): Promise<void> {
  await waitFor(`"${text}" in the window of ${run}`, () => tmux(lab, "capture-pane", "-p", "-S", "-", "-t", `ccm:${run}`).includes(text));
}

const types = (lab: ClaudeHome, run: string, text: string) => tmux(lab, "send-keys", "-t", `ccm:${run}`, text, "Enter");

testWithClaude("a question is answered in the window, and nobody else is asked any more", async (executable) => {
  const tracks = [track("Tag it", shell("git tag mended"), hang("middle"), ...MEND)];
  const lab = await openClaudeHome({ executable, tracks, config: ASKING, daemonEnv: { CCM_WINDOWS_TMUX: "auto" } });
  const { id } = await lab.create("Tag it");
  await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
  await sees(lab, "t1-r1", "Answer with /allow or /deny");
  types(lab, "t1-r1", "/deny ccm tags when it releases");
  const { data } = await lab.event(id, "question.answered");
  expect(data).toMatchObject({ verdict: "deny", text: "ccm tags when it releases", by: "a person" });
  expect(await lab.task(id)).toMatchObject({ waiting: null, runs: 1 });
  await sees(lab, "t1-r1", "» denied: ccm tags when it releases");
  await waitFor("the next step", () => lab.server.asked.some(({ step }) => step === 1));
  types(lab, "t1-r1", "/interrupt");
  await lab.event(id, "turn.interrupted");
  await sees(lab, "t1-r1", "The turn was interrupted");
  types(lab, "t1-r1", "Just say that you are done.");
  await lab.event(id, "message.heard");
  await sees(lab, "t1-r1", "✓ the agent has read: Just say that you are done.");
  expectRightRequests(lab.server);
});
