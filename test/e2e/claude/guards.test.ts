// Guards with a real agent: a call that is refused with a reason, and one that a person must allow; the agent goes on after both.
import { describe, expect } from "bun:test";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { textOf } from "../../support/model-request.ts";
import { call, shell, write } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

type Lab = Awaited<ReturnType<typeof openClaudeHome>>;

/** Everything that the model was told. */
function told({ server }: Lab): string {
  const messages = server.asked.at(-1)?.messages ?? [];
  return messages.map(({ content }) => textOf(content)).join("\n");
}

describe("a call that is refused", () => {
  testWithClaude("is answered with the reason, and the agent goes on and finishes its work", async (executable) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
    const pushes = [shell("git push origin main"), shell("echo push | xargs g''it"), shell('X=check; git "${X}out" -b mine')];
    const files = [
      write("../beside.txt", "Hello\n"),
      call("Write", { file_path: "/srv/ccm-guards.txt", content: "Hello\n" }),
      shell("rm -rf ~ && sudo true"),
    ];
    const lab = await openClaudeHome({ executable, tracks: [track("Mend the sum", ...pushes, ...files, ...MEND)] });
    const { id } = await lab.create("Mend the sum");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(lab.git("show", "main:sum.js").trim()).toBe(MENDED);
    expect(lab.events(id, "guard.denied").map(({ data, source }) => [source, data.by])).toEqual([
      ...[
        ["host", "class git"],
        ["host", "class git"],
        ["host", "class git"],
      ],
      ...[
        ["host", "path"],
        ["host", "path"],
        ["host", "class destructive"],
      ],
    ]);
    expect(told(lab)).toContain("No push is needed.");
    expect(told(lab)).toContain("This tree stays on its own branch");
    expect(told(lab)).toContain("is outside the tree");
    expectRightRequests(lab.server);
  });

  testWithClaude("by a project's own rule, which goes before what is allowed elsewhere", async (executable) => {
    const guards = { "guards.deny": JSON.stringify(["Bash(node check.js:*)"]), "guards.classes.git": "allow" };
    const tracks = [track("Mend the sum", shell("git switch -c elsewhere && git switch -"), shell("sh -c 'node  check.js'"), ...MEND)];
    const lab = await openClaudeHome({ executable, tracks, config: guards });
    const { id } = await lab.create("Mend the sum");
    await lab.reach(id, "done");
    expect(lab.events(id, "guard.denied").map(({ data }) => data.by)).toEqual(["deny Bash(node check.js:*)", "deny Bash(node check.js:*)"]);
    expectRightRequests(lab.server);
  });
});

describe("a call that a person must allow", () => {
  testWithClaude("parks the run; the person's yes is what the session goes on with", async (executable) => {
    const lab = await openClaudeHome({ executable, tracks: [track("Publish it", shell("cargo publish"), ...MEND)] });
    const { id } = await lab.create("Publish it");
    const { waiting } = await lab.until(id, "to wait for an answer", (task) => task.waiting?.reason === "question");
    expect(waiting?.text).toContain("cargo publish");
    expect(waiting?.text).toContain("It publishes something for others to see.");
    expect((await lab.event(id, "run.finished")).data).toBeDefined();
    expect(lab.events(id, "guard.asked").map(({ data }) => data.by)).toEqual(["class publish"]);
    await lab.home.json("approve", String(id));
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(lab.events(id, "question.asked")).toHaveLength(1);
    expect(lab.events(id, "guard.asked")).toHaveLength(1);
    expect(lab.server.asked.filter(({ step }) => step === 0)).toHaveLength(1);
    expectRightRequests(lab.server);
  });
});
