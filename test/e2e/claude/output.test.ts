// What tools of a real Claude Code print: nothing of it breaks a stream, an event, a log or a terminal.
import { expect } from "bun:test";
import { expectRightRequests, openClaudeHome } from "../../support/claude-home.ts";
import { MEND, track } from "../../support/claude-scripts.ts";
import { call, shell } from "../../support/model-script.ts";
import { testWithClaude } from "../../support/with-claude.ts";

const LONG = 2_000_000;

testWithClaude("lines of 2 MB, colours, markup and broken UTF-8 are taken as they come", async (executable) => {
  const steps = [
    shell(`head -c ${LONG} /dev/zero | tr '\\0' x`),
    call("Write", { file_path: "{{cwd}}/long.txt", content: "y".repeat(LONG) }),
    shell("printf '\\033[31mred\\033[0m \\033]0;title\\007 \\033[2J\\033[H'"),
    shell("printf '<script>alert(1)</script><b>bold</b>'"),
    shell("printf 'caf\\303 \\377\\376 \\000end'"),
    shell("rm long.txt"),
  ];
  const lab = await openClaudeHome({ executable, tracks: [track("Print it all", ...steps, ...MEND)] });
  const { id } = await lab.create("Print it all");
  expect(await lab.reach(id, "done")).toMatchObject({ result: "merged" });
  const logs = await lab.home.ccm("logs", String(id));
  expect(logs).toMatchObject({ code: 0, stderr: "" });
  expect(logs.stdout).toContain("red");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  expect(logs.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
  expect(Math.max(...logs.stdout.split("\n").map((line) => line.length))).toBeLessThan(5_000);
  expect(JSON.parse((await lab.home.ccm("logs", String(id), "--json")).stdout)).toBeArray();
  expectRightRequests(lab.server);
});
