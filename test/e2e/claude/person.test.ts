// A person with settings and hooks of their own: in effect for the agent, never changed, and never in the way of ccm's.
import { describe, expect } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, track } from "../../support/claude-scripts.ts";
import { textOf } from "../../support/model-request.ts";
import { shell } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

/** Every file of the person with its text and its time of change. */
function everything(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.sort().map((name) => [name, `${statSync(join(folder, name)).mtimeMs} ${readFileSync(join(folder, name), "utf8")}`]),
  );
}

describe("a person's own settings", () => {
  async function work(executable: string, settings: object) {
    const person = {
      ".claude/settings.json": JSON.stringify({ env: { MARK_OF_THE_PERSON: "yes" }, ...settings }, null, 2),
      ".claude/CLAUDE.md": "Always be polite, says Ada.\n",
      ".claude/agents/critic.md": "---\nname: critic\ndescription: Finds what is wrong\n---\nYou find what is wrong.\n",
      ".claude.json": JSON.stringify({ theme: "light", numStartups: 7, projects: {} }),
    };
    const steps = [shell("echo mark:$MARK_OF_THE_PERSON"), ...MEND];
    const lab = await openClaudeHome({ executable, tracks: [track("Mend the sum", ...steps)], person });
    const before = everything(join(lab.home.root, "person"));
    const { id } = await lab.create("Mend the sum");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
    expect(everything(join(lab.home.root, "person"))).toEqual(before);
    const said = lab.server.asked
      .at(-1)
      ?.messages.map(({ content }) => textOf(content))
      .join("\n");
    expect(said).toContain("mark:yes");
    expect(said).toContain("Always be polite, says Ada.");
    expect(said).toContain("critic: Finds what is wrong");
    expect(lab.events(id, "hook.received").map(({ data }) => data.event)).toEqual(
      expect.arrayContaining(["PreToolUse", "PostToolUse", "Stop"]),
    );
    expectRightRequests(lab.server);
    return said ?? "";
  }

  const hooks = { UserPromptSubmit: [{ hooks: [{ type: "command", command: "echo The hook of the person has run." }] }] };

  testWithClaude("are in effect, and their hooks run beside ccm's", async (executable) => {
    expect(await work(executable, { hooks })).toContain("The hook of the person has run.");
  });

  testWithClaude("that disable all hooks do not disable ccm's", async (executable) => {
    await work(executable, { disableAllHooks: true, hooks });
  });
});
