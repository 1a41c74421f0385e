// Talking with the real Claude Code while it works: messages, interrupts, and questions that survive whatever dies meanwhile.
import { describe, expect } from "bun:test";
import { readStarted } from "../../../src/agents/run-files.ts";
import { type ClaudeHome, expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { kill, killAll } from "../../support/home-under-test.ts";
import { textOf } from "../../support/model-request.ts";
import { call, hang, read, type Step, say, shell } from "../../support/model-script.ts";
import { waitFor } from "../../support/wait.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** Everything that the model was told, in its last request. */
const told = ({ server }: ClaudeHome) =>
  server.asked
    .at(-1)
    ?.messages.map(({ content }) => textOf(content))
    .join("\n") ?? "";
const asked = ({ server }: ClaudeHome, step: number) => waitFor(`step ${step}`, () => server.asked.some((one) => one.step === step));

async function openWith(executable: string, prompt: string, ...steps: Step[]): Promise<ClaudeHome> {
  return await openClaudeHome({ executable, tracks: [track(prompt, ...steps)] });
}

describe("a message", () => {
  testWithClaude("reaches the agent in the middle of its turn", async (executable) => {
    const lab = await openWith(executable, "Wait for word", shell("echo one", { until: "told" }), ...MEND);
    const { id } = await lab.create("Wait for word");
    await asked(lab, 0);
    await lab.home.json("message", String(id), "Mind the negative numbers.");
    await lab.event(id, "message.sent");
    lab.server.release("told");
    await lab.reach(id, "done");
    await lab.event(id, "message.heard");
    expect(told(lab)).toContain("Mind the negative numbers.");
    expect(lab.git("show", "main:sum.js")).toBe(MENDED);
    expectRightRequests(lab.server);
  });

  testWithClaude("for an agent that is interrupted makes it go on, in the same session", async (executable) => {
    const lab = await openWith(executable, "Think for long", hang("middle"), ...MEND);
    const { id } = await lab.create("Think for long");
    await asked(lab, 0);
    await lab.home.json("interrupt", String(id));
    await lab.event(id, "turn.interrupted");
    await lab.home.json("message", String(id), "Just mend it.");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(told(lab)).toContain("Just mend it.");
    expectRightRequests(lab.server);
  });

  testWithClaude("is heard by the next run when its agent dies at that moment, host and all", async (executable) => {
    const lab = await openWith(executable, "Wait for word", shell("echo one"), hang("middle"), ...MEND);
    const { id } = await lab.create("Wait for word");
    await asked(lab, 1);
    await lab.home.json("message", String(id), "Mind the negative numbers.");
    await killRun(lab, id);
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(told(lab).split("Mind the negative numbers.")).toHaveLength(2);
    expectRightRequests(lab.server);
  });
});

/** SIGKILL to the host of a task's newest run; its agent dies with it. */
async function killRun({ home, events }: ClaudeHome, id: number): Promise<void> {
  const runId = events(id, "run.started").at(-1)?.runId ?? 0;
  kill((await waitFor("its host to say who it is", () => readStarted(home.paths.run(runId)))).pid);
}

describe("a question", () => {
  const QUESTION = call("AskUserQuestion", {
    questions: [
      {
        question: "Which sign?",
        header: "Sign",
        multiSelect: false,
        options: [
          { label: "Plus", description: "Add" },
          { label: "Minus", description: "Subtract" },
        ],
      },
    ],
  });

  async function isAnswered(executable: string, meanwhile: (lab: ClaudeHome) => Promise<void>): Promise<ClaudeHome> {
    const lab = await openWith(executable, "Ask first", read("check.js"), QUESTION, ...MEND);
    const { id } = await lab.create("Ask first");
    const { waiting } = await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
    expect(waiting?.text).toContain("Which sign?");
    await meanwhile(lab);
    await lab.home.json("approve", String(id), "--comment", "Plus");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(told(lab)).toContain("Plus");
    expect(lab.events(id, "question.asked")).toHaveLength(1);
    expectRightRequests(lab.server);
    return lab;
  }

  testWithClaude("is answered while the agent waits for it", async (executable) => {
    await isAnswered(executable, async () => {});
  });

  testWithClaude("is answered after the daemon was killed and started again", async (executable) => {
    await isAnswered(executable, async ({ home }) => {
      await home.killDaemon();
      await home.startDaemon();
    });
  });

  testWithClaude("is answered after a reboot: every process was killed", async (executable) => {
    const { server } = await isAnswered(executable, async ({ home }) => {
      await killAll(home.root);
      await home.startDaemon();
    });
    expect(new Set(server.asked.map(({ session }) => session)).size).toBe(1);
  });

  testWithClaude("is not asked again when the run that carries its answer dies at once", async (executable) => {
    const lab = await openWith(executable, "Ask first", read("check.js"), QUESTION, ...MEND);
    const { id } = await lab.create("Ask first");
    await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
    await lab.event(id, "run.finished");
    await lab.home.json("approve", String(id), "--comment", "Plus");
    await waitFor("the second run", () => lab.events(id, "run.started").length === 2);
    await killRun(lab, id);
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(told(lab)).toContain("Plus");
    expect(lab.events(id, "question.asked")).toHaveLength(1);
    expectRightRequests(lab.server);
  });

  testWithClaude("about a call that the person wants to allow each time waits without a process, over a reboot", async (executable) => {
    const tracks = [track("Tag it", shell("git tag mended"), ...MEND)];
    const lab = await openClaudeHome({ executable, tracks, config: { "agents.claude.ask": JSON.stringify(["Bash(git tag:*)"]) } });
    const { id } = await lab.create("Tag it");
    await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
    await lab.event(id, "run.finished");
    await killAll(lab.home.root);
    await lab.home.startDaemon();
    await lab.home.json("approve", String(id));
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(lab.server.asked.filter(({ step }) => step === 0)).toHaveLength(1);
    expectRightRequests(lab.server);
  });

  testWithClaude("that is answered with no is told to the agent, which goes another way", async (executable) => {
    const tracks = [track("Tag it", shell("git tag mended"), say("Then without a tag.")), track("never")];
    const lab = await openClaudeHome({ executable, tracks, config: { "agents.claude.ask": JSON.stringify(["Bash(git tag:*)"]) } });
    const { id } = await lab.create("Tag it");
    await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
    await lab.home.json("reject", String(id), "--reason", "No tags, please.");
    await lab.reach(id, "done");
    expect(told(lab)).toContain("No tags, please.");
    expectRightRequests(lab.server);
  });

  testWithClaude("that the agent's own rules raise is answered while it waits, and parked when nobody does", async (executable) => {
    const config = { "agents.claude.permissionMode": "default", "agents.claude.parkMinutes": "0.05" };
    const tracks = [track("Tag it", read("sum.js"), shell("git tag mended"), ...MEND)];
    const lab = await openClaudeHome({ executable, tracks, config: { ...config, "agents.claude.allowedTools": ALLOWED } });
    const { id } = await lab.create("Tag it");
    const { waiting } = await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
    expect(waiting?.text).toContain("git tag mended");
    expect((await lab.event(id, "run.ended")).data).toMatchObject({ reason: "parked" });
    await lab.home.json("approve", String(id));
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(lab.events(id, "question.asked")).toHaveLength(1);
    expectRightRequests(lab.server);
  });
});

/** All that the script does but the tag. */
const ALLOWED = JSON.stringify([
  "Read",
  "Edit",
  "Write",
  "Bash(node:*)",
  "Bash(git add:*)",
  "Bash(git commit:*)",
  "Bash(git log:*)",
  "Bash(head:*)",
]);
