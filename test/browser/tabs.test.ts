// Tabs that stay open: while the daemon is started again, beside another tab, and after the session has ended.
import { expect } from "bun:test";
import { waitFor } from "../support/wait.ts";
import { browserTest, signIn, useSite } from "./harness.ts";
import { seeded } from "./seeded.ts";
import { approve, expectNoneTwice, stageNow, timelineRow } from "./steps.ts";

const TASKS = 30;
const site = useSite(seeded({ tasks: TASKS, events: 600 }));
/** What a tab says while nobody answers it. */
const AWAY =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|network error|Failed to fetch|sse:error/;
/** What is done in one tab is to be seen in another by then. */
const SEEN_MS = 1_000;

browserTest("a daemon that is started again: the tab goes on, nothing is lost or doubled, typed text stays", async () => {
  const tab = await site.open("wide-dark", `/tasks/${TASKS + 1}`);
  tab.allow(AWAY);
  const { page } = tab;
  const field = page.getByLabel("Message", { exact: true });
  await field.fill("Not sent yet");
  await page.evaluate("window.isSamePage = true");
  await site.home.killDaemon();
  await page.getByText("The connection to ccm is lost.").waitFor();
  await site.home.json("create-task", "--project", "repo", "--title", "Created meanwhile", "--prompt", "demo: write two.txt Two");
  await site.startAgain();
  await page.locator("html[data-live=on]").waitFor();
  expect(await field.inputValue()).toBe("Not sent yet");
  await field.fill("Go on, please.");
  await page.getByRole("button", { name: "Send" }).click();
  await timelineRow(page, "Go on, please.").waitFor();
  await stageNow(page, "approving").waitFor();
  await expectNoneTwice(page);
  expect(await page.evaluate("window.isSamePage")).toBe(true);
  const shown = await page.locator("#timeline .event").count();
  await page.reload();
  expect(await page.locator("#timeline .event").count()).toBe(shown);
});

browserTest("what is done in one tab shows in the other within a second", async () => {
  const one = await site.open("wide-dark", `/tasks/${TASKS + 2}`);
  await stageNow(one.page, "approving").waitFor();
  const other = await site.beside(one, "/approvals");
  await other.page.locator(`#task-${TASKS + 2}`).waitFor();
  const needs = other.page.locator("#nav-needs");
  const before = Number.parseInt((await needs.textContent()) ?? "", 10);
  const startedAt = performance.now();
  await approve(one.page);
  await other.page.locator(`#task-${TASKS + 2}`).waitFor({ state: "detached" });
  expect(performance.now() - startedAt).toBeLessThan(SEEN_MS);
  await waitFor("the count beside the navigation", async () => Number.parseInt((await needs.textContent()) ?? "", 10) === before - 1);
});

browserTest("after signing out in one tab the other says so, keeps what was typed, and goes on after a new link", async () => {
  const one = await site.stranger("wide-dark");
  one.allow(/401/);
  await signIn(one);
  await one.page.goto(`${site.url}/tasks/new`);
  await one.page.getByLabel("Prompt").fill("Half a thought");
  const other = await site.beside(one, "/");
  other.allow(/401/);
  await other.page.getByRole("button", { name: "Sign out" }).click();
  await other.page.getByRole("heading", { level: 1 }).waitFor();
  await one.page.getByLabel("Title").fill("A title");
  await one.page.getByLabel("Project").selectOption("repo");
  await one.page.getByRole("button", { name: "Create task" }).click();
  await one.page
    .getByText(/signed out|Not signed in/i)
    .first()
    .waitFor();
  await signIn(other);
  await one.page.goto(`${site.url}/tasks/new`);
  expect(await one.page.getByLabel("Prompt").inputValue()).toBe("Half a thought");
});
