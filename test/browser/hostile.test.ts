// Hostile text in everything that people and agents write: it is shown as it is, nothing of it runs, and the page holds its form.
import { expect } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { sidewaysFlaws } from "./flaws.ts";
import { browserTest, useSite } from "./harness.ts";
import { seeded } from "./seeded.ts";
import { createTask, requestChanges, sendMessage, stageNow } from "./steps.ts";

/** The seeds have hostile titles and prompts of their own, in every list. */
const site = useSite(seeded({ tasks: 60, events: 1_500 }));

const SCRIPT = `<script>document.title = "broken"</script><img src=x onerror=alert(1)>"'><svg onload=alert(2)>`;
const BIDI = "\u202egnp.exe\u202c \u2066left\u2069";
const TITLE = `${SCRIPT} ${BIDI} ${"wide".repeat(20)}`;
/** ANSI colours, a window title, cursor moves and a bell, as a program would print them. */
const ANSI = String.raw`\033[31mred\033[0m \033]0;broken\007 \033[2J\033[H\r\b`;
const PROMPT = [
  `${SCRIPT}</textarea></form> ${BIDI}`,
  `demo: say ${SCRIPT}`,
  `demo: run printf '${ANSI} %s\\n' '<script>alert(3)</script><hx-partial hx-target="body">gone</hx-partial>'`,
  "demo: long-line 2000000",
  "demo: garbage 20000",
  "demo: run mkdir -p '<b>' && echo '<script>alert(4)</script>' > '<b>/\"><img src=x onerror=alert(5)>.txt'",
  "demo: run printf x > \"$(printf 'tab\\there\\nline \\342\\200\\256exe')\"",
  `demo: run echo ${"long".repeat(5_000)} > wide.txt`,
  "demo: await-message",
].join("\n");

/** An automation of the person's, whose text they took from somewhere. */
const AUTOMATION = `#!/bin/sh\n# ${SCRIPT}\n# ccm-events: Stop\nexit 0\n`;

browserTest("titles, prompts, messages, comments, notes, file names and output are shown, and do nothing", async () => {
  await site.home.json("edit-project", "repo", "--sandbox", `hide=/${SCRIPT}`);
  writeFileSync(join(site.home.paths.home, "automations/available/odd"), AUTOMATION, { mode: 0o700 });
  const { page } = await site.open("phone-dark", "/projects/repo");
  await createTask(page, TITLE, PROMPT);
  const task = new URL(page.url()).pathname;
  await sendMessage(page, `${SCRIPT} ${BIDI}`);
  await stageNow(page, "approving").waitFor();
  await site.home.json("snapshot", task.split("/").at(-1) ?? "", "--note", `${SCRIPT} ${BIDI}`);
  await requestChanges(page, SCRIPT);
  await page.getByLabel("Message", { exact: true }).waitFor();
  await sendMessage(page, "Go on");
  await stageNow(page, "approving").waitFor();
  for (const path of [
    task,
    `${task}/log`,
    `${task}/diff`,
    `${task}/gates`,
    `${task}/runs`,
    "/approvals",
    "/",
    "/tasks",
    "/tasks?view=board",
    "/agents",
    "/projects",
    "/projects/repo",
    "/audit",
    "/health",
  ]) {
    await page.goto(site.url + path);
    await expectHarmless(page, path);
    const text = (await page.locator("main").textContent()) ?? "";
    if (path.endsWith("/log")) expect(text).toContain("<script>alert(3)</script>");
    if (path === task) expect(text).toContain(SCRIPT);
    if (path.endsWith("/diff")) expect(text).toContain("<img src=x onerror=alert(5)>.txt");
  }
});

browserTest("what a stranger wrote is shown as it is, with what its runs may not", async () => {
  const { page } = await site.open("wide-light", "/projects/repo");
  await page.getByRole("link", { name: "New task" }).first().click();
  await page.getByLabel("Title").fill(TITLE);
  await page.getByLabel("Prompt").fill(SCRIPT);
  await page.getByLabel("Written by somebody else").fill(`https://forge.example/${SCRIPT}`);
  await page.getByLabel("A text of somebody else").fill(`${SCRIPT} ${BIDI}`);
  await page.getByRole("button", { name: "Create task" }).click();
  await page.waitForURL(/\/tasks\/\d+$/);
  await expectHarmless(page, "its task");
  expect(await page.locator("main").textContent()).toContain(`https://forge.example/${SCRIPT}`);
  for (const path of ["/tasks", "/approvals", "/audit"]) {
    await page.goto(site.url + path);
    await expectHarmless(page, path);
  }
});

browserTest("addresses that say anything are answered with a page or a refusal, never with what they say", async () => {
  const tab = await site.open("wide-dark");
  tab.allow(/40[04]|422/);
  const words = encodeURIComponent(SCRIPT);
  for (const path of [
    `/tasks?words=${words}&project=${words}&state=${words}`,
    `/${words}`,
    `/tasks/${words}`,
    `/projects/${words}`,
    `/tasks/1/log?run=${words}`,
    "/tasks/%00",
    "/tasks/%ff",
    `/projects/new?path=${words}`,
    "/tasks?after=NaN~x&view=<b>",
  ]) {
    const answer = await tab.page.goto(site.url + path);
    expect({ path, status: (answer?.status() ?? 500) < 500 }).toEqual({ path, status: true });
    await expectHarmless(tab.page, path);
  }
});

async function expectHarmless(page: Page, path: string): Promise<void> {
  const found = await page.evaluate(`({
    made: document.querySelectorAll("body script, body img, svg[onload], [onerror], hx-partial").length,
    isBroken: document.title === "broken",
    controls: /[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]/.test(document.body.textContent),
  })`);
  expect({ path, found, wide: await sidewaysFlaws(page) }).toEqual({
    path,
    found: { made: 0, isBroken: false, controls: false },
    wide: [],
  });
}
