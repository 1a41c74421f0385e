// A person's automations around the real Claude Code: the shipped ones at work, what they stop, what they tell, and what failing costs.
import { describe, expect } from "bun:test";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ClaudeHome, expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, MENDED, track } from "../../support/claude-scripts.ts";
import { afterThisTest } from "../../support/clean-up.ts";
import { textOf } from "../../support/model-request.ts";
import { commit, edit, read, type Step, say, shell, write } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

type Record = { name: string; event: string; ok: boolean; verdict: string | null; why: string; tookMs: number };

/** Everything that the model was told, in its last request. */
const told = ({ server }: ClaudeHome) =>
  server.asked
    .at(-1)
    ?.messages.map(({ content }) => textOf(content))
    .join("\n") ?? "";
const records = ({ events }: ClaudeHome, id: number, name: string) =>
  events(id)
    .filter((event) => event.name.startsWith("automation.") && event.data.name === name)
    .map(({ data }) => data as Record);

async function openWith(executable: string, prompt: string, ...steps: Step[]): Promise<ClaudeHome> {
  return openClaudeHome({ executable, tracks: [track(prompt, ...steps)] });
}

/** A program of the person's, switched on. */
async function add({ home }: ClaudeHome, name: string, text: string): Promise<void> {
  writeFileSync(join(home.paths.home, "automations/available", name), text, { mode: 0o700 });
  await home.json("automations", "enable", name);
}

const asFolder = ({ home }: ClaudeHome, name: string) => join(home.paths.home, "automations", name);

describe("a shipped automation", () => {
  testWithClaude("refuses a command by a rule that the person added, says why, and the agent goes on", async (executable) => {
    const lab = await openWith(executable, "Deploy it", shell("make deploy"), ...MEND);
    const file = join(asFolder(lab, "available"), "10-guard-commands");
    const rule = "refuse 'make[[:space:]]+deploy' 'Deploying is for people.'";
    writeFileSync(file, readFileSync(file, "utf8").replace(/exit 0\n$/, `${rule}\nexit 0\n`));
    await lab.home.json("automations", "enable", "10-guard-commands");
    const { id } = await lab.create("Deploy it");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(records(lab, id, "10-guard-commands")[0]).toMatchObject({ event: "PreToolUse", ok: true, verdict: "deny" });
    expect(told(lab)).toContain("Deploying is for people.");
    expectRightRequests(lab.server);
  });

  testWithClaude("adds what the person has written down to the prompt", async (executable) => {
    const lab = await openWith(executable, "Mend the sum", ...MEND);
    mkdirSync(asFolder(lab, "context"));
    writeFileSync(join(asFolder(lab, "context"), "sample.md"), 'Numbers may be "negative".\n');
    await lab.home.json("automations", "enable", "40-add-context");
    const { id } = await lab.create("Mend the sum");
    await lab.reach(id, "done");
    expect(told(lab)).toContain('Numbers may be "negative".');
    expectRightRequests(lab.server);
  });

  /** The formatter is the agent's: it also tries to leave a file where only the person may, and to read what it must not see. */
  const formatter = (outside: string, home: string) =>
    [
      "mkdir -p node_modules/.bin",
      `printf '%s\\n' '#!/bin/sh' 'touch ${outside} 2>/dev/null' 'cat ${home}/ccm.db >stolen 2>/dev/null' 'env >env.txt' ${CASE} > node_modules/.bin/prettier`,
      "chmod +x node_modules/.bin/prettier",
    ].join(" && ");
  const CASE = `'for file; do :; done' 'case $file in *.json) echo "{}" > "$file" ;; esac'`;
  const SANDBOXES: ["namespace" | "kernel", "self" | "normal"][] = [
    ["namespace", "self"],
    ["kernel", "self"],
    ["kernel", "normal"],
  ];

  for (const [level, user] of SANDBOXES)
    testWithClaude(`formats with what the tree has, in the sandbox of the run [${level}, ${user}]`, async (executable) => {
      const options = { executable, tracks: [], user, config: { "sandbox.level": level } };
      const outside = join(mkdtempSync(join(tmpdir(), "ccm-formatter-")), "planted");
      chmodSync(dirname(outside), 0o777);
      afterThisTest(() => rmSync(dirname(outside), { recursive: true }));
      const plant = shell("sh plant.sh");
      const steps = [
        plant,
        write("a.json", "{ }\n"),
        shell("cat a.json env.txt; echo stolen $(wc -c < stolen) bytes"),
        ...MEND.slice(0, 3),
        shell("git add a.json sum.js && git commit -qm Done"),
        say("Done."),
      ];
      const lab = await openClaudeHome({ ...options, tracks: [track("Write it", ...steps)], files: { "plant.sh": "" } });
      writeFileSync(join(lab.repo, "plant.sh"), formatter(outside, lab.home.paths.home));
      lab.git("commit", "-qam", "Plant");
      await lab.home.json("automations", "enable", "20-format-on-write");
      const { id } = await lab.create("Write it");
      await lab.reach(id, "done");
      expect(lab.git("show", "main:a.json")).toBe("{}");
      expect(told(lab)).toContain('"a.json" was formatted after you wrote it.');
      expect(told(lab)).toContain("stolen 0 bytes");
      expect(told(lab)).not.toContain("CCM_RUN_TOKEN");
      expect(existsSync(outside)).toBe(false);
      expectRightRequests(lab.server);
    });

  testWithClaude("takes a snapshot after so many edits", async (executable) => {
    const edits = [edit("sum.js", "a - b", "b - a"), edit("sum.js", "b - a", "a - b")];
    const lab = await openWith(executable, "Mend the sum", read("sum.js"), ...edits, ...MEND.slice(1));
    const file = join(asFolder(lab, "available"), "30-checkpoint");
    writeFileSync(file, readFileSync(file, "utf8").replace("every=20", "every=2"));
    await lab.home.json("automations", "enable", "30-checkpoint");
    const { id } = await lab.create("Mend the sum");
    await lab.reach(id, "done");
    const snapshots = await lab.home.json<{ note: string }[]>("snapshots", String(id));
    expect(snapshots.map(({ note }) => note)).toContain("after 2 edits");
    expectRightRequests(lab.server);
  });
});

describe("an automation of the person's own", () => {
  testWithClaude("changes a call, sends the agent back to work, and asks", async (executable) => {
    const lab = await openWith(executable, "Mend the sum", shell("echo one"), ...MEND, say("Now it is done."));
    await add(
      lab,
      "10-rewrite",
      '#!/bin/sh\n# ccm-events: PreToolUse\n# ccm-matcher: Bash\ngrep -q "echo one" || exit 0\necho \'{"hookSpecificOutput":{"updatedInput":{"command":"echo two and three","description":"x"}}}\'\n',
    );
    await add(
      lab,
      "20-once-more",
      '#!/bin/sh\n# ccm-events: Stop\n[ -e "$CCM_STATE/asked" ] && exit 0\ntouch "$CCM_STATE/asked"\necho "Look again." >&2\nexit 2\n',
    );
    const { id } = await lab.create("Mend the sum");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(told(lab)).toContain("two and three");
    expect(told(lab)).toContain("Look again.");
    expectRightRequests(lab.server);
  });

  testWithClaude("that hangs, floods or breaks stops neither the others nor the agent", async (executable) => {
    const lab = await openWith(executable, "Mend the sum", ...MEND.slice(0, 3), commit("Add instead of subtracting"), say("It adds now."));
    await add(lab, "10-hangs", "#!/bin/sh\n# ccm-events: PostToolUse\n# ccm-deadline: 200 ms\nsleep 600 & sleep 600\n");
    await add(lab, "20-floods", "#!/bin/sh\n# ccm-events: PostToolUse\n# ccm-deadline: 20 s\nhead -c 100000000 /dev/zero\n");
    await add(lab, "30-breaks", "#!/bin/sh\n# ccm-events: PostToolUse\necho '{\"decision\":'\n");
    await add(
      lab,
      "40-is-well",
      '#!/bin/sh\n# ccm-events: PostToolUse\necho \'{"hookSpecificOutput":{"additionalContext":"All is well."}}\'\n',
    );
    const { id } = await lab.create("Mend the sum");
    expect(await lab.reach(id, "done")).toMatchObject({ result: "merged", runs: 2 });
    expect(lab.git("show", "main:sum.js")).toBe(MENDED);
    expect(records(lab, id, "10-hangs")[0]).toMatchObject({ ok: false, why: "it did not end in time and was killed." });
    expect(records(lab, id, "20-floods")[0]).toMatchObject({ ok: true, verdict: null });
    expect(records(lab, id, "30-breaks")[0]?.why).toStartWith("what it printed is no JSON");
    expect(told(lab)).toContain("All is well.");
    expectRightRequests(lab.server);
  });
});
